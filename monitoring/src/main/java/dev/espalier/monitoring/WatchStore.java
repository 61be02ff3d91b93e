package dev.espalier.monitoring;

import dev.espalier.platform.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The tables of windows, rule positions and alerts. */
final class WatchStore {
  private final Database database;

  WatchStore(Database database) {
    this.database = database;
  }

  void saveWindow(String product, String monitor, MonitorWindow window) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO watch_window (product, monitor, version, from_at, to_at, state, n,
                  value, low, high, verdict, insufficient)
                VALUES (:product, :monitor, :version, :from, :to, :state, :n,
                  :value, :low, :high, :verdict, :insufficient)
                ON CONFLICT (product, monitor, to_at) DO UPDATE SET
                  version = excluded.version, state = excluded.state, n = excluded.n,
                  value = excluded.value, low = excluded.low, high = excluded.high,
                  verdict = excluded.verdict, insufficient = excluded.insufficient
                """)
            .bind("product", product)
            .bind("monitor", monitor)
            .bind("version", window.version())
            .bind("from", EventTime.text(window.from()))
            .bind("to", EventTime.text(window.to()))
            .bind("state", window.state().name())
            .bind("n", window.n())
            .bind("value", window.value())
            .bind("low", window.low())
            .bind("high", window.high())
            .bind("verdict", window.verdict().name())
            .bind("insufficient", window.insufficient())
            .execute());
  }

  /** All windows of a monitor, oldest first. */
  List<MonitorWindow> windows(String product, String monitor) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM watch_window WHERE product = :product AND monitor = :monitor
                ORDER BY to_at
                """)
            .bind("product", product)
            .bind("monitor", monitor)
            .map((row, _) -> window(row))
            .list());
  }

  /** The newest windows of a monitor, oldest first. */
  List<MonitorWindow> newest(String product, String monitor, int limit) {
    List<MonitorWindow> found =
        database.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT * FROM watch_window WHERE product = :product AND monitor = :monitor
                    ORDER BY to_at DESC LIMIT :limit
                    """)
                .bind("product", product)
                .bind("monitor", monitor)
                .bind("limit", limit)
                .map((row, _) -> window(row))
                .list());
    return found.reversed();
  }

  /** Whether any monitor has judged a window of a version. */
  boolean judged(String product, String version) {
    return database
        .read(handle ->
            handle
                .createQuery(
                    """
                    SELECT 1 FROM watch_window WHERE product = :product AND version = :version
                    LIMIT 1
                    """)
                .bind("product", product)
                .bind("version", version)
                .mapTo(Integer.class)
                .findOne())
        .isPresent();
  }

  /** The first window of a monitor that had a value. */
  Optional<MonitorWindow> firstJudged(String product, String monitor) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM watch_window WHERE product = :product AND monitor = :monitor
                  AND insufficient IS NULL ORDER BY to_at LIMIT 1
                """)
            .bind("product", product)
            .bind("monitor", monitor)
            .map((row, _) -> window(row))
            .findOne());
  }

  /** Settled windows that hold an event time. */
  List<MonitorWindow> settledAround(String product, String monitor, Instant at) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM watch_window WHERE product = :product AND monitor = :monitor
                  AND from_at <= :at AND to_at > :at AND state IN ('FINAL', 'REVISED')
                """)
            .bind("product", product)
            .bind("monitor", monitor)
            .bind("at", EventTime.text(at))
            .map((row, _) -> window(row))
            .list());
  }

  private static MonitorWindow window(ResultSet row) throws SQLException {
    return new MonitorWindow(
        Instant.parse(row.getString("from_at")),
        Instant.parse(row.getString("to_at")),
        WindowState.valueOf(row.getString("state")),
        row.getString("version"),
        row.getLong("n"),
        row.getDouble("value"),
        row.getDouble("low"),
        row.getDouble("high"),
        Verdict.valueOf(row.getString("verdict")),
        Optional.ofNullable(row.getString("insufficient")));
  }

  /** A rule's position and the end of the last window it saw. */
  record Watch(AlertRule.Position position, Instant judgedTo) {}

  Optional<Watch> watch(String product, String monitor) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT * FROM watch_state WHERE product = :product AND monitor = :monitor")
            .bind("product", product)
            .bind("monitor", monitor)
            .map((row, _) ->
                new Watch(
                    new AlertRule.Position(
                        AlertState.valueOf(row.getString("state")),
                        Instant.parse(row.getString("since"))),
                    Instant.parse(row.getString("judged_to"))))
            .findOne());
  }

  void saveWatch(String product, String monitor, Watch watch) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO watch_state (product, monitor, state, since, judged_to)
                VALUES (:product, :monitor, :state, :since, :judgedTo)
                ON CONFLICT (product, monitor) DO UPDATE SET
                  state = excluded.state, since = excluded.since, judged_to = excluded.judged_to
                """)
            .bind("product", product)
            .bind("monitor", monitor)
            .bind("state", watch.position().state().name())
            .bind("since", EventTime.text(watch.position().since()))
            .bind("judgedTo", EventTime.text(watch.judgedTo()))
            .execute());
  }

  /** Stores an alert with the messages that tell of it, in one commit. */
  void fire(Alert alert, List<Outbox.Message> messages) {
    database.write(handle -> {
      insert(handle, alert);
      messages.forEach(message -> OutboxStore.insert(handle, message));
      return alert;
    });
  }

  private static void insert(Handle handle, Alert alert) {
    handle
        .createUpdate(
            """
            INSERT INTO alert (id, product, monitor, version, severity, state, fired_at, value, low,
              high, n, bound, words, runbook, incident, drill)
            VALUES (:id, :product, :monitor, :version, :severity, :state, :firedAt, :value, :low,
              :high, :n, :bound, :words, :runbook, :incident, :drill)
            ON CONFLICT (id) DO NOTHING
            """)
        .bind("id", alert.id())
        .bind("product", alert.product())
        .bind("monitor", alert.monitor())
        .bind("version", alert.version())
        .bind("severity", alert.severity())
        .bind("state", alert.state())
        .bind("firedAt", EventTime.text(alert.firedAt()))
        .bind("value", alert.value())
        .bind("low", alert.low())
        .bind("high", alert.high())
        .bind("n", alert.n())
        .bind("bound", alert.bound())
        .bind("words", alert.text())
        .bind("runbook", alert.runbook())
        .bind("incident", alert.incidentId())
        .bind("drill", alert.purpose() == Alert.Purpose.DRILL ? 1 : 0)
        .execute();
  }

  /** Resolves the firing alerts of a monitor; returns how many. */
  int resolve(String product, String monitor, Instant at) {
    return database.write(handle ->
        handle
            .createUpdate(
                """
                UPDATE alert SET state = 'resolved', resolved_at = :at
                WHERE product = :product AND monitor = :monitor AND state = 'firing'
                """)
            .bind("product", product)
            .bind("monitor", monitor)
            .bind("at", EventTime.text(at))
            .execute());
  }

  List<Alert> alerts(Optional<String> product) {
    return database.read(handle -> {
      var query =
          handle.createQuery(
              "SELECT * FROM alert %s ORDER BY fired_at DESC, id DESC LIMIT 500"
                  .formatted(product.isPresent() ? "WHERE product = :product" : ""));
      product.ifPresent(known -> query.bind("product", known));
      return query.map((row, _) -> alert(row)).list();
    });
  }

  private static Alert alert(ResultSet row) throws SQLException {
    return new Alert(
        row.getString("id"),
        row.getString("product"),
        row.getString("monitor"),
        row.getString("version"),
        row.getString("severity"),
        row.getString("state"),
        Instant.parse(row.getString("fired_at")),
        Optional.ofNullable(row.getString("resolved_at")).map(Instant::parse),
        row.getDouble("value"),
        row.getDouble("low"),
        row.getDouble("high"),
        row.getLong("n"),
        row.getDouble("bound"),
        row.getString("words"),
        Optional.ofNullable(row.getString("runbook")),
        Optional.ofNullable(row.getString("incident")),
        row.getInt("drill") == 1 ? Alert.Purpose.DRILL : Alert.Purpose.LIVE);
  }
}
