package dev.espalier.deployment;

import java.util.List;

/** The requests routed to one version, oldest first. */
public record ArmOutcomes(String version, List<Outcome> outcomes) {
  public ArmOutcomes {
    outcomes = List.copyOf(outcomes);
  }

  public long requests() {
    return outcomes.size();
  }

  /** How many requests nobody answered. */
  public long errors() {
    return outcomes.stream().filter(Outcome::error).count();
  }

  /** How many requests another rung had to answer. */
  public long fallbacks() {
    return outcomes.stream().filter(Outcome::fallback).count();
  }

  /** How many requests took longer than {@code micros}. */
  public long slower(long micros) {
    return outcomes.stream().filter(outcome -> outcome.latencyMicros() > micros).count();
  }

  /** How many outcomes have their label. */
  public long labelled() {
    return outcomes.stream().filter(outcome -> outcome.actual().isPresent()).count();
  }
}
