package dev.espalier.monitoring;

import dev.espalier.platform.Database;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Messages on their way out; one is written with the alert that it tells of. */
final class OutboxStore {
  private final Database database;

  OutboxStore(Database database) {
    this.database = database;
  }

  static void insert(Handle handle, Outbox.Message message) {
    handle
        .createUpdate(
            """
            INSERT INTO outbox (id, product, receiver, body, state, attempts, next_at,
              incident)
            VALUES (:id, :product, :receiver, :body, 'due', :attempts, :nextAt, :incident)
            ON CONFLICT (id) DO NOTHING
            """)
        .bind("id", message.id())
        .bind("product", message.product())
        .bind("receiver", message.receiver())
        .bind("body", message.body())
        .bind("attempts", message.attempts())
        .bind("nextAt", EventTime.text(message.nextAt()))
        .bind("incident", message.incident())
        .execute();
  }

  /** Takes back what waits because nobody had acknowledged an incident. */
  static void withdraw(Handle handle, String incident) {
    handle
        .createUpdate(
            """
            UPDATE outbox SET state = 'withdrawn' WHERE state = 'due' AND incident = :incident
            """)
        .bind("incident", incident)
        .execute();
  }

  /** Lets the same wait until {@code at}, machine time. */
  static void postpone(Handle handle, String incident, Instant at) {
    handle
        .createUpdate(
            """
            UPDATE outbox SET next_at = :at WHERE state = 'due' AND incident = :incident
            """)
        .bind("at", EventTime.text(at))
        .bind("incident", incident)
        .execute();
  }

  List<Outbox.Message> due(Instant now, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM outbox WHERE state = 'due' AND next_at <= :now
                ORDER BY next_at, id LIMIT :limit
                """)
            .bind("now", EventTime.text(now))
            .bind("limit", limit)
            .map((row, _) ->
                new Outbox.Message(
                    row.getString("id"),
                    row.getString("product"),
                    row.getString("receiver"),
                    row.getString("body"),
                    row.getInt("attempts"),
                    Instant.parse(row.getString("next_at")),
                    Optional.ofNullable(row.getString("incident"))))
            .list());
  }

  void settle(String id, String state, int attempts, Instant nextAt, String failure) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                UPDATE outbox SET state = :state, attempts = :attempts, next_at = :nextAt,
                  failure = :failure WHERE id = :id
                """)
            .bind("state", state)
            .bind("attempts", attempts)
            .bind("nextAt", EventTime.text(nextAt))
            .bind("failure", failure)
            .bind("id", id)
            .execute());
  }

  boolean delivered(String id) {
    return 1
        == database.<Long>read(handle ->
            handle
                .createQuery("SELECT count(*) FROM outbox WHERE id = :id AND state = 'delivered'")
                .bind("id", id)
                .mapTo(Long.class)
                .one());
  }

  /** How many messages of a product are in this state: due, delivered, dead. */
  long count(String product, String state) {
    return database.read(handle ->
        handle
            .createQuery("SELECT count(*) FROM outbox WHERE product = :product AND state = :state")
            .bind("product", product)
            .bind("state", state)
            .mapTo(Long.class)
            .one());
  }

  /** Messages that left or should leave this process, in a state. */
  long countOutside(String product, String state) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT count(*) FROM outbox
                WHERE product = :product AND state = :state AND receiver <> :inbox
                """)
            .bind("product", product)
            .bind("state", state)
            .bind("inbox", Outbox.INBOX)
            .mapTo(Long.class)
            .one());
  }
}
