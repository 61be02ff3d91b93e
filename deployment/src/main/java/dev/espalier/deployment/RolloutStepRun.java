package dev.espalier.deployment;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One share of the traffic: PENDING, RUNNING, PASSED, FAILED or SKIPPED. */
public record RolloutStepRun(
    double share,
    Duration hold,
    int minRequests,
    String state,
    Optional<Instant> startedAt,
    Optional<Instant> endedAt,
    long championRequests,
    long candidateRequests,
    List<GuardrailResult> guardrails) {
  public RolloutStepRun {
    guardrails = List.copyOf(guardrails);
  }

  RolloutStepRun started(Instant at) {
    return new RolloutStepRun(
        share, hold, minRequests, "RUNNING", Optional.of(at), endedAt, 0, 0, guardrails);
  }

  RolloutStepRun seen(long champion, long candidate, List<GuardrailResult> results) {
    return new RolloutStepRun(
        share, hold, minRequests, state, startedAt, endedAt, champion, candidate, results);
  }

  RolloutStepRun ended(String how, Instant at) {
    return new RolloutStepRun(
        share,
        hold,
        minRequests,
        how,
        startedAt,
        Optional.of(at),
        championRequests,
        candidateRequests,
        guardrails);
  }
}
