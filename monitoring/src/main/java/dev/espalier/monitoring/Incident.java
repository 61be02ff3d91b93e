package dev.espalier.monitoring;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One cause of trouble and what was done about it, as one record.
 *
 * @param cause metric family and model version
 * @param state open until it is over, then resolved
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
    List<TraceEntry> trace) {

  /** One link of the chain; kind: alert, run, version, rollout, recovered, note. */
  public record TraceEntry(Instant at, String kind, String ref, String text) {}

  public Incident {
    trace = List.copyOf(trace);
  }

  /** Whether the chain has a link of this kind. */
  public boolean has(String kind) {
    return trace.stream().anyMatch(entry -> entry.kind().equals(kind));
  }
}
