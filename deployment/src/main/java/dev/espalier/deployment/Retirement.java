package dev.espalier.deployment;

import java.time.Instant;

/**
 * A version that nobody is to release any more. It stays registered, with its bundle and its
 * records.
 *
 * @param at product time
 */
public record Retirement(String version, Instant at, String by, String reason) {
  /** Why nothing may name the version, and what to do about it. */
  public String refusal() {
    return "Version %s was retired by %s (%s): take it back into service first."
        .formatted(version, by, reason);
  }
}
