package dev.espalier.server;

import dev.espalier.platform.EspalierException;
import dev.espalier.registry.ModelImportStore.ForeignVersion;
import dev.espalier.tracking.LoggedModel;
import dev.espalier.tracking.RunImportStore.ForeignDataset;
import dev.espalier.tracking.RunImportStore.ForeignExperiment;
import dev.espalier.tracking.RunImportStore.ForeignLink;
import dev.espalier.tracking.RunImportStore.ForeignModel;
import dev.espalier.tracking.RunImportStore.ForeignPoint;
import dev.espalier.tracking.RunImportStore.ForeignRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** The tables of an MLflow server's SQLite file (3.x), read and never written. */
final class MlflowFileStore implements MlflowSource {
  private final Handle handle;
  private final MlflowFolders folders;

  /**
   * Opens the file.
   *
   * @param artifacts where its artifacts may be read
   * @throws EspalierException NOT_FOUND; INVALID when it is no such database
   */
  MlflowFileStore(Path file, List<Path> artifacts) {
    if (!Files.isRegularFile(file)) {
      throw EspalierException.notFound("There is no file %s.".formatted(file));
    }
    try {
      handle = Jdbi.open("jdbc:sqlite:" + file.toAbsolutePath().toUri() + "?mode=ro");
      handle.createQuery("SELECT count(*) FROM experiments").mapTo(Long.class).one();
    } catch (JdbiException failure) {
      throw EspalierException.invalid(
          "%s is no SQLite file of an MLflow server: it has no experiments.".formatted(file));
    }
    try {
      folders = new MlflowFolders(file, artifacts);
    } catch (EspalierException absent) {
      handle.close();
      throw absent;
    }
  }

  @Override
  public List<Experiment> experiments() {
    return handle
        .createQuery("SELECT * FROM experiments ORDER BY experiment_id")
        .map((row, _) -> {
          long id = row.getLong("experiment_id");
          return new Experiment(
              id,
              text(row, "artifact_location"),
              new ForeignExperiment(
                  row.getString("name"),
                  row.getString("lifecycle_stage"),
                  row.getLong("creation_time"),
                  row.getLong("last_update_time"),
                  texts("SELECT key, value FROM experiment_tags WHERE experiment_id = ?", id)));
        })
        .list();
  }

  @Override
  public List<Place> runs(long experiment) {
    return handle
        .createQuery(
            """
            SELECT run_uuid, artifact_uri FROM runs WHERE experiment_id = :id
            ORDER BY start_time, run_uuid
            """)
        .bind("id", experiment)
        .map((row, _) -> new Place(Owner.RUN, row.getString("run_uuid"), text(row, "artifact_uri")))
        .list();
  }

  @Override
  public ForeignRun run(String id) {
    return handle
        .createQuery("SELECT * FROM runs WHERE run_uuid = :id")
        .bind("id", id)
        .map((row, _) -> {
          long end = row.getLong("end_time");
          OptionalLong ended = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(end);
          return new ForeignRun(
              id,
              text(row, "name"),
              text(row, "user_id"),
              row.getString("status"),
              row.getString("lifecycle_stage"),
              row.getLong("start_time"),
              ended,
              texts("SELECT key, value FROM tags WHERE run_uuid = ?", id),
              texts("SELECT key, value FROM params WHERE run_uuid = ?", id),
              points(id),
              datasets(id),
              models(id));
        })
        .one();
  }

  private List<ForeignLink> models(String run) {
    return handle
        .createQuery(
            """
            SELECT destination_type, destination_id, step FROM inputs
            WHERE source_id = :run AND destination_type IN ('MODEL_INPUT', 'MODEL_OUTPUT')
            ORDER BY destination_type, destination_id
            """)
        .bind("run", run)
        .map((row, _) ->
            new ForeignLink(
                row.getString("destination_type").equals("MODEL_INPUT") ? "input" : "output",
                row.getString("destination_id"),
                row.getLong("step")))
        .list();
  }

  private List<ForeignDataset> datasets(String run) {
    return handle
        .createQuery(
            """
            SELECT i.input_uuid, d.* FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id
            WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN'
              AND i.destination_id = :run ORDER BY d.name, d.digest
            """)
        .bind("run", run)
        .map((row, _) ->
            new ForeignDataset(
                row.getString("name"),
                row.getString("digest"),
                text(row, "dataset_source_type"),
                text(row, "dataset_source"),
                Optional.ofNullable(row.getString("dataset_schema")),
                Optional.ofNullable(row.getString("dataset_profile")),
                texts(
                    "SELECT name, value FROM input_tags WHERE input_uuid = ?",
                    row.getString("input_uuid"))))
        .list();
  }

