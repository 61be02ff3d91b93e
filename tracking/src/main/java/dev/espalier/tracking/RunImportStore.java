package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.tracking.MetricStore.RunKey;
import dev.espalier.tracking.RunInfo.Dataset;
import dev.espalier.tracking.RunInfo.DatasetInput;
import dev.espalier.tracking.RunInfo.ModelLink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * Brings experiments, runs and logged models of another server in, with their ids and times. Each
 * call is one transaction and may be repeated: what is there stays, what is missing is added, and
 * what contradicts is said and left as it is. Thread-safe.
 */
public final class RunImportStore {
  private final Database database;
  private final MetricStore metrics = new MetricStore();

  /** Over a database that {@link Tracking} has opened. */
  public RunImportStore(Database database) {
    this.database = database;
  }

  /**
   * An experiment elsewhere; its times in epoch milliseconds.
   *
   * @param stage active or deleted
   */
  public record ForeignExperiment(
      String name, String stage, long createdAt, long updatedAt, Map<String, String> tags) {}

  /** A run elsewhere. */
  public record ForeignRun(
      String id,
      String name,
      String user,
      String status,
      String stage,
      long startTime,
      OptionalLong endTime,
      Map<String, String> tags,
      Map<String, String> params,
      List<ForeignPoint> points,
      List<ForeignDataset> datasets,
      List<ForeignLink> models) {}

  /**
   * A logged model that a run read or made.
   *
   * @param role input or output
   */
  public record ForeignLink(String role, String model, long step) {}

  /** A dataset that a run read. */
  public record ForeignDataset(
      String name,
      String digest,
      String sourceType,
      String source,
      Optional<String> schema,
      Optional<String> profile,
      Map<String, String> tags) {}

  /** A value of a metric; its time in epoch milliseconds. */
  public record ForeignPoint(String metric, long at, long step, double value) {}

  /** A logged model elsewhere. */
  public record ForeignModel(
      String id,
      String name,
      String modelType,
      String sourceRunId,
      LoggedModel.Status status,
      long createdAt,
      long updatedAt,
      Map<String, String> tags,
      Map<String, String> params) {}

  /** Makes the experiment, or finds the one of its name; its number here. */
  public long experiment(ForeignExperiment foreign) {
    return database.write(handle -> {
      Optional<Experiment> here = ExperimentStore.byName(handle, foreign.name());
      long id =
          here.map(Experiment::id)
              .orElseGet(() ->
                  ExperimentStore.ofPipeline(handle, foreign.name(), foreign.createdAt()).id());
      if (here.isEmpty()) {
        handle.execute(
            "UPDATE experiment SET stage = ?, updated_at = ? WHERE id = ?",
            foreign.stage(),
            foreign.updatedAt(),
            id);
      }
      foreign
          .tags()
          .forEach((name, text) ->
              handle.execute(
                  """
                  INSERT INTO experiment_tag (experiment, name, text) VALUES (?, ?, ?)
                  ON CONFLICT (experiment, name) DO NOTHING
                  """,
                  id,
                  name,
                  text));
      return id;
    });
  }

  /** Adds the run with all it holds; what differs from a run of that id here. */
  public List<String> run(long experiment, ForeignRun foreign) {
    return database.write(handle -> {
      List<String> differences = new ArrayList<>();
      int fresh =
          RunStore.insert(
              handle,
              ExperimentStore.require(handle, experiment),
              new RunStore.NewRun(
                  foreign.id(),
                  foreign.name(),
                  foreign.user(),
                  foreign.startTime(),
                  foreign.tags()));
      RunInfo here = RunStore.require(handle, foreign.id());
      if (here.experiment() != experiment) {
        return List.of(
            "run %s is in experiment %d already; left alone"
                .formatted(foreign.id(), here.experiment()));
      }
      RunKey key = RunStore.key(handle, foreign.id());
      if (fresh > 0 || here.status() == RunStatus.RUNNING) {
        close(handle, key, foreign);
      }
      foreign.tags().forEach((name, text) -> tag(handle, key, name, text));
      foreign
          .params()
          .forEach((name, text) -> param(handle, key, foreign, name, text, differences));
      SortedMap<String, List<MetricPoint>> points = new TreeMap<>();
      for (ForeignPoint point : foreign.points()) {
        points
            .computeIfAbsent(point.metric(), _ -> new ArrayList<>())
            .add(new MetricPoint(point.at(), point.step(), point.value()));
      }
      metrics.append(handle, key, points);
      for (ForeignDataset each : foreign.datasets()) {
        Dataset dataset =
            new Dataset(
                each.name(),
                each.digest(),
                each.sourceType(),
                each.source(),
                each.schema(),
                each.profile());
        InputStore.link(handle, key, new DatasetInput(dataset, new TreeMap<>(each.tags())));
      }
      for (ForeignLink each : foreign.models()) {
        InputStore.link(handle, key, each.role(), new ModelLink(each.model(), each.step()));
      }
      return differences;
    });
  }

