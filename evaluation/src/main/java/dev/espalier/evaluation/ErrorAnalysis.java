package dev.espalier.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Where a model errs on a set of rows.
 *
 * @param confusion counts, actual label by row and predicted label by column, in the order of
 *     {@code labels}
 * @param reliability ten equal-width bins of the top probability, those without rows left out
 * @param curves precision against recall of each label that occurs
 */
public record ErrorAnalysis(
    List<String> labels,
    long n,
    List<List<Long>> confusion,
    List<Bin> reliability,
    List<Curve> curves) {
  private static final int BINS = 10;

  /** Points of a curve, at most. */
  static final int POINTS = 200;

  /** Rows whose top probability lies in ({@code from}, {@code to}]. */
  public record Bin(double from, double to, long n, double confidence, double accuracy) {}

  /** Calling a row the label from {@code threshold} on. */
  public record Point(double threshold, double recall, double precision) {}

  /**
   * Precision against recall of one label against the rest, by falling threshold.
   *
   * @param averagePrecision Σ (R_n − R_{n−1}) P_n over all thresholds, as scikit-learn's {@code
   *     average_precision_score}
   */
  public record Curve(String label, double averagePrecision, List<Point> points) {}

  public ErrorAnalysis {
    labels = List.copyOf(labels);
    confusion = confusion.stream().map(List::copyOf).toList();
    reliability = List.copyOf(reliability);
    curves = List.copyOf(curves);
  }

  public static ErrorAnalysis of(Predictions predictions) {
    List<String> labels = predictions.labels();
    Confusion counts = Confusion.of(predictions);
    return new ErrorAnalysis(
        labels,
        predictions.rows().size(),
        labels.stream()
            .map(actual -> labels.stream().map(said -> counts.count(actual, said)).toList())
            .toList(),
        reliability(predictions),
        labels.stream()
            .filter(label -> counts.actual(label) > 0)
            .map(label -> curve(predictions, label))
            .toList());
  }

  /** The wrong rows, first those whose actual label was given the least. */
  public static List<Scored> worst(Predictions predictions, int most) {
    return predictions.rows().stream()
        .filter(row -> !row.predicted().equals(row.actual()))
        .sorted(
            Comparator.comparingDouble((Scored row) -> given(predictions, row).orElse(0))
                .thenComparing(Scored::rowId))
        .limit(most)
        .toList();
  }

  /** Of each label that was ever said rightly, the row that was given it most. */
  public static List<Scored> surest(Predictions predictions) {
    return predictions.labels().stream()
        .flatMap(label ->
            predictions.rows().stream()
                .filter(row -> row.actual().equals(label) && row.predicted().equals(label))
                .min(
                    Comparator.comparingDouble((Scored row) -> -given(predictions, row).orElse(0))
                        .thenComparing(Scored::rowId))
                .stream())
        .toList();
  }

  /** The probability that a row's actual label was given; empty where the model knows no such. */
  public static OptionalDouble given(Predictions predictions, Scored row) {
    int column = predictions.labels().indexOf(row.actual());
    return column < 0 ? OptionalDouble.empty() : OptionalDouble.of(row.probabilities()[column]);
  }

  private static List<Bin> reliability(Predictions predictions) {
    double[] confidence = new double[BINS];
    long[] correct = new long[BINS];
    long[] n = new long[BINS];
    for (Scored row : predictions.rows()) {
      double top = 0;
      for (double probability : row.probabilities()) {
        top = Math.max(top, probability);
      }
      int bin = Math.max(0, Math.min(BINS - 1, (int) Math.ceil(top * BINS) - 1));
      confidence[bin] += top;
      correct[bin] += row.predicted().equals(row.actual()) ? 1 : 0;
      n[bin]++;
    }
    List<Bin> bins = new ArrayList<>();
    for (int bin = 0; bin < BINS; bin++) {
      if (n[bin] > 0) {
        bins.add(
            new Bin(
                bin / (double) BINS,
                (bin + 1) / (double) BINS,
                n[bin],
                confidence[bin] / n[bin],
                correct[bin] / (double) n[bin]));
      }
    }
    return bins;
  }

  private static Curve curve(Predictions predictions, String label) {
    int column = predictions.labels().indexOf(label);
    List<Scored> rows =
        predictions.rows().stream()
            .sorted(
                Comparator.comparingDouble((Scored row) -> row.probabilities()[column]).reversed())
            .toList();
    long all = rows.stream().filter(row -> row.actual().equals(label)).count();
    List<Point> points = new ArrayList<>();
    long hits = 0;
    double before = 0;
    double area = 0;
    for (int i = 0; i < rows.size(); i++) {
      hits += rows.get(i).actual().equals(label) ? 1 : 0;
      double threshold = rows.get(i).probabilities()[column];
      if (i + 1 < rows.size() && rows.get(i + 1).probabilities()[column] == threshold) {
        continue; // Equal scores are called together.
      }
      double recall = hits / (double) all;
      double precision = hits / (double) (i + 1);
      area += (recall - before) * precision;
      before = recall;
      points.add(new Point(threshold, recall, precision));
    }
    return new Curve(label, area, thinned(points));
  }

  /** Both ends and evenly chosen points between. */
  private static List<Point> thinned(List<Point> points) {
    if (points.size() <= POINTS) {
      return points;
    }
    List<Point> some = new ArrayList<>();
    for (int i = 0; i < POINTS; i++) {
      some.add(points.get((int) Math.round(i * (points.size() - 1) / (POINTS - 1.0))));
    }
    return some;
  }
}
