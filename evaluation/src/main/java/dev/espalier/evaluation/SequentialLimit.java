package dev.espalier.evaluation;

import dev.espalier.platform.EspalierException;

/**
 * Watches a share of bad events against an absolute limit, at every request, with one false-alarm
 * probability: a mixture of Bernoulli likelihood ratios θ/limit. Under "the share is at most the
 * limit" it is a non-negative supermartingale (Ville). Not thread-safe.
 */
public final class SequentialLimit {
  private static final int GRID = 24;
  private final double limit;
  private final double alpha;
  private final double[] logLikelihood = new double[GRID];

  /**
   * @param limit the share that is still tolerated, in (0, 1)
   * @param alpha bound of the false-alarm probability, in (0, 1)
   */
  public SequentialLimit(double limit, double alpha) {
    if (limit <= 0 || limit >= 1 || alpha <= 0 || alpha >= 1) {
      throw EspalierException.invalid("A sequential limit needs 0 < limit < 1 and 0 < α < 1.");
    }
    this.limit = limit;
    this.alpha = alpha;
  }

  /** Takes one request: whether it went well or badly. */
  public void observe(Outcome outcome) {
    for (int i = 0; i < GRID; i++) {
      double theta = limit + (1 - limit) * Math.pow((i + 1) / (GRID + 1.0), 3);
      logLikelihood[i] +=
          outcome == Outcome.BAD ? Math.log(theta / limit) : Math.log((1 - theta) / (1 - limit));
    }
  }

  /** The evidence against "within the limit": the mean likelihood ratio over the grid. */
  public double evidence() {
    double sum = 0;
    for (double value : logLikelihood) {
      sum += Math.exp(value);
    }
    return sum / GRID;
  }

  /** True once the share is above the limit, at level α. */
  public boolean alarmed() {
    return evidence() >= 1 / alpha;
  }

  /** How a request went. */
  public enum Outcome {
    GOOD,
    BAD
  }
}