  private static void close(Handle handle, RunKey key, ForeignRun foreign) {
    handle
        .createUpdate(
            """
            UPDATE experiment_run SET status = :status, end_time = :end, stage = :stage
            WHERE seq = :run
            """)
        .bind("status", foreign.status())
        .bind("end", foreign.endTime().isPresent() ? foreign.endTime().getAsLong() : null)
        .bind("stage", foreign.stage())
        .bind("run", key.run())
        .execute();
  }

  private static void tag(Handle handle, RunKey key, String name, String text) {
    handle.execute(
        """
        INSERT INTO run_tag (run, name, text, experiment) VALUES (?, ?, ?, ?)
        ON CONFLICT (run, name) DO NOTHING
        """,
        key.run(),
        name,
        text,
        key.experiment());
  }

  private static void param(
      Handle handle,
      RunKey key,
      ForeignRun foreign,
      String name,
      String text,
      List<String> differences) {
    Optional<String> held =
        handle
            .createQuery("SELECT text FROM run_param WHERE run = :run AND name = :name")
            .bind("run", key.run())
            .bind("name", name)
            .mapTo(String.class)
            .findOne();
    if (held.isEmpty()) {
      RunStore.putParam(handle, key, foreign.id(), name, text);
    } else if (!held.get().equals(text)) {
      differences.add(
          "run %s: param '%s' is '%s' here and '%s' there; left alone"
              .formatted(foreign.id(), name, held.get(), text));
    }
  }

  /** Adds the logged model, unless one of that id is here. */
  public void model(long experiment, ForeignModel foreign) {
    int _ =
        database.write(handle -> {
          String uri =
              ExperimentStore.require(handle, experiment).artifactLocation()
                  + "/models/"
                  + foreign.id()
                  + "/artifacts";
          handle
              .createUpdate(
                  """
                  INSERT INTO logged_model (id, experiment, name, artifact_uri, created_at,
                    updated_at, status, model_type, source_run_id, stage)
                  VALUES (:id, :experiment, :name, :uri, :created, :updated, :status, :type, :run,
                    'active')
                  ON CONFLICT (id) DO NOTHING
                  """)
              .bind("id", foreign.id())
              .bind("experiment", experiment)
              .bind("name", foreign.name())
              .bind("uri", uri)
              .bind("created", foreign.createdAt())
              .bind("updated", foreign.updatedAt())
              .bind("status", foreign.status().name())
              .bind("type", foreign.modelType())
              .bind("run", foreign.sourceRunId())
              .execute();
          texts(handle, "logged_model_tag", foreign.id(), foreign.tags());
          texts(handle, "logged_model_param", foreign.id(), foreign.params());
          return 1;
        });
  }

  private static void texts(Handle handle, String table, String id, Map<String, String> texts) {
    texts.forEach((name, text) ->
        handle.execute(
            """
            INSERT INTO %s (model, name, text)
            SELECT seq, ?, ? FROM logged_model WHERE id = ?
            ON CONFLICT (model, name) DO NOTHING
            """
                .formatted(table),
            name,
            text,
            id));
  }
}
