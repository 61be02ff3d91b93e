package dev.espalier.serving;

import java.util.Optional;

/** What a model's answer must be before anyone sees it. */
final class PostAssertions {
  private static final double SUM_TOLERANCE = 1e-4;

  private PostAssertions() {}

  /** Why this row is no distribution over {@code labels} labels; empty when it is one. */
  static Optional<String> problem(double[] row, int labels) {
    if (row.length != labels) {
      return Optional.of("%d probabilities for %d labels".formatted(row.length, labels));
    }
    double sum = 0;
    for (double probability : row) {
      if (!Double.isFinite(probability)) {
        return Optional.of("a probability is not finite");
      }
      if (probability < -SUM_TOLERANCE || probability > 1 + SUM_TOLERANCE) {
        return Optional.of("a probability is outside 0–1");
      }
      sum += probability;
    }
    return Math.abs(sum - 1) <= SUM_TOLERANCE
        ? Optional.empty()
        : Optional.of("the probabilities sum to " + sum);
  }
}
