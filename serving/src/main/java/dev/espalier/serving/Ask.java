package dev.espalier.serving;

import java.time.Instant;
import java.util.Optional;

/**
 * One question to an endpoint.
 *
 * @param text what is to be classified
 * @param unit the sticky key: the same unit stays on the same arm; without one the request id is
 *     the unit
 * @param at event time, where the caller replays history; otherwise the product's present
 * @param consumer who asks, for the log
 * @param requestId the caller's own id of the request
 */
public record Ask(
    String text,
    Optional<String> unit,
    Optional<Instant> at,
    Optional<String> consumer,
    Optional<String> requestId) {

  /** A question with nothing but its text. */
  public static Ask of(String text) {
    return new Ask(text, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }
}
