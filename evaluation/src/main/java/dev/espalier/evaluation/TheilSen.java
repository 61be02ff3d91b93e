package dev.espalier.evaluation;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * A line through points that a few bad ones do not bend: the median of the slopes of all pairs,
 * with Sen's interval from the variance of Kendall's statistic, ties corrected; as {@code
 * scipy.stats.theilslopes}.
 */
public record TheilSen(double slope, double intercept, double low, double high, int n) {

  /**
   * The line.
   *
   * @param x at least two different values
   * @param confidence of the slope's interval, 0.5 to 1
   */
  public static TheilSen of(double[] x, double[] y, double confidence) {
    int n = x.length;
    double[] slopes = slopes(x, y);
    if (slopes.length == 0) {
      throw new IllegalArgumentException("A slope needs two different values of x.");
    }
    double slope = median(slopes);
    double[] sortedX = x.clone();
    double[] sortedY = y.clone();
    Arrays.sort(sortedX);
    Arrays.sort(sortedY);
    double variance = (n * (n - 1.0) * (2.0 * n + 5) - ties(x) - ties(y)) / 18;
    double z = NormalDistribution.of(0, 1).inverseCumulativeProbability((1 - confidence) / 2);
    double spread = z * Math.sqrt(Math.max(0, variance));
    int pairs = slopes.length;
    int upper = Math.min((int) Math.rint((pairs - spread) / 2), pairs - 1);
    int lower = Math.max((int) Math.rint((pairs + spread) / 2) - 1, 0);
    return new TheilSen(
        slope,
        median(sortedY) - slope * median(sortedX),
        slopes[Math.min(lower, pairs - 1)],
        slopes[Math.max(upper, 0)],
        n);
  }

  private static double[] slopes(double[] x, double[] y) {
    double[] slopes = new double[x.length * (x.length - 1) / 2];
    int count = 0;
    for (int i = 0; i < x.length; i++) {
      for (int j = i + 1; j < x.length; j++) {
        if (x[i] != x[j]) {
          slopes[count++] = (y[j] - y[i]) / (x[j] - x[i]);
        }
      }
    }
    double[] found = Arrays.copyOf(slopes, count);
    Arrays.sort(found);
    return found;
  }

  private static double ties(double[] values) {
    Map<Double, Integer> counts = new HashMap<>();
    for (double value : values) {
      counts.merge(value, 1, Integer::sum);
    }
    return counts.values().stream().mapToDouble(k -> k * (k - 1.0) * (2.0 * k + 5)).sum();
  }

  private static double median(double[] sorted) {
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
