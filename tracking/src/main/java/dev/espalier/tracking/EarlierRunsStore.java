package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.tracking.MetricStore.RunKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Carries runs over from the tables of the first version, which knew pipelines only. One
 * transaction; afterwards those tables are empty, and this does nothing.
 */
final class EarlierRunsStore {
  private final Database database;
  private final MetricStore metrics = new MetricStore();

  EarlierRunsStore(Database database) {
    this.database = database;
  }

  private record Earlier(String id, String experiment, String name, String status, String start) {}

  void carryOver() {
    int _ =
        database.write(handle -> {
          List<Earlier> runs =
              handle
                  .createQuery("SELECT id, experiment, name, status, started_at FROM tracked_run")
                  .map((row, _) ->
                      new Earlier(
                          row.getString("id"),
                          row.getString("experiment"),
                          row.getString("name"),
                          row.getString("status"),
                          row.getString("started_at")))
                  .list();
          runs.forEach(run -> carryOver(handle, run));
          for (String table :
              List.of("tracked_metric", "tracked_param", "tracked_tag", "tracked_run")) {
            handle.execute("DELETE FROM " + table);
          }
          return runs.size();
        });
  }

  private void carryOver(Handle handle, Earlier run) {
    long start = Instant.parse(run.start()).toEpochMilli();
    Experiment experiment = ExperimentStore.ofPipeline(handle, run.experiment(), start);
    RunStore.insert(
        handle,
        experiment,
        new RunStore.NewRun(
            run.id(),
            run.name(),
            "",
            start,
            TextStore.texts(
                handle, "SELECT name, text FROM tracked_tag WHERE run_id = :id", run.id())));
    RunKey key = RunStore.key(handle, run.id());
    handle
        .createQuery("SELECT finished_at FROM tracked_run WHERE id = :id")
        .bind("id", run.id())
        .mapTo(String.class)
        .findOne()
        .ifPresent(end -> close(handle, key, run.status(), Instant.parse(end)));
    TextStore.texts(handle, "SELECT name, text FROM tracked_param WHERE run_id = :id", run.id())
        .forEach((name, text) -> RunStore.putParam(handle, key, run.id(), name, text));
    metrics.append(handle, key, points(handle, run.id()));
  }

  private static void close(Handle handle, RunKey key, String status, Instant end) {
    handle
        .createUpdate(
            "UPDATE experiment_run SET status = :status, end_time = :end WHERE seq = :run")
        .bind("status", status)
        .bind("end", end.toEpochMilli())
        .bind("run", key.run())
        .execute();
  }

  private static Map<String, List<MetricPoint>> points(Handle handle, String run) {
    Map<String, List<MetricPoint>> points = new HashMap<>();
    handle
        .createQuery("SELECT name, step, at, number FROM tracked_metric WHERE run_id = :id")
        .bind("id", run)
        .map((row, _) ->
            Map.entry(
                row.getString("name"),
                new MetricPoint(
                    Instant.parse(row.getString("at")).toEpochMilli(),
                    row.getLong("step"),
                    row.getDouble("number"))))
        .forEach(point ->
            points.computeIfAbsent(point.getKey(), _ -> new ArrayList<>()).add(point.getValue()));
    return points;
  }
}
