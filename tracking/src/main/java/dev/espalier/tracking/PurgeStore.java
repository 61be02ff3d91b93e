package dev.espalier.tracking;

import dev.espalier.platform.Database;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The rows of what clients deleted: which of them are old enough, and how they go. */
final class PurgeStore {
  /** Deleted elsewhere, before an import: its end is the last that is known of it. */
  private static final String RUNS =
      """
      SELECT seq, id, artifact_uri FROM experiment_run
      WHERE stage = 'deleted' AND COALESCE(deleted_at, end_time, start_time) < :before
      """;

  private static final String MODELS =
      """
      SELECT m.seq AS seq, m.id AS id, m.artifact_uri AS artifact_uri FROM logged_model m
      JOIN experiment e ON e.id = m.experiment
      WHERE (m.stage = 'deleted' AND m.updated_at < :before)
        OR (e.stage = 'deleted' AND e.updated_at < :before)
      """;
  private static final String TRACES =
      """
      SELECT t.seq AS seq, t.id AS id, e.artifact_location AS artifact_uri FROM trace t
      JOIN experiment e ON e.id = t.experiment
      WHERE e.stage = 'deleted' AND e.updated_at < :before
      """;
  private static final String EXPERIMENTS =
      """
      SELECT id AS seq, name AS id, artifact_location AS artifact_uri FROM experiment
      WHERE stage = 'deleted' AND updated_at < :before AND id <> 0
      """;

  private final Database database;

  PurgeStore(Database database) {
    this.database = database;
  }

  /** Something deleted, with the place of its files. */
  record Deleted(long seq, String id, String uri) {}

  List<Deleted> runs(long before) {
    return deleted(RUNS, before);
  }

  List<Deleted> models(long before) {
    return deleted(MODELS, before);
  }

  List<Deleted> traces(long before) {
    return deleted(TRACES, before);
  }

  /** The one that every server has stays. */
  List<Deleted> experiments(long before) {
    return deleted(EXPERIMENTS, before);
  }

  private List<Deleted> deleted(String sql, long before) {
    return database.read(handle ->
        handle
            .createQuery(sql + " ORDER BY seq")
            .bind("before", before)
            .map((row, _) ->
                new Deleted(row.getLong("seq"), row.getString("id"), row.getString("artifact_uri")))
            .list());
  }

  /** Whether it is still deleted for so long, as the transaction under way sees it. */
  private static boolean still(Handle handle, String sql, Deleted one, long before) {
    return handle
        .createQuery("SELECT d.seq FROM (%s) d WHERE d.seq = :seq".formatted(sql))
        .bind("before", before)
        .bind("seq", one.seq())
        .mapTo(Long.class)
        .findOne()
        .isPresent();
  }

  /** Takes the run away unless it was restored meanwhile; whether it went. */
  boolean removeRun(Deleted run, long before) {
    return database.write(handle -> {
      if (!still(handle, RUNS, run, before)) {
        return false;
      }
      for (String table :
          List.of(
              "run_tag",
              "run_param",
              "run_metric",
              "metric_block",
              "run_dataset_tag",
              "run_dataset",
              "run_model")) {
        handle.execute("DELETE FROM %s WHERE run = ?".formatted(table), run.seq());
      }
      handle.execute("DELETE FROM trace_run WHERE run = ?", run.id());
      handle.execute("DELETE FROM experiment_run WHERE seq = ?", run.seq());
      return true;
    });
  }

  /** Takes the logged model away unless it is there again; whether it went. */
  boolean removeModel(Deleted model, long before) {
    return database.write(handle -> {
      if (!still(handle, MODELS, model, before)) {
        return false;
      }
      for (String table :
          List.of("logged_model_tag", "logged_model_param", "logged_model_metric")) {
        handle.execute("DELETE FROM %s WHERE model = ?".formatted(table), model.seq());
      }
      handle.execute("DELETE FROM run_model WHERE model = ?", model.id());
      handle.execute("DELETE FROM logged_model WHERE seq = ?", model.seq());
      return true;
    });
  }

  boolean removeTrace(Deleted trace, long before) {
    return database.write(handle -> {
      if (!still(handle, TRACES, trace, before)) {
        return false;
      }
      for (String table :
          List.of("trace_span", "trace_tag", "trace_metadata", "trace_run", "trace_assessment")) {
        handle.execute("DELETE FROM %s WHERE trace = ?".formatted(table), trace.seq());
      }
      handle.execute("DELETE FROM trace WHERE seq = ?", trace.seq());
      return true;
    });
  }

  /** Takes the experiment away when it is empty and was not restored; whether it went. */
  boolean removeExperiment(Deleted experiment, long before) {
    return database.write(handle -> {
      if (!still(handle, EXPERIMENTS, experiment, before)
          || holds(handle, "experiment_run", experiment)
          || holds(handle, "logged_model", experiment)
          || holds(handle, "trace", experiment)) {
        return false;
      }
      handle.execute("DELETE FROM input_dataset WHERE experiment = ?", experiment.seq());
      handle.execute("DELETE FROM experiment_tag WHERE experiment = ?", experiment.seq());
      handle.execute("DELETE FROM experiment WHERE id = ?", experiment.seq());
      return true;
    });
  }

  private static boolean holds(Handle handle, String table, Deleted experiment) {
    return handle
        .createQuery("SELECT seq FROM %s WHERE experiment = :id LIMIT 1".formatted(table))
        .bind("id", experiment.seq())
        .mapTo(Long.class)
        .findOne()
        .isPresent();
  }
}
