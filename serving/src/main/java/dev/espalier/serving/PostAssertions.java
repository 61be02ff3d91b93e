package dev.espalier.serving;

import java.util.Optional;
import java.util.Set;

/** What a model's answer must be before anyone sees it. */
final class PostAssertions {
  private static final double SUM_TOLERANCE = 1e-4;

  private PostAssertions() {}

  /** Why this row breaks the floor or one of the rules about the row itself; empty when none. */
  static Optional<String> problem(double[] row, int labels, Set<PostRule> rules) {
    return floor(row, labels).or(() -> rules.contains(PostRule.SUM) ? sum(row) : Optional.empty());
  }

  /** Why no answer over {@code labels} labels can be read from this row, whatever is asked. */
  static Optional<String> floor(double[] row, int labels) {
    if (row.length != labels) {
      return Optional.of("%d probabilities for %d labels".formatted(row.length, labels));
    }
    for (double probability : row) {
      if (!Double.isFinite(probability)) {
        return Optional.of("a probability is not finite");
      }
    }
    return Optional.empty();
  }

  /** Why this row is no distribution. */
  static Optional<String> sum(double[] row) {
    double sum = 0;
    for (double probability : row) {
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
