package dev.espalier.evaluation;

import dev.espalier.platform.EspalierException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/** Classic tests; every p-value is two-sided unless named otherwise. */
public final class Hypotheses {
  private Hypotheses() {}

  /**
   * The exact McNemar test of two models on the same rows: min(1, 2·P(X ≤ min)) with X ~ Bin(n, ½)
   * over the n rows that exactly one of them got right.
   *
   * @throws EspalierException INVALID when the row ids differ
   */
  public static double mcNemar(Predictions first, Predictions second) {
    Predictions aligned = second.alignedWith(first);
    int onlyFirst = 0;
    int onlySecond = 0;
    for (int i = 0; i < first.rows().size(); i++) {
      boolean one = right(first.rows().get(i));
      boolean other = right(aligned.rows().get(i));
      onlyFirst += one && !other ? 1 : 0;
      onlySecond += other && !one ? 1 : 0;
    }
    return mcNemar(onlyFirst, onlySecond);
  }

  static double mcNemar(int onlyFirst, int onlySecond) {
    int n = onlyFirst + onlySecond;
    return n == 0
        ? 1
        : Math.min(
            1,
            2
                * BinomialDistribution.of(n, 0.5)
                    .cumulativeProbability(Math.min(onlyFirst, onlySecond)));
  }

  private static boolean right(Scored row) {
    return row.predicted().equals(row.actual());
  }

  /**
   * The chi-square test of homogeneity of two histograms over the same bins, without Yates'
   * correction; bins that are empty on both sides are dropped.
   *
   * @return its p-value; 1 when fewer than two bins are left
   */
  public static double homogeneity(long[] reference, long[] current) {
    if (reference.length != current.length) {
      throw EspalierException.invalid("Histograms with different bins cannot be compared.");
    }
    double n = Arrays.stream(reference).sum();
    double m = Arrays.stream(current).sum();
    if (n == 0 || m == 0) {
      throw EspalierException.invalid("A test of homogeneity needs rows on both sides.");
    }
    double statistic = 0;
    int bins = 0;
    for (int i = 0; i < reference.length; i++) {
      double both = reference[i] + current[i];
      if (both > 0) {
        double expected = both * n / (n + m);
        double other = both * m / (n + m);
        statistic += Math.pow(reference[i] - expected, 2) / expected;
        statistic += Math.pow(current[i] - other, 2) / other;
        bins++;
      }
    }
    return bins < 2 ? 1 : ChiSquaredDistribution.of(bins - 1).survivalProbability(statistic);
  }

  /**
   * The sample ratio test: were the requests of each step split as declared? The sum of the steps'
   * chi-square statistics, one degree of freedom each; steps that nobody split or where a cell
   * expects less than 5 are dropped.
   *
   * @param candidate requests that the candidate got, a step each
   * @param total requests of both arms
   * @param share the candidate's declared share
   * @return its p-value; 1 when no step is left
   */
  public static double sampleRatio(long[] candidate, long[] total, double[] share) {
    double statistic = 0;
    int steps = 0;
    for (int i = 0; i < candidate.length; i++) {
      double expected = total[i] * share[i];
      double other = total[i] - expected;
      if (Math.min(expected, other) >= 5) {
        double off = candidate[i] - expected;
        statistic += off * off / expected + off * off / other;
        steps++;
      }
    }
    return steps == 0 ? 1 : ChiSquaredDistribution.of(steps).survivalProbability(statistic);
  }

  /**
   * Benjamini and Hochberg's adjusted p-values (1995), in the order given: rejecting those at or
   * below α keeps the expected share of false ones at or below α.
   */
  public static double[] benjaminiHochberg(double[] pValues) {
    int[] order =
        IntStream.range(0, pValues.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> pValues[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] adjusted = new double[pValues.length];
    double smallest = 1;
    for (int rank = order.length; rank >= 1; rank--) {
      int index = order[rank - 1];
      smallest = Math.min(smallest, pValues[index] * pValues.length / rank);
      adjusted[index] = smallest;
    }
    return adjusted;
  }
}
