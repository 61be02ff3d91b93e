package dev.espalier.monitoring;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * When a firing alert starts a retraining, as a pure function of history and time: one at a time,
 * not within {@code cooldown} of the last start, not after {@code maxFailures} failures in a row.
 */
record RetrainPolicy(Duration cooldown, int maxFailures) {
  /** Yes or no, and why. */
  record Answer(boolean fire, String reason) {}

  Answer decide(List<RetrainDecision> history, Instant now, String because) {
    List<RetrainDecision> fired =
        history.stream()
            .filter(RetrainDecision::fire)
            .sorted(Comparator.comparing(RetrainDecision::at))
            .toList();
    if (fired.isEmpty()) {
      return new Answer(true, because);
    }
    RetrainDecision last = fired.getLast();
    if (last.startedAt().isEmpty()) {
      return new Answer(false, "No: a retraining is already decided and waits to start.");
    }
    Instant free = last.startedAt().get().plus(cooldown);
    if (last.outcome().isEmpty()) {
      return new Answer(
          false, "No: the retraining %s is still under way.".formatted(last.runId().orElse("")));
    }
    if (now.isBefore(free)) {
      return new Answer(false, "No: cooling down until %s.".formatted(free));
    }
    long failures = trailingFailures(fired);
    return failures >= maxFailures
        ? new Answer(
            false, "No: %d retrainings failed in a row; a person decides.".formatted(failures))
        : new Answer(true, because);
  }

  private static long trailingFailures(List<RetrainDecision> fired) {
    return fired.reversed().stream()
        .takeWhile(
            decision -> !decision.outcome().equals(Optional.of(RetrainDecision.Outcome.PROMOTED)))
        .count();
  }
}
