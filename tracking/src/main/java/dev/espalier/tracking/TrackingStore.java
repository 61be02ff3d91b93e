package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** The tables of tracked runs. */
final class TrackingStore {
  private final Database database;

  TrackingStore(Database database) {
    this.database = database;
    database.migrate("tracking");
  }

  void start(String experiment, String id, String name, Map<String, String> tags, Instant at) {
    database.write(handle -> {
      handle
          .createUpdate(
              """
              INSERT INTO tracked_run (id, experiment, name, status, started_at)
              VALUES (:id, :experiment, :name, 'RUNNING', :at) ON CONFLICT (id) DO NOTHING
              """)
          .bind("id", id)
          .bind("experiment", experiment)
          .bind("name", name)
          .bind("at", at.toString())
          .execute();
      String holder =
          handle
              .createQuery("SELECT experiment FROM tracked_run WHERE id = :id")
              .bind("id", id)
              .mapTo(String.class)
              .one();
      if (!holder.equals(experiment)) {
        throw EspalierException.conflict(
            "Run '%s' belongs to experiment '%s'.".formatted(id, holder));
      }
      tags.forEach((tag, text) -> putTag(handle, id, tag, text));
      return true;
    });
  }

  private static void putTag(Handle handle, String id, String name, String text) {
    handle
        .createUpdate(
            """
            INSERT INTO tracked_tag (run_id, name, text) VALUES (:id, :name, :text)
            ON CONFLICT (run_id, name) DO UPDATE SET text = excluded.text
            """)
        .bind("id", id)
        .bind("name", name)
        .bind("text", text)
        .execute();
  }

  void params(String id, Map<String, String> params) {
    database.write(handle -> {
      require(handle, id);
      params.forEach((name, text) -> putParam(handle, id, name, text));
      return true;
    });
  }

  private static void putParam(Handle handle, String id, String name, String text) {
    handle
        .createUpdate(
            """
            INSERT INTO tracked_param (run_id, name, text) VALUES (:id, :name, :text)
            ON CONFLICT (run_id, name) DO NOTHING
            """)
        .bind("id", id)
        .bind("name", name)
        .bind("text", text)
        .execute();
    String held =
        handle
            .createQuery("SELECT text FROM tracked_param WHERE run_id = :id AND name = :name")
            .bind("id", id)
            .bind("name", name)
            .mapTo(String.class)
            .one();
    if (!held.equals(text)) {
      throw EspalierException.conflict(
          "Param '%s' of run '%s' is '%s' already.".formatted(name, id, held));
    }
  }

  void metric(String id, TrackedRun.Point point) {
    database.write(handle -> {
      require(handle, id);
      return handle
          .createUpdate(
              """
              INSERT INTO tracked_metric (run_id, name, step, at, number)
              VALUES (:id, :name, :step, :at, :number)
              ON CONFLICT (run_id, name, step)
              DO UPDATE SET number = excluded.number, at = excluded.at
              """)
          .bind("id", id)
          .bind("name", point.key())
          .bind("step", point.step())
          .bind("at", point.at().toString())
          .bind("number", point.value())
          .execute();
    });
  }

  void finish(String id, RunStatus status, Instant at) {
    database.write(handle -> {
      require(handle, id);
      return handle
          .createUpdate(
              """
              UPDATE tracked_run SET status = :status, finished_at = :at
              WHERE id = :id AND status = 'RUNNING'
              """)
          .bind("id", id)
          .bind("status", status.name())
          .bind("at", at.toString())
          .execute();
    });
  }

  private static void require(Handle handle, String id) {
    if (handle
        .createQuery("SELECT id FROM tracked_run WHERE id = :id")
        .bind("id", id)
        .mapTo(String.class)
        .findOne()
        .isEmpty()) {
      throw EspalierException.notFound("No tracked run '%s'.".formatted(id));
    }
  }

  Optional<TrackedRun> run(String id) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM tracked_run WHERE id = :id")
            .bind("id", id)
            .map((row, _) -> read(handle, row, history(handle, id)))
            .findOne());
  }

  List<TrackedRun> runs(String experiment) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM tracked_run WHERE experiment = :experiment
                ORDER BY started_at DESC, id DESC
                """)
            .bind("experiment", experiment)
            .map((row, _) -> read(handle, row, List.of()))
            .list());
  }

  private static TrackedRun read(Handle handle, ResultSet row, List<TrackedRun.Point> history)
      throws SQLException {
    String id = row.getString("id");
    return new TrackedRun(
        id,
        row.getString("experiment"),
        row.getString("name"),
        RunStatus.valueOf(row.getString("status")),
        Instant.parse(row.getString("started_at")),
        Optional.ofNullable(row.getString("finished_at")).map(Instant::parse),
        texts(handle, "SELECT name, text FROM tracked_tag WHERE run_id = :id", id),
        texts(handle, "SELECT name, text FROM tracked_param WHERE run_id = :id", id),
        latest(handle, id),
        history);
  }

  private static SortedMap<String, String> texts(Handle handle, String sql, String id) {
    SortedMap<String, String> texts = new TreeMap<>();
    handle
        .createQuery(sql)
        .bind("id", id)
        .map((row, _) -> Map.entry(row.getString("name"), row.getString("text")))
        .forEach(entry -> texts.put(entry.getKey(), entry.getValue()));
    return texts;
  }

  private static SortedMap<String, Double> latest(Handle handle, String id) {
    SortedMap<String, Double> latest = new TreeMap<>();
    for (TrackedRun.Point point : history(handle, id)) {
      latest.put(point.key(), point.value());
    }
    return latest;
  }

  private static List<TrackedRun.Point> history(Handle handle, String id) {
    return handle
        .createQuery(
            """
            SELECT name, number, step, at FROM tracked_metric
            WHERE run_id = :id ORDER BY name, step
            """)
        .bind("id", id)
        .map((row, _) ->
            new TrackedRun.Point(
                row.getString("name"),
                row.getDouble("number"),
                row.getLong("step"),
                Instant.parse(row.getString("at"))))
        .list();
  }
}
