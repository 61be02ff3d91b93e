package dev.espalier.evaluation;

import org.apache.commons.statistics.distribution.NormalDistribution;

/** The standard normal distribution. */
final class Normal {
  private static final NormalDistribution STANDARD = NormalDistribution.of(0, 1);

  private Normal() {}

  static double quantile(double probability) {
    return STANDARD.inverseCumulativeProbability(probability);
  }
}
