package dev.espalier.canvas;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A stored observation of one clause, as it was recorded.
 *
 * @param pass the source's own verdict, where the clause has no bound
 * @param current it is about the answer that applies now; a clause with a bound judges its value
 *     under any answer
 */
public record Seen(
    String id,
    Clause.Kind kind,
    String subject,
    Instant observedAt,
    Instant recordedAt,
    Duration ttl,
    long n,
    OptionalDouble value,
    Optional<Observation.Interval> ci,
    Optional<Boolean> pass,
    String detail,
    String source,
    boolean current) {

  static Seen of(Evidence row, boolean current) {
    Observation seen = row.seen();
    return new Seen(
        row.id(),
        row.kind(),
        seen.subject(),
        seen.observedAt(),
        row.recordedAt(),
        row.ttl(),
        seen.n(),
        seen.value(),
        seen.interval(),
        seen.pass(),
        seen.detail(),
        seen.source(),
        current);
  }
}
