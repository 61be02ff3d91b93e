package dev.espalier.monitoring;

import dev.espalier.monitoring.Incident.TraceEntry;
import dev.espalier.platform.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The tables of incidents, their traces, and retraining decisions. */
final class IncidentStore {
  private final Database database;

  IncidentStore(Database database) {
    this.database = database;
  }

  void open(Incident incident) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO incident (id, product, title, cause, version, state, opened_at)
                VALUES (:id, :product, :title, :cause, :version, :state, :openedAt)
                ON CONFLICT (id) DO NOTHING
                """)
            .bind("id", incident.id())
            .bind("product", incident.product())
            .bind("title", incident.title())
            .bind("cause", incident.cause())
            .bind("version", incident.version())
            .bind("state", incident.state())
            .bind("openedAt", EventTime.text(incident.openedAt()))
            .execute());
  }

  /** Adds a link once; the same kind and ref again changes nothing. Returns whether it was new. */
  boolean trace(String incident, TraceEntry entry) {
    return 1 == database.<Integer>write(handle -> trace(handle, incident, entry));
  }

  private static int trace(Handle handle, String incident, TraceEntry entry) {
    return handle
        .createUpdate(
            """
            INSERT INTO incident_trace (incident, kind, ref, at, seq, words)
            VALUES (:incident, :kind, :ref, :at,
              (SELECT count(*) FROM incident_trace WHERE incident = :incident), :words)
            ON CONFLICT (incident, kind, ref) DO NOTHING
            """)
        .bind("incident", incident)
        .bind("kind", entry.kind())
        .bind("ref", entry.ref())
        .bind("at", EventTime.text(entry.at()))
        .bind("words", entry.text())
        .execute();
  }

  /** Ends an incident that recovered by itself; what waited to be escalated is withdrawn. */
  void resolve(String id, Instant at) {
    database.write(handle -> {
      int ended = end(handle, id, at);
      OutboxStore.withdraw(handle, id);
      return ended;
    });
  }

  private static int end(Handle handle, String id, Instant at) {
    return handle
        .createUpdate(
            """
            UPDATE incident SET state = 'resolved', resolved_at = :at
            WHERE id = :id AND state <> 'resolved'
            """)
        .bind("at", EventTime.text(at))
        .bind("id", id)
        .execute();
  }

  /** A person has seen it: state, verdict, note and withdrawn escalations in one commit. */
  void acknowledge(String id, Instant at, String by, Optional<Worth> worth, TraceEntry note) {
    database.write(handle -> {
      seen(handle, id, at, by, worth);
      OutboxStore.withdraw(handle, id);
      return trace(handle, id, note);
    });
  }

  private static void seen(Handle handle, String id, Instant at, String by, Optional<Worth> worth) {
    handle
        .createUpdate(
            """
            UPDATE incident SET
              state = CASE WHEN state = 'open' THEN 'acknowledged' ELSE state END,
              acknowledged_at = coalesce(acknowledged_at, :at),
              acknowledged_by = coalesce(acknowledged_by, :by),
              worth = coalesce(:worth, worth)
            WHERE id = :id
            """)
        .bind("at", EventTime.text(at))
        .bind("by", by)
        .bind("worth", worth.map(Worth::name))
        .bind("id", id)
        .execute();
  }

  /**
   * Puts an incident off.
   *
   * @param until product time
   * @param wake the same on the machine's clock: what waits to be escalated waits until then
   */
  void snooze(String id, Instant until, Instant wake, TraceEntry note) {
    database.write(handle -> {
      handle
          .createUpdate("UPDATE incident SET snoozed_until = :until WHERE id = :id")
          .bind("until", EventTime.text(until))
          .bind("id", id)
          .execute();
      OutboxStore.postpone(handle, id, wake);
      return trace(handle, id, note);
    });
  }

  /** What waits to be escalated waits no longer. */
  void hasten(String id, Instant now) {
    database.write(handle -> {
      OutboxStore.postpone(handle, id, now);
      return 1;
    });
  }

  /** A person ends it: incident, its alerts, verdict, note, escalations, in one commit. */
  void resolve(String id, Instant at, String by, Worth worth, TraceEntry note) {
    database.write(handle -> {
      seen(handle, id, at, by, Optional.of(worth));
      end(handle, id, at);
      handle
          .createUpdate(
              """
              UPDATE alert SET state = 'resolved', resolved_at = :at
              WHERE incident = :id AND state = 'firing'
              """)
          .bind("at", EventTime.text(at))
          .bind("id", id)
          .execute();
      OutboxStore.withdraw(handle, id);
      return trace(handle, id, note);
    });
  }

  /** Notes that it was called again, once; returns whether it is still nobody's. */
  boolean escalated(String id, Instant at) {
    return 1
        == database.<Integer>write(handle ->
            handle
                .createUpdate(
                    """
                    UPDATE incident SET escalated_at = coalesce(escalated_at, :at)
                    WHERE id = :id AND state = 'open'
                    """)
                .bind("at", EventTime.text(at))
                .bind("id", id)
                .execute());
  }

  /** A product's incidents, newest first. */
  List<Incident> incidents(String product) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT * FROM incident WHERE product = :product ORDER BY opened_at DESC, id DESC")
            .bind("product", product)
            .map((row, _) -> incident(handle, row))
            .list());
  }

  Optional<Incident> find(String id) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM incident WHERE id = :id")
            .bind("id", id)
            .map((row, _) -> incident(handle, row))
            .findOne());
  }

  private static Incident incident(Handle handle, ResultSet row) throws SQLException {
    String id = row.getString("id");
    return new Incident(
        id,
        row.getString("product"),
        row.getString("title"),
        row.getString("cause"),
        row.getString("version"),
        row.getString("state"),
        Instant.parse(row.getString("opened_at")),
        Optional.ofNullable(row.getString("resolved_at")).map(Instant::parse),
        Optional.ofNullable(row.getString("acknowledged_at")).map(Instant::parse),
        Optional.ofNullable(row.getString("acknowledged_by")),
        Optional.ofNullable(row.getString("worth")).map(Worth::valueOf),
        Optional.ofNullable(row.getString("snoozed_until")).map(Instant::parse),
        Optional.ofNullable(row.getString("escalated_at")).map(Instant::parse),
        handle
            .createQuery("SELECT * FROM incident_trace WHERE incident = :id ORDER BY seq")
            .bind("id", id)
            .map((link, _) ->
                new TraceEntry(
                    Instant.parse(link.getString("at")),
                    link.getString("kind"),
                    link.getString("ref"),
                    link.getString("words")))
            .list());
  }

  void record(RetrainDecision decision) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO retrain_decision (id, product, at, fire, cause, reason, incident, alert)
                VALUES (:id, :product, :at, :fire, :cause, :reason, :incident, :alert)
                ON CONFLICT (id) DO NOTHING
                """)
            .bind("id", decision.id())
            .bind("product", decision.product())
            .bind("at", EventTime.text(decision.at()))
            .bind("fire", decision.fire() ? 1 : 0)
            .bind("cause", decision.trigger())
            .bind("reason", decision.reason())
            .bind("incident", decision.incidentId())
            .bind("alert", decision.alertId())
            .execute());
  }

  void started(String decision, String run, Instant at) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                UPDATE retrain_decision SET run = :run, started_at = :at
                WHERE id = :id AND run IS NULL
                """)
            .bind("run", run)
            .bind("at", EventTime.text(at))
            .bind("id", decision)
            .execute());
  }

  void finished(String column, String value, RetrainDecision.Outcome outcome) {
    String where = column.equals("run") ? "run = :value" : "incident = :value";
    database.write(handle ->
        handle
            .createUpdate(
                "UPDATE retrain_decision SET outcome = :outcome WHERE outcome IS NULL AND fire = 1"
                    + " AND started_at IS NOT NULL AND "
                    + where)
            .bind("outcome", outcome.name())
            .bind("value", value)
            .execute());
  }

  List<RetrainDecision> decisions(String product) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM retrain_decision WHERE product = :product ORDER BY at, id")
            .bind("product", product)
            .map((row, _) ->
                new RetrainDecision(
                    row.getString("id"),
                    row.getString("product"),
                    Instant.parse(row.getString("at")),
                    row.getInt("fire") == 1,
                    row.getString("cause"),
                    row.getString("reason"),
                    row.getString("incident"),
                    row.getString("alert"),
                    Optional.ofNullable(row.getString("run")),
                    Optional.ofNullable(row.getString("started_at")).map(Instant::parse),
                    Optional.ofNullable(row.getString("outcome"))
                        .map(RetrainDecision.Outcome::valueOf)))
            .list());
  }
}
