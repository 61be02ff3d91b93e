package dev.espalier.deployment;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One share of the traffic; the whole of it is the bake.
 *
 * @param state PENDING, RUNNING, PASSED, FAILED, or ACCEPTED by a person all the same
 */
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

  /** How long it must still be held; zero when it has been. */
  Duration holdLeft(Instant now) {
    Duration held = Duration.between(startedAt.orElse(now), now);
    return held.compareTo(hold) >= 0 ? Duration.ZERO : hold.minus(held);
  }

  Optional<GuardrailResult> first(Verdict verdict) {
    return guardrails.stream().filter(one -> one.verdict() == verdict).findFirst();
  }

  /** The candidate minus the champion in every signal that both arms have. */
  public List<Effect> effects() {
    return guardrails.stream().flatMap(one -> Effect.of(one).stream()).toList();
  }

  /** What a decision at this step rests on. */
  SortedMap<String, Double> numbers() {
    SortedMap<String, Double> numbers = new TreeMap<>();
    numbers.put("championRequests", (double) championRequests);
    numbers.put("candidateRequests", (double) candidateRequests);
    for (GuardrailResult result : guardrails) {
      result.candidate().ifPresent(one -> numbers.put(result.signal(), one.value()));
    }
    for (Effect effect : effects()) {
      numbers.put(effect.signal() + ".effect", effect.value());
      numbers.put(effect.signal() + ".effectLow", effect.low());
      numbers.put(effect.signal() + ".effectHigh", effect.high());
    }
    return numbers;
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
