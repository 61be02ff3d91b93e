package dev.espalier.evaluation;

import dev.espalier.platform.EspalierException;

/**
 * Watches a rollout without paying for every look: a mixture martingale over bad events (in the
 * line of Lindon et al., arXiv 2205.14762). Each bad event is the canary's or the baseline's; under
 * "the canary's rate is at most (1 + margin) times the baseline's" the mixture is a non-negative
 * supermartingale, so it reaches 1/α with probability at most α at any stopping time (Ville).
 *
 * <p>Not thread-safe; replay the events in routing order to rebuild it.
 */
public final class SequentialTest {
  private static final int GRID = 24;
  private static final double SMALLEST = 1.1;
  private static final double LARGEST = 20;
  private final double margin;
  private final double alpha;
  private final double[] logLikelihood = new double[GRID];
  private long events;

  /**
   * @param margin tolerated relative increase, at least 0
   * @param alpha bound of the false-alarm probability, in (0, 1)
   */
  public SequentialTest(double margin, double alpha) {
    if (margin < 0 || alpha <= 0 || alpha >= 1) {
      throw EspalierException.invalid("A sequential test needs margin ≥ 0 and 0 < α < 1.");
    }
    this.margin = margin;
    this.alpha = alpha;
  }

  /**
   * Takes one bad event.
   *
   * @param canaryShare the canary's probability of being routed to, when this request was
   */
  public void badEvent(Side side, double canaryShare) {
    if (canaryShare <= 0 || canaryShare >= 1) {
      return; // One arm only: nothing to compare.
    }
    double tolerated = (1 + margin) * canaryShare;
    double null0 = tolerated / (tolerated + 1 - canaryShare);
    for (int i = 0; i < GRID; i++) {
      double worse = tolerated * ratio(i);
      double theta = worse / (worse + 1 - canaryShare);
      logLikelihood[i] +=
          side == Side.CANARY ? Math.log(theta / null0) : Math.log((1 - theta) / (1 - null0));
    }
    events++;
  }

  private static double ratio(int i) {
    return SMALLEST * Math.pow(LARGEST / SMALLEST, i / (GRID - 1.0));
  }

  /** The evidence against "no worse": the mean likelihood ratio over the grid. */
  public double evidence() {
    double sum = 0;
    for (double value : logLikelihood) {
      sum += Math.exp(value);
    }
    return sum / GRID;
  }

  /** True once the canary is worse beyond the margin, at level α. */
  public boolean alarmed() {
    return evidence() >= 1 / alpha;
  }

  public long events() {
    return events;
  }

  /** Whose bad event it was. */
  public enum Side {
    CANARY,
    BASELINE
  }
}
