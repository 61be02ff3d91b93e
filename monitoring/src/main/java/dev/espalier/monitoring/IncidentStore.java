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
    return 1
        == database.<Integer>write(handle ->
            handle
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
                .execute());
  }

  void resolve(String id, Instant at) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                UPDATE incident SET state = 'resolved', resolved_at = :at
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
