package dev.espalier.evaluation;

import dev.espalier.platform.EspalierException;

/**
 * The Wilson score interval of a share (Wilson 1927), without continuity correction; equals {@code
 * statsmodels.stats.proportion.proportion_confint(method="wilson")}.
 */
public final class Wilson {
  private Wilson() {}

  /**
   * @param hits successes, 0 … n
   * @param n trials; 0 gives [0, 1]: nothing is known
   * @param level confidence, in (0, 1)
   */
  public static Interval interval(long hits, long n, double level) {
    if (hits < 0 || hits > n || level <= 0 || level >= 1) {
      throw EspalierException.invalid(
          "No interval for %d of %d at level %s.".formatted(hits, n, level));
    }
    if (n == 0) {
      return new Interval(0, 1);
    }
    double z = Normal.quantile(1 - (1 - level) / 2);
    double share = (double) hits / n;
    double denominator = 1 + z * z / n;
    double centre = (share + z * z / (2 * n)) / denominator;
    double half = z / denominator * Math.sqrt(share * (1 - share) / n + z * z / (4.0 * n * n));
    return new Interval(
        hits == 0 ? 0 : Math.max(0, centre - half), hits == n ? 1 : Math.min(1, centre + half));
  }
}
