package dev.espalier.evaluation;

import dev.espalier.platform.EspalierException;
import java.util.Arrays;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * Distances between two histograms over the same bins. Half a count is added to every bin of both,
 * then shares are taken (zero policy "pseudocount 0.5").
 */
public final class Drift {
  private static final double PSEUDOCOUNT = 0.5;

  private Drift() {}

  /**
   * A distance with what it would be by chance alone.
   *
   * @param value the raw distance
   * @param effect the distance beyond its expectation without drift: max(0, value − expected)
   * @param p the probability of at least {@code value} without drift
   */
  public record Distance(double value, double effect, double p, long reference, long current) {}

  /**
   * The population stability index Σ(q−p)·ln(q/p). Without drift it follows (1/n+1/m)·χ²(B−1) for n
   * and m rows in B bins, so its expectation is (B−1)(1/n+1/m).
   */
  public static Distance psi(long[] reference, long[] current) {
    double[] p = shares(reference);
    double[] q = shares(current);
    sameBins(p, q);
    double value = 0;
    for (int bin = 0; bin < p.length; bin++) {
      value += (q[bin] - p[bin]) * Math.log(q[bin] / p[bin]);
    }
    return against(value, 1, reference, current);
  }

  /** The Jensen-Shannon distance (the square root), natural logarithm; its square is judged. */
  public static Distance jensenShannon(long[] reference, long[] current) {
    double[] p = shares(reference);
    double[] q = shares(current);
    sameBins(p, q);
    double divergence = 0;
    for (int bin = 0; bin < p.length; bin++) {
      double mean = (p[bin] + q[bin]) / 2;
      divergence += (p[bin] * Math.log(p[bin] / mean) + q[bin] * Math.log(q[bin] / mean)) / 2;
    }
    Distance squared = against(Math.max(0, divergence), 8, reference, current);
    return new Distance(
        Math.sqrt(squared.value()),
        Math.sqrt(squared.effect()),
        squared.p(),
        squared.reference(),
        squared.current());
  }

  private static Distance against(double value, double scale, long[] reference, long[] current) {
    long n = Arrays.stream(reference).sum();
    long m = Arrays.stream(current).sum();
    if (n == 0 || m == 0) {
      throw EspalierException.invalid("A distance needs rows on both sides.");
    }
    double unit = (1.0 / n + 1.0 / m) / scale;
    int freedom = reference.length - 1;
    double p = ChiSquaredDistribution.of(freedom).survivalProbability(value / unit);
    return new Distance(value, Math.max(0, value - freedom * unit), p, n, m);
  }

  private static double[] shares(long[] counts) {
    if (counts.length < 2) {
      throw EspalierException.invalid("A histogram needs at least two bins.");
    }
    double total = Arrays.stream(counts).sum() + PSEUDOCOUNT * counts.length;
    return Arrays.stream(counts).mapToDouble(count -> (count + PSEUDOCOUNT) / total).toArray();
  }

  private static void sameBins(double[] p, double[] q) {
    if (p.length != q.length) {
      throw EspalierException.invalid("Histograms with different bins cannot be compared.");
    }
  }

  /** Counts of values in ten equal bins of [0, 1]; the last includes 1. */
  public static long[] scoreHistogram(double[] scores) {
    long[] bins = new long[10];
    for (double score : scores) {
      bins[Math.max(0, Math.min(9, (int) (score * 10)))]++;
    }
    return bins;
  }
}
