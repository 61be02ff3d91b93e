package dev.espalier.evaluation;

import dev.espalier.canvas.Spec;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Metrics of predictions, each with an interval: Wilson's for shares, a seeded stratified bootstrap
 * otherwise, corrected for the bias of few rows where the metric has one ({@link Calibration}).
 * What the rows cannot show is said, not computed.
 */
public final class Metrics {
  /** Below this many rows of a label, F1-type metrics are not shown. */
  public static final int MIN_PER_LABEL = 30;

  private Metrics() {}

  /** The metric's value, without any check of size. */
  public static double value(MetricFormula formula, Predictions predictions) {
    if (formula instanceof MetricFormula.Ece) {
      return Calibration.ece(predictions);
    }
    return value(formula, Confusion.of(predictions));
  }

  static double value(MetricFormula formula, Confusion confusion) {
    return switch (formula) {
      case MetricFormula.Accuracy _ -> confusion.accuracy();
      case MetricFormula.BalancedAccuracy _ -> confusion.balancedAccuracy();
      case MetricFormula.MacroF1 _ -> confusion.macroF1();
      case MetricFormula.F1 f1 -> confusion.f1(f1.label());
      case MetricFormula.Recall recall -> confusion.recall(recall.label());
      case MetricFormula.Precision precision -> confusion.precision(precision.label());
      case MetricFormula.Rate rate -> {
        long below = confusion.actual(rate.actual());
        yield below == 0 ? 0 : (double) confusion.count(rate.actual(), rate.predicted()) / below;
      }
      case MetricFormula.Ece _ ->
          throw new IllegalStateException("Calibration needs probabilities, not counts");
    };
  }

  /**
   * The metric with its interval at the metric's own level.
   *
   * @param seed of the bootstrap; the same rows in any order give the same interval
   */
  public static Estimate estimate(Spec.Metric metric, Predictions predictions, long seed) {
    MetricFormula formula = MetricFormula.parse(metric.formula());
    Confusion confusion = Confusion.of(predictions);
    Optional<String> missing = insufficiency(formula, confusion, predictions.labels(), metric);
    long n = size(formula, confusion);
    if (missing.isPresent()) {
      return Estimate.insufficient(n, missing.get());
    }
    if (formula instanceof MetricFormula.Ece) {
      return Calibration.estimate(predictions, metric.ci(), seed);
    }
    double value = value(formula, predictions);
    return share(formula, confusion)
        .map(share -> Estimate.of(value, Wilson.interval(share.hits(), share.n(), metric.ci()), n))
        .orElseGet(() ->
            Estimate.of(
                value, Bootstrap.interval(predictions, statistic(formula), metric.ci(), seed), n));
  }

  static ToDoubleFunction<Predictions> statistic(MetricFormula formula) {
    return predictions -> value(formula, predictions);
  }

  private record Share(long hits, long n) {}

  private static Optional<Share> share(MetricFormula formula, Confusion counts) {
    return switch (formula) {
      case MetricFormula.Recall recall ->
          Optional.of(
              new Share(
                  counts.count(recall.label(), recall.label()), counts.actual(recall.label())));
      case MetricFormula.Precision precision ->
          Optional.of(
              new Share(
                  counts.count(precision.label(), precision.label()),
                  counts.predicted(precision.label())));
      case MetricFormula.Rate rate ->
          Optional.of(
              new Share(
                  counts.count(rate.actual(), rate.predicted()), counts.actual(rate.actual())));
      case MetricFormula.Accuracy _ ->
          Optional.of(new Share(Math.round(counts.accuracy() * counts.total()), counts.total()));
      case MetricFormula.BalancedAccuracy _,
          MetricFormula.MacroF1 _,
          MetricFormula.F1 _,
          MetricFormula.Ece _ ->
          Optional.empty();
    };
  }

  /** How many rows the metric rests on: those below the line of a share, else all. */
  public static long size(MetricFormula formula, Confusion counts) {
    return switch (formula) {
      case MetricFormula.Recall recall -> counts.actual(recall.label());
      case MetricFormula.Precision precision -> counts.predicted(precision.label());
      case MetricFormula.Rate rate -> counts.actual(rate.actual());
      case MetricFormula.Accuracy _,
          MetricFormula.BalancedAccuracy _,
          MetricFormula.MacroF1 _,
          MetricFormula.F1 _,
          MetricFormula.Ece _ ->
          counts.total();
    };
  }

  private static Optional<String> insufficiency(
      MetricFormula formula, Confusion counts, List<String> labels, Spec.Metric metric) {
    List<String> needed =
        switch (formula) {
          case MetricFormula.MacroF1 _, MetricFormula.BalancedAccuracy _ -> labels;
          case MetricFormula.F1 f1 -> List.of(f1.label());
          case MetricFormula.Recall _,
              MetricFormula.Precision _,
              MetricFormula.Rate _,
              MetricFormula.Accuracy _,
              MetricFormula.Ece _ ->
              List.of();
        };
    for (String label : needed) {
      if (counts.actual(label) < MIN_PER_LABEL) {
        return Optional.of(
            "%d %s in this window: too few for %s"
                .formatted(counts.actual(label), label, name(formula)));
      }
    }
    long n = size(formula, counts);
    return n < Math.max(1, metric.minN())
        ? Optional.of("%d of the %d rows that %s needs".formatted(n, metric.minN(), metric.id()))
        : Optional.empty();
  }

  private static String name(MetricFormula formula) {
    return formula instanceof MetricFormula.BalancedAccuracy ? "balanced accuracy" : "F1";
  }
}
