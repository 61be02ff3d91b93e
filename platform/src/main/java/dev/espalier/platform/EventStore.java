package dev.espalier.platform;

import java.time.Instant;
import java.util.List;

/** The events' table. */
final class EventStore {
  private final Database database;

  EventStore(Database database) {
    this.database = database;
    database.migrate("platform");
  }

  /** Appends one event for each of {@code data}, in one commit. */
  void append(Instant at, Instant recordedAt, String product, String type, List<String> data) {
    int _ =
        database.write(handle -> {
          for (String each : data) {
            handle
                .createUpdate(
                    """
                    INSERT INTO event (at, recorded_at, product, type, data)
                    VALUES (:at, :recordedAt, :product, :type, :data)
                    """)
                .bind("at", at.toString())
                .bind("recordedAt", recordedAt.toString())
                .bind("product", product)
                .bind("type", type)
                .bind("data", each)
                .execute();
          }
          return data.size();
        });
  }

  List<Events.Event> after(long seq, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT seq, at, recorded_at, product, type, data FROM event
                WHERE seq > :seq ORDER BY seq LIMIT :limit
                """)
            .bind("seq", seq)
            .bind("limit", limit)
            .map((row, context) ->
                new Events.Event(
                    row.getLong("seq"),
                    Instant.parse(row.getString("at")),
                    Instant.parse(row.getString("recorded_at")),
                    row.getString("product"),
                    row.getString("type"),
                    row.getString("data")))
            .list());
  }

  long latest() {
    return database.read(handle ->
        handle.createQuery("SELECT coalesce(max(seq), 0) FROM event").mapTo(Long.class).one());
  }
}
