package dev.espalier.evaluation;

import java.util.List;

/**
 * Counts of actual (row) against predicted (column) labels. A ratio with nothing below the line is
 * 0, as with scikit-learn's {@code zero_division=0}; callers that must not guess ask {@link
 * #actual(String)} first.
 */
public final class Confusion {
  private final List<String> labels;
  private final long[][] counts;
  private long total;

  Confusion(List<String> labels) {
    this.labels = labels;
    this.counts = new long[labels.size()][labels.size()];
  }

  public static Confusion of(Predictions predictions) {
    Confusion confusion = new Confusion(predictions.labels());
    predictions.rows().forEach(row -> confusion.add(row.actual(), row.predicted(), 1));
    return confusion;
  }

  void add(String actual, String predicted, long times) {
    int row = labels.indexOf(actual);
    int column = labels.indexOf(predicted);
    if (row >= 0 && column >= 0) {
      counts[row][column] += times;
      total += times;
    }
  }

  public long total() {
    return total;
  }

  public long count(String actual, String predicted) {
    int row = labels.indexOf(actual);
    int column = labels.indexOf(predicted);
    return row < 0 || column < 0 ? 0 : counts[row][column];
  }

  /** How many rows are of this label. */
  public long actual(String label) {
    int row = labels.indexOf(label);
    long sum = 0;
    for (int column = 0; row >= 0 && column < labels.size(); column++) {
      sum += counts[row][column];
    }
    return sum;
  }

  /** How many rows were called this label. */
  public long predicted(String label) {
    int column = labels.indexOf(label);
    long sum = 0;
    for (int row = 0; column >= 0 && row < labels.size(); row++) {
      sum += counts[row][column];
    }
    return sum;
  }

  public double precision(String label) {
    return ratio(count(label, label), predicted(label));
  }

  public double recall(String label) {
    return ratio(count(label, label), actual(label));
  }

  public double f1(String label) {
    return ratio(2 * count(label, label), actual(label) + predicted(label));
  }

  /** The unweighted mean of F1 over all labels. */
  public double macroF1() {
    return labels.stream().mapToDouble(this::f1).average().orElse(0);
  }

  public double accuracy() {
    return ratio(labels.stream().mapToLong(label -> count(label, label)).sum(), total);
  }

  /** The mean recall over the labels that occur. */
  public double balancedAccuracy() {
    return labels.stream()
        .filter(label -> actual(label) > 0)
        .mapToDouble(this::recall)
        .average()
        .orElse(0);
  }

  private static double ratio(long above, long below) {
    return below == 0 ? 0 : (double) above / below;
  }
}
