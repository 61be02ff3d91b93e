package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.tracking.MetricStore.RunKey;
import dev.espalier.tracking.RunInfo.Dataset;
import dev.espalier.tracking.RunInfo.DatasetInput;
import dev.espalier.tracking.RunInfo.ModelLink;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The tables of what runs read and made: datasets, and logged models. */
final class InputStore {
  private final Database database;

  InputStore(Database database) {
    this.database = database;
  }

  /** A dataset of an experiment, as the list of datasets shows it. */
  record Summary(long experiment, String name, String digest, Optional<String> context) {}

  /** Notes inputs; the same input again changes nothing. */
  void inputs(String run, List<DatasetInput> datasets, List<ModelLink> models) {
    boolean _ =
        database.writeTogether(handle -> {
          RunKey key = RunStore.requireActive(handle, run);
          datasets.forEach(input -> link(handle, key, input));
          models.forEach(model -> link(handle, key, "input", model));
          return true;
        });
  }

  void outputs(String run, List<ModelLink> models) {
    boolean _ =
        database.writeTogether(handle -> {
          RunKey key = RunStore.requireActive(handle, run);
          models.forEach(model -> link(handle, key, "output", model));
          return true;
        });
  }

  static void link(Handle handle, RunKey key, String role, ModelLink model) {
    handle
        .createUpdate(
            """
            INSERT INTO run_model (run, role, model, step) VALUES (:run, :role, :model, :step)
            ON CONFLICT (run, role, model) DO UPDATE SET step = excluded.step
            """)
        .bind("run", key.run())
        .bind("role", role)
        .bind("model", model.model())
        .bind("step", model.step())
        .execute();
  }

  static void link(Handle handle, RunKey key, DatasetInput input) {
    long dataset = dataset(handle, key.experiment(), input.dataset());
    int fresh =
        handle
            .createUpdate(
                """
                INSERT INTO run_dataset (run, dataset) VALUES (:run, :dataset)
                ON CONFLICT (run, dataset) DO NOTHING
                """)
            .bind("run", key.run())
            .bind("dataset", dataset)
            .execute();
    if (fresh > 0) {
      input
          .tags()
          .forEach((name, text) ->
              handle
                  .createUpdate(
                      """
                      INSERT INTO run_dataset_tag (run, dataset, name, text)
                      VALUES (:run, :dataset, :name, :text)
                      """)
                  .bind("run", key.run())
                  .bind("dataset", dataset)
                  .bind("name", name)
                  .bind("text", text)
                  .execute());
    }
  }

  private static long dataset(Handle handle, long experiment, Dataset dataset) {
    handle
        .createUpdate(
            """
            INSERT INTO input_dataset (experiment, name, digest, source_type, source, data_schema,
              profile)
            VALUES (:experiment, :name, :digest, :sourceType, :source, :schema, :profile)
            ON CONFLICT (experiment, name, digest) DO NOTHING
            """)
        .bind("experiment", experiment)
        .bind("name", dataset.name())
        .bind("digest", dataset.digest())
        .bind("sourceType", dataset.sourceType())
        .bind("source", dataset.source())
        .bind("schema", dataset.schema().orElse(null))
        .bind("profile", dataset.profile().orElse(null))
        .execute();
    return handle
        .createQuery(
            """
            SELECT seq FROM input_dataset
            WHERE experiment = :experiment AND name = :name AND digest = :digest
            """)
        .bind("experiment", experiment)
        .bind("name", dataset.name())
        .bind("digest", dataset.digest())
        .mapTo(Long.class)
        .one();
  }

  /** The datasets that runs of an experiment read, with each context once. */
  List<Summary> summaries(long experiment) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT DISTINCT d.name, d.digest, t.text AS context FROM run_dataset l
                JOIN input_dataset d ON d.seq = l.dataset
                JOIN experiment_run r ON r.seq = l.run AND r.stage = 'active'
                LEFT JOIN run_dataset_tag t ON t.run = l.run AND t.dataset = l.dataset
                  AND t.name = 'mlflow.data.context'
                WHERE d.experiment = :experiment ORDER BY d.name, d.digest, context LIMIT 1000
                """)
            .bind("experiment", experiment)
            .map((row, _) ->
                new Summary(
                    experiment,
                    row.getString("name"),
                    row.getString("digest"),
                    Optional.ofNullable(row.getString("context"))))
            .list());
  }
}
