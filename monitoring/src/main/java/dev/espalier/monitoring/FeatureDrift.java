package dev.espalier.monitoring;

import java.time.Instant;
import java.util.List;

/**
 * How far what was asked is from what was trained on, property by property and week by week.
 *
 * @param features the properties, in their order
 * @param weeks oldest first, of Monday to Monday UTC; a week without answers is not there
 */
public record FeatureDrift(List<String> features, List<Week> weeks) {
  /**
   * One week against the training rows of the version that answered most of it.
   *
   * @param n texts of that version in the week
   * @param cells one for each property that has more than one value in training
   */
  public record Week(Instant from, Instant to, String version, int n, List<Cell> cells) {}

  /**
   * One property of one week.
   *
   * @param distance the Jensen-Shannon distance over twenty bins of equal mass of the training
   *     rows, 0 to 0.83
   * @param beyondChance what of it is more than so few texts show without drift
   * @param p the probability of at least that distance without drift
   */
  public record Cell(String feature, double distance, double beyondChance, double p) {}
}
