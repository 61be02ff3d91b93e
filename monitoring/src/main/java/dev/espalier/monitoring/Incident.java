package dev.espalier.monitoring;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One cause of trouble and what was done about it, as one record.
 *
 * @param cause metric family and model version
 * @param state open, acknowledged once somebody has seen it, resolved when it is over
 * @param worth what a person says it was worth
 * @param snoozedUntil nobody is called before, product time
 * @param escalatedAt when it was called again because nobody had acknowledged it, machine time
 */
public record Incident(
    String id,
    String product,
    String title,
    String cause,
    String version,
    String state,
    Instant openedAt,
    Optional<Instant> resolvedAt,
    Optional<Instant> acknowledgedAt,
    Optional<String> acknowledgedBy,
    Optional<Worth> worth,
    Optional<Instant> snoozedUntil,
    Optional<Instant> escalatedAt,
    List<TraceEntry> trace) {
  static final String OPEN = "open";
  static final String ACKNOWLEDGED = "acknowledged";
  static final String RESOLVED = "resolved";

  /** One link of the chain; kind: alert, run, version, rollout, recovered, note. */
  public record TraceEntry(Instant at, String kind, String ref, String text) {}

  public Incident {
    trace = List.copyOf(trace);
  }

  /** As it begins: open, seen by nobody. */
  static Incident opened(
      String id, String product, String title, String cause, String version, Instant at) {
    return new Incident(
        id,
        product,
        title,
        cause,
        version,
        OPEN,
        at,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  /** Whether it still goes on. */
  boolean unresolved() {
    return !state.equals(RESOLVED);
  }

  /** Whether nobody is to be called at {@code now}, product time. */
  boolean quiet(Instant now) {
    return snoozedUntil.map(now::isBefore).orElse(false);
  }

  /** Whether the chain has a link of this kind. */
  public boolean has(String kind) {
    return trace.stream().anyMatch(entry -> entry.kind().equals(kind));
  }
}
