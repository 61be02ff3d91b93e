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
  /** One that rests on no window: a test, or an undeliverable message. */
  static Alert plain(
      String id,
      String product,
      String monitor,
      String severity,
      Instant at,
      String text,
      Purpose purpose) {
    return new Alert(
        id,
        product,
        monitor,
        "none",
        severity,
        "firing",
        at,
        Optional.empty(),
        0,
        0,
        0,
        0,
        0,
        text,
        Optional.empty(),
        Optional.empty(),
        purpose);
  }

  /** LIVE for reality; DRILL for a test, which counts nowhere. */
  public enum Purpose {
    LIVE,
    DRILL
  }
}