  private List<ForeignPoint> points(String run) {
    return handle
        .createQuery(
            """
            SELECT key, value, is_nan, timestamp, step FROM metrics WHERE run_uuid = :run
            ORDER BY key, timestamp, step
            """)
        .bind("run", run)
        .map((row, _) ->
            new ForeignPoint(
                row.getString("key"),
                row.getLong("timestamp"),
                row.getLong("step"),
                row.getBoolean("is_nan") ? Double.NaN : row.getDouble("value")))
        .list();
  }

  @Override
  public List<Place> models(long experiment) {
    return handle
        .createQuery(
            """
            SELECT model_id, artifact_location FROM logged_models
            WHERE experiment_id = :id AND lifecycle_stage = 'active' ORDER BY model_id
            """)
        .bind("id", experiment)
        .map((row, _) ->
            new Place(Owner.MODEL, row.getString("model_id"), text(row, "artifact_location")))
        .list();
  }

  @Override
  public ForeignModel model(String id) {
    return handle
        .createQuery("SELECT * FROM logged_models WHERE model_id = :id")
        .bind("id", id)
        .map((row, _) ->
            new ForeignModel(
                id,
                text(row, "name"),
                text(row, "model_type"),
                text(row, "source_run_id"),
                switch (row.getInt("status")) {
                  case 2 -> LoggedModel.Status.LOGGED_MODEL_READY;
                  case 3 -> LoggedModel.Status.LOGGED_MODEL_UPLOAD_FAILED;
                  default -> LoggedModel.Status.LOGGED_MODEL_PENDING;
                },
                row.getLong("creation_timestamp_ms"),
                row.getLong("last_updated_timestamp_ms"),
                texts("SELECT tag_key, tag_value FROM logged_model_tags WHERE model_id = ?", id),
                texts(
                    "SELECT param_key, param_value FROM logged_model_params WHERE model_id = ?",
                    id)))
        .one();
  }

  @Override
  public List<Registered> registered() {
    return handle
        .createQuery("SELECT * FROM registered_models ORDER BY name")
        .map((row, _) -> {
          String name = row.getString("name");
          return new Registered(
              name,
              text(row, "description"),
              row.getLong("creation_time"),
              row.getLong("last_updated_time"),
              texts("SELECT key, value FROM registered_model_tags WHERE name = ?", name),
              aliases(name));
        })
        .list();
  }

  @Override
  public List<ForeignVersion> versions(String model) {
    return handle
        .createQuery("SELECT * FROM model_versions WHERE name = :name ORDER BY version")
        .bind("name", model)
        .map((row, _) -> {
          int number = row.getInt("version");
          return new ForeignVersion(
              number,
              text(row, "source"),
              Optional.ofNullable(row.getString("storage_location")).orElse(text(row, "source")),
              text(row, "run_id"),
              "",
              text(row, "description"),
              text(row, "user_id"),
              Optional.ofNullable(row.getString("current_stage")).orElse("None"),
              row.getLong("creation_time"),
              row.getLong("last_updated_time"),
              texts(
                  "SELECT key, value FROM model_version_tags WHERE name = ? AND version = ?",
                  model,
                  number));
        })
        .list();
  }

  private Map<String, Integer> aliases(String model) {
    Map<String, Integer> aliases = new TreeMap<>();
    texts("SELECT alias, version FROM registered_model_aliases WHERE name = ?", model)
        .forEach((alias, number) -> aliases.put(alias, Integer.valueOf(number)));
    return aliases;
  }

  @Override
  public List<String> traces(Experiment experiment, KeepTrace keep) {
    long traces =
        handle
            .createQuery("SELECT count(*) FROM trace_info WHERE experiment_id = :id")
            .bind("id", experiment.id())
            .mapTo(Long.class)
            .one();
    return traces == 0
        ? List.of()
        : List.of(
            "experiment %s: %d traces stay there; its server gives them, by its address"
                .formatted(experiment.foreign().name(), traces));
  }

  @Override
  public boolean within(String location) {
    return folders.within(location);
  }

  @Override
  public List<String> files(Place place, Keep keep) throws IOException {
    return folders.files(place, keep);
  }

  private static String text(ResultSet row, String column) throws SQLException {
    String text = row.getString(column);
    return text == null ? "" : text;
  }

  private Map<String, String> texts(String sql, Object... values) {
    Map<String, String> texts = new TreeMap<>();
    handle
        .select(sql, values)
        .map((row, _) ->
            Map.entry(row.getString(1), row.getString(2) == null ? "" : row.getString(2)))
        .forEach(entry -> texts.put(entry.getKey(), entry.getValue()));
    return texts;
  }

  @Override
  public void close() {
    handle.close();
  }
}
