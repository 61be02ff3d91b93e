package dev.espalier.canvas;

import java.time.Instant;
import java.util.Optional;

/**
 * A resource that is not what its answer compiles to.
 *
 * @param resource {@code kind/name}
 * @param field the path of the value in its specification; empty for the whole resource
 * @param expected in JSON; empty when nothing should be there
 * @param actual in JSON; empty when nothing is there
 * @param by who changed it, where that is known
 * @param at when it was found, in the product's time
 * @param settledBy who adopted or reverted it
 */
public record Drift(
    String id,
    String resource,
    String field,
    String expected,
    String actual,
    Optional<String> by,
    Instant at,
    State state,
    Optional<String> settledBy) {

  /** What has become of it. */
  public enum State {
    /** It is there. */
    OPEN,
    /** A draft says what was done by hand; it ends when the draft is applied. */
    ADOPTED,
    /** The resource was put back. */
    REVERTED,
    /** It is no longer there: changed back by hand, or another version was applied. */
    GONE
  }

  Drift settled(State now, String who) {
    return new Drift(id, resource, field, expected, actual, by, at, now, Optional.of(who));
  }
}
