package dev.espalier.server;

import dev.espalier.platform.Database;
import java.time.Instant;
import java.util.Optional;

/** What keeps artifacts that no row names yet: work under way. */
final class HoldStore {
  private HoldStore() {}

  /** When the oldest pipeline run that still works began, by the machine's clock. */
  static Optional<Instant> workingSince(Database database) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT started_millis FROM run
                WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'CANCELLED')
                ORDER BY started_millis LIMIT 1
                """)
            .mapTo(Long.class)
            .findOne()
            .map(Instant::ofEpochMilli));
  }
}
