package dev.espalier.evaluation;

import dev.espalier.platform.EspalierException;
import java.util.Arrays;
import java.util.stream.IntStream;
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
    long[][] filled = filled(reference, current);
    double[] p = shares(filled[0]);
    double[] q = shares(filled[1]);
    double value = 0;
    for (int bin = 0; bin < p.length; bin++) {
      value += (q[bin] - p[bin]) * Math.log(q[bin] / p[bin]);
    }
    return against(value, 1, filled[0], filled[1]);
  }

  /** The Jensen-Shannon distance (the square root), natural logarithm; its square is judged. */
  public static Distance jensenShannon(long[] reference, long[] current) {
    long[][] filled = filled(reference, current);
    double[] p = shares(filled[0]);
    double[] q = shares(filled[1]);
    double divergence = 0;
    for (int bin = 0; bin < p.length; bin++) {
      double mean = (p[bin] + q[bin]) / 2;
      divergence += (p[bin] * Math.log(p[bin] / mean) + q[bin] * Math.log(q[bin] / mean)) / 2;
    }
    Distance squared = against(Math.max(0, divergence), 8, filled[0], filled[1]);
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
    if (freedom == 0) {
      return new Distance(0, 0, 1, n, m); // Everything is in one bin, on both sides.
    }
    double p = ChiSquaredDistribution.of(freedom).survivalProbability(value / unit);
    return new Distance(value, Math.max(0, value - freedom * unit), p, n, m);
  }

  /**
   * Both histograms without the bins that are empty in both: a bin that neither side has ever
   * filled says nothing and is no degree of freedom, as an empty column of a contingency table is
   * none.
   */
  private static long[][] filled(long[] reference, long[] current) {
    if (reference.length != current.length) {
      throw EspalierException.invalid("Histograms with different bins cannot be compared.");
    }
    if (reference.length < 2) {
      throw EspalierException.invalid("A histogram needs at least two bins.");
    }
    int[] kept =
        IntStream.range(0, reference.length)
            .filter(bin -> reference[bin] > 0 || current[bin] > 0)
            .toArray();
    return new long[][] {
      Arrays.stream(kept).mapToLong(bin -> reference[bin]).toArray(),
      Arrays.stream(kept).mapToLong(bin -> current[bin]).toArray()
    };
  }

  private static double[] shares(long[] counts) {
    double total = Arrays.stream(counts).sum() + PSEUDOCOUNT * counts.length;
    return Arrays.stream(counts).mapToDouble(count -> (count + PSEUDOCOUNT) / total).toArray();
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
