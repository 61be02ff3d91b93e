package dev.espalier.deployment;

import java.time.Instant;
import java.util.Optional;

/**
 * A release that went past the policy in an emergency, and the review that it owes.
 *
 * @param by who broke the glass
 * @param reason why, in their words
 * @param due product time by which somebody else must have looked at it
 */
public record BreakGlass(
    String by,
    String reason,
    Instant due,
    Optional<String> reviewedBy,
    Optional<Instant> reviewedAt) {

  BreakGlass reviewed(String reviewer, Instant at) {
    return new BreakGlass(by, reason, due, Optional.of(reviewer), Optional.of(at));
  }

  /** True when the review came in time; false when it came late or is overdue. */
  boolean inTime(Instant now) {
    return !reviewedAt.orElse(now).isAfter(due);
  }
}
