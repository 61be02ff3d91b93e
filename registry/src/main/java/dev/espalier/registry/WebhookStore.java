package dev.espalier.registry;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.registry.Webhook.Event;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/** The tables of webhooks and of deliveries that are due. */
final class WebhookStore {
  private static final String COLUMNS =
      """
      SELECT id, name, description, url, events, secret, status, created_at, updated_at,
        product, told_to
      FROM webhook
      """;
  private final Database database;

  WebhookStore(Database database) {
    this.database = database;
    database.migrate("registry");
  }

  /** A delivery that waits. */
  record Delivery(String id, String webhook, String body, int attempts) {}

  Webhook put(Webhook webhook) {
    return database.writeTogether(handle -> {
      boolean taken =
          all(handle).stream()
              .anyMatch(
                  other -> other.name().equals(webhook.name()) && !other.id().equals(webhook.id()));
      if (taken) {
        throw EspalierException.conflict(
            "Webhook (name=%s) already exists.".formatted(webhook.name()));
      }
      handle
          .createUpdate(
              """
              INSERT INTO webhook (id, name, description, url, events, secret, status, created_at,
                updated_at, product, told_to)
              VALUES (:id, :name, :description, :url, :events, :secret, :status, :created, :updated,
                :product, :told)
              ON CONFLICT (id) DO UPDATE SET name = excluded.name,
                description = excluded.description, url = excluded.url, events = excluded.events,
                secret = excluded.secret, status = excluded.status,
                updated_at = excluded.updated_at
              """)
          .bind("id", webhook.id())
          .bind("name", webhook.name())
          .bind("description", webhook.description())
          .bind("url", webhook.url())
          .bind("events", Json.write(webhook.events()))
          .bind("secret", webhook.secret())
          .bind("status", webhook.active() ? "ACTIVE" : "DISABLED")
          .bind("created", webhook.createdAt())
          .bind("updated", webhook.updatedAt())
          .bind("product", webhook.product())
          .bind("told", webhook.toldTo())
          .execute();
      return webhook;
    });
  }

  Webhook change(String id, UnaryOperator<Webhook> change) {
    return put(change.apply(require(id)));
  }

  Webhook require(String id) {
    return all().stream()
        .filter(webhook -> webhook.id().equals(id))
        .findFirst()
        .orElseThrow(
            () -> EspalierException.notFound("Webhook with ID %s not found.".formatted(id)));
  }

  /** All, oldest first. */
  List<Webhook> all() {
    return database.read(WebhookStore::all);
  }

  private static List<Webhook> all(Handle handle) {
    return handle
        .createQuery(COLUMNS + "ORDER BY created_at, id")
        .map((row, _) -> webhook(row))
        .list();
  }

  private static Webhook webhook(ResultSet row) throws SQLException {
    List<Event> events = new ArrayList<>();
    Json.tree(row.getString("events"))
        .forEach(event ->
            events.add(new Event(event.path("entity").asText(), event.path("action").asText())));
    return new Webhook(
        row.getString("id"),
        row.getString("name"),
        row.getString("description"),
        row.getString("url"),
        events,
        row.getString("secret"),
        row.getString("status").equals("ACTIVE"),
        row.getLong("created_at"),
        row.getLong("updated_at"),
        row.getString("product"),
        row.getLong("told_to"));
  }

  void delete(String id) {
    Webhook known = require(id);
    boolean _ =
        database.writeTogether(handle -> {
          handle
              .createUpdate("DELETE FROM webhook_delivery WHERE webhook = :id")
              .bind("id", known.id())
              .execute();
          handle.createUpdate("DELETE FROM webhook WHERE id = :id").bind("id", id).execute();
          return true;
        });
  }

  /**
   * Puts one delivery for each webhook that asks for the event into the outbox, inside the
   * transaction of the caller.
   *
   * @return how many
   */
  int send(Event event, String body, long now) {
    return database.writeTogether(handle -> {
      List<Webhook> asking =
          all(handle).stream()
              .filter(webhook -> webhook.active() && webhook.events().contains(event))
              .toList();
      asking.forEach(webhook -> put(handle, webhook.id(), body, now));
      return asking.size();
    });
  }

  private static void put(Handle handle, String webhook, String body, long now) {
    int _ =
        handle
            .createUpdate(
                """
                INSERT INTO webhook_delivery (id, webhook, body, attempts, next_at)
                VALUES (:id, :webhook, :body, 0, :now)
                """)
            .bind("id", UUID.randomUUID().toString())
            .bind("webhook", webhook)
            .bind("body", body)
            .bind("now", now)
            .execute();
  }

  /**
   * Notes up to which event a board's webhook has been looked after, together with what it is told
   * of them: a change is told once, whenever the process dies.
   */
  void told(Webhook webhook, long to, Optional<String> body, long now) {
    int _ =
        database.writeTogether(handle -> {
          int known =
              handle
                  .createUpdate("UPDATE webhook SET told_to = :to WHERE id = :id AND told_to < :to")
                  .bind("to", to)
                  .bind("id", webhook.id())
                  .execute();
          if (known > 0) {
            body.ifPresent(text -> put(handle, webhook.id(), text, now));
          }
          return known;
        });
  }

  /** How many deliveries a webhook waits for. */
  long waiting(String webhook) {
    return database.read(handle ->
        handle
            .createQuery("SELECT count(*) FROM webhook_delivery WHERE webhook = :id")
            .bind("id", webhook)
            .mapTo(Long.class)
            .one());
  }

  /** Deliveries that are due, the longest waiting first. */
  List<Delivery> due(long now, int most) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT id, webhook, body, attempts FROM webhook_delivery WHERE next_at <= :now
                ORDER BY next_at, id LIMIT :most
                """)
            .bind("now", now)
            .bind("most", most)
            .map((row, _) ->
                new Delivery(
                    row.getString("id"),
                    row.getString("webhook"),
                    row.getString("body"),
                    row.getInt("attempts")))
            .list());
  }

  /** Takes a delivery out of the outbox. */
  void done(String id) {
    int _ =
        database.writeTogether(handle ->
            handle
                .createUpdate("DELETE FROM webhook_delivery WHERE id = :id")
                .bind("id", id)
                .execute());
  }

  void later(String id, long at) {
    int _ =
        database.writeTogether(handle ->
            handle
                .createUpdate(
                    """
                    UPDATE webhook_delivery SET attempts = attempts + 1, next_at = :at
                    WHERE id = :id
                    """)
                .bind("at", at)
                .bind("id", id)
                .execute());
  }
}
