package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** Runs as pipelines write them and the native API shows them. */
final class TrackingStore {
  private final Database database;
  private final RunStore runs;
  private final MetricStore metrics = new MetricStore();

  TrackingStore(Database database, RunStore runs) {
    this.database = database;
    this.runs = runs;
  }

  void start(String experiment, String id, String name, Map<String, String> tags, long at) {
    boolean _ =
        database.writeTogether(handle -> {
          Experiment home = ExperimentStore.ofPipeline(handle, experiment, at);
          RunStore.insert(handle, home, new RunStore.NewRun(id, name, "", at, tags));
          RunInfo run = RunStore.require(handle, id);
          if (run.experiment() != home.id()) {
            throw EspalierException.conflict(
                "Run '%s' belongs to experiment '%s'."
                    .formatted(id, ExperimentStore.require(handle, run.experiment()).name()));
          }
          tags.forEach((tag, text) -> RunStore.putTag(handle, RunStore.key(handle, id), tag, text));
          return true;
        });
  }

  void log(String id, RunInfo.Batch batch) {
    runs.log(id, batch);
  }

  void finish(String id, RunStatus status, long at) {
    runs.finish(id, status, at);
  }

  Optional<String> artifactUri(String id) {
    return database.read(handle -> RunStore.find(handle, id).map(RunInfo::artifactUri));
  }

  Optional<TrackedRun> run(String id) {
    return database.read(handle ->
        RunStore.find(handle, id)
            .map(info -> {
              long run = RunStore.key(handle, id).run();
              RunInfo.Full full =
                  RunReadStore.full(handle, List.of(new RunReadStore.Row(run, info))).getFirst();
              return tracked(handle, full, history(handle, run, full));
            }));
  }

  private List<TrackedRun.Point> history(Handle handle, long run, RunInfo.Full full) {
    List<TrackedRun.Point> history = new ArrayList<>();
    for (RunInfo.Latest metric : full.metrics()) {
      for (MetricPoint point :
          metrics.history(handle, run, metric.key(), Optional.empty(), Integer.MAX_VALUE)) {
        history.add(
            new TrackedRun.Point(
                metric.key(), point.value(), point.step(), Instant.ofEpochMilli(point.at())));
      }
    }
    return history;
  }

  List<TrackedRun> runs(String experiment) {
    return database.read(handle -> {
      List<RunReadStore.Row> rows =
          handle
              .createQuery(
                  RunStore.COLUMNS
                      + """
                      JOIN experiment e ON e.id = r.experiment
                      WHERE e.name = :experiment AND r.stage = 'active'
                      ORDER BY r.start_time DESC, r.id DESC
                      """)
              .bind("experiment", experiment)
              .map((row, _) -> new RunReadStore.Row(row.getLong("seq"), RunStore.info(row)))
              .list();
      return RunReadStore.full(handle, rows).stream()
          .map(full -> tracked(handle, full, List.of()))
          .toList();
    });
  }

  private static TrackedRun tracked(
      Handle handle, RunInfo.Full full, List<TrackedRun.Point> history) {
    RunInfo info = full.info();
    SortedMap<String, Double> latest = new TreeMap<>();
    full.metrics().forEach(metric -> latest.put(metric.key(), metric.point().value()));
    return new TrackedRun(
        info.id(),
        ExperimentStore.require(handle, info.experiment()).name(),
        info.name(),
        info.status(),
        Instant.ofEpochMilli(info.startTime()),
        info.endTime().isPresent()
            ? Optional.of(Instant.ofEpochMilli(info.endTime().getAsLong()))
            : Optional.empty(),
        full.tags(),
        full.params(),
        latest,
        history);
  }
}
