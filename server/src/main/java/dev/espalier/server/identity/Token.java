package dev.espalier.server.identity;

import java.time.Instant;
import java.util.Optional;

/**
 * What is known about a token; the secret itself is not. Times are the machine's.
 *
 * @param createdBy who asked for it
 */
public record Token(
    String id,
    String user,
    Instant createdAt,
    String createdBy,
    Instant expiresAt,
    Optional<Instant> lastUsedAt,
    Optional<Instant> revokedAt,
    Optional<String> revokedBy) {

  boolean valid(Instant now) {
    return revokedAt.isEmpty() && now.isBefore(expiresAt);
  }
}
