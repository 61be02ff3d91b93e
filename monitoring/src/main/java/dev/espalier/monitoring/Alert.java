package dev.espalier.monitoring;

import java.time.Instant;
import java.util.Optional;

/** A message that a rule began to fire, with the numbers it rests on. */
public record Alert(
    String id,
    String product,
    String monitor,
    String version,
    String severity,
    String state,
    Instant firedAt,
    Optional<Instant> resolvedAt,
    double value,
    double low,
    double high,
    long n,
    double bound,
    String text,
    Optional<String> runbook,
    Optional<String> incidentId,
    Purpose purpose) {
  /** LIVE for reality; DRILL for a test, which counts nowhere. */
  public enum Purpose {
    LIVE,
    DRILL
  }
}
