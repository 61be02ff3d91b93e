package dev.espalier.evaluation;

import dev.espalier.platform.EspalierException;
import java.util.Arrays;

/**
 * Counts over bins of equal reference mass. Edges freeze with the reference: bins are [e₀, e₁) …
 * with the last closed on the right, plus one below and one above. Histograms merge by adding.
 */
@SuppressWarnings("ArrayRecordComponent") // Copied in and out; equality is by content.
public record DecisionHistogram(double[] edges, long[] counts) {
  private static final int MAX_BINS = 20;

  public DecisionHistogram {
    if (edges.length < 2 || counts.length != edges.length + 1) {
      throw EspalierException.invalid("A histogram of k edges has k + 1 counts, and k ≥ 2.");
    }
    edges = edges.clone();
    counts = counts.clone();
  }

  /**
   * A reference's own histogram.
   *
   * @param bins 1 to 20; fewer come out when values repeat
   * @throws EspalierException INVALID without at least two different finite values
   */
  public static DecisionHistogram reference(double[] values, int bins) {
    double[] sorted = Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
    if (bins < 1 || bins > MAX_BINS || sorted.length == 0) {
      throw EspalierException.invalid("A reference needs values and 1 to 20 bins.");
    }
    double[] edges = new double[bins + 1];
    for (int i = 0; i <= bins; i++) {
      edges[i] = Bootstrap.quantile(sorted, (double) i / bins);
    }
    double[] distinct = Arrays.stream(edges).distinct().toArray();
    if (distinct.length < 2) {
      throw EspalierException.invalid("A reference needs at least two different values.");
    }
    return new DecisionHistogram(distinct, new long[distinct.length + 1]).count(values);
  }

  /** Other values over the same edges. NaN is left out. */
  public DecisionHistogram count(double[] values) {
    long[] counted = new long[counts.length];
    for (double value : values) {
      if (!Double.isNaN(value)) {
        counted[bin(value)]++;
      }
    }
    return new DecisionHistogram(edges, counted);
  }

  private int bin(double value) {
    int last = edges.length - 1;
    if (value == edges[last]) {
      return last;
    }
    int found = Arrays.binarySearch(edges, value);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /**
   * Both counts together.
   *
   * @throws EspalierException INVALID when the edges differ
   */
  public DecisionHistogram merge(DecisionHistogram other) {
    if (!Arrays.equals(edges, other.edges)) {
      throw EspalierException.invalid("Histograms with different edges cannot be merged.");
    }
    long[] sum = counts.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other.counts[i];
    }
    return new DecisionHistogram(edges, sum);
  }

  @Override
  public double[] edges() {
    return edges.clone();
  }

  @Override
  public long[] counts() {
    return counts.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DecisionHistogram that
        && Arrays.equals(edges, that.edges)
        && Arrays.equals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(edges) + Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return "edges %s, counts %s".formatted(Arrays.toString(edges), Arrays.toString(counts));
  }
}
