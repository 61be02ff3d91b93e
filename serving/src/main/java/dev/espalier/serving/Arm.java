package dev.espalier.serving;

import dev.espalier.platform.EspalierException;

/**
 * A version behind an endpoint and its share of the traffic, 0–1.
 *
 * @param role {@code champion}, {@code candidate}, {@code previous} or {@code baseline}; the last
 *     two carry weight 0 and serve as rungs
 */
public record Arm(String version, double weight, String role) {
  public static final String CHAMPION = "champion";
  public static final String CANDIDATE = "candidate";
  public static final String PREVIOUS = "previous";
  public static final String BASELINE = "baseline";

  public Arm {
    if (!(weight >= 0 && weight <= 1)) {
      throw EspalierException.invalid("An arm's weight is a share between 0 and 1: " + weight);
    }
  }
}
