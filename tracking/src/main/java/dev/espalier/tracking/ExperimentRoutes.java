package dev.espalier.tracking;

import dev.espalier.artifacts.ArtifactEntry;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.JsonRoutes;
import dev.espalier.tracking.wire.Rights.Level;
import dev.espalier.tracking.wire.WireRoutes;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Experiments and runs for the pages that compare them, read-only: counts and keys to choose
 * columns from, pages of thin rows, one run with all that belongs to it, thinned series of metrics,
 * folders of artifacts. The bytes of an artifact come from {@link MlflowArtifactRoutes}.
 */
public final class ExperimentRoutes extends JsonRoutes {
  private static final int MAX_EXPERIMENTS = 1_000;
  private static final int MAX_ROWS = 1_000;
  private static final int MAX_COLUMNS = 100;
  private static final int MAX_SERIES = 100;
  private static final int MAX_SPREADS = 20;
  private static final int MAX_POINTS = 2_500;
  private static final int MAX_FILES = 1_000;
  private final Tracking tracking;
  private final ArtifactTree tree;

  public ExperimentRoutes(Tracking tracking, ArtifactTree tree) {
    this.tracking = tracking;
    this.tree = tree;
  }

  /** An experiment in a list. */
  record ExperimentRow(
      String id,
      String name,
      Instant createdAt,
      long runs,
      long running,
      Optional<Instant> newest) {}

  /** An experiment with the keys that its runs use. */
  record ExperimentView(
      ExperimentRow experiment,
      SortedMap<String, String> tags,
      List<String> metrics,
      List<String> params,
      List<String> tagKeys) {}

  /**
   * A run in a table: what it is, and of its values only the columns that were asked for.
   *
   * @param metrics the latest values
   * @param least of the metrics that were once below their latest value; empty where none was
   * @param greatest of those that were once above it
   */
  record RunRow(
      String id,
      String name,
      RunStatus status,
      String user,
      Instant startedAt,
      Optional<Instant> finishedAt,
      SortedMap<String, Double> metrics,
      Optional<SortedMap<String, Double>> least,
      Optional<SortedMap<String, Double>> greatest,
      SortedMap<String, String> params,
      SortedMap<String, String> tags) {}

  /** A page of rows. */
  record RunPage(List<RunRow> runs, Optional<String> next) {}

  /**
   * The newest value of a metric.
   *
   * @param least of all its values; empty where each is NaN
   */
  record Newest(
      String key,
      double value,
      long step,
      Instant at,
      OptionalDouble least,
      OptionalDouble greatest) {}

  /** A dataset that a run read. */
  record DatasetRow(String name, String digest, String sourceType, String context) {}

  /** A run with everything but the histories of its metrics. */
  record RunView(
      RunRow run,
      String experiment,
      String experimentName,
      String artifactUri,
      boolean deleted,
      List<Newest> metrics,
      List<DatasetRow> datasets,
      List<String> modelsRead,
      List<String> modelsWritten) {}

  /** A metric of one run, thinned. */
  record Series(String run, String metric, int points, List<SeriesPoint> sample) {}

  /**
   * One value; NaN and the infinities are texts in JSON.
   *
   * @param over the value of the metric that the series is asked over, at this step
   */
  record SeriesPoint(long step, Instant at, double value, OptionalDouble over) {}

  /** What a folder of artifacts holds. */
  record FileRow(String path, boolean folder, long bytes) {}

  /** A folder; {@code next} is the name after which it goes on. */
  record Folder(List<FileRow> files, Optional<String> next) {}

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/tracking/experiments", safely(this::experiments))
        .get("/tracking/experiments/{id}", safely(this::experiment))
        .get("/tracking/experiments/{id}/runs", safely(this::rows))
        .get("/tracking/experiments/{id}/groups", safely(this::groups))
        .get("/tracking/series", safely(this::series))
        .get("/tracking/runs/{id}/record", safely(this::run))
        .get("/tracking/runs/{id}/files", safely(this::files));
  }

  private void experiments(ServerRequest request, ServerResponse response) {
    send(
        response,
        tracking
            .experiments()
            .search(
                "",
                List.of(),
                ViewType.ACTIVE_ONLY,
                WireRoutes.rights(request).experiments(),
                Optional.empty(),
                MAX_EXPERIMENTS)
            .rows()
            .stream()
            .map(this::row)
            .toList());
  }

  private ExperimentRow row(Experiment experiment) {
    RunKeyStore.Count count = tracking.keys().count(experiment.id());
    return new ExperimentRow(
        Long.toString(experiment.id()),
        experiment.name(),
        Instant.ofEpochMilli(experiment.createdAt()),
        count.runs(),
        count.running(),
        count.runs() == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(count.newest())));
  }

  private Experiment named(ServerRequest request) {
    String id = path(request, "id");
    // What is not a number names nothing, as an unknown number does.
    if (!id.matches("\\d{1,18}")) {
      throw EspalierException.notFound("No experiment '%s'.".formatted(shortened(id)));
    }
    WireRoutes.rights(request).mayExperiment(Long.parseLong(id), Level.READ);
    return tracking.experiments().get(Long.parseLong(id));
  }

  private static String shortened(String text) {
    return text.substring(0, Math.min(80, text.length()));
  }

  private void experiment(ServerRequest request, ServerResponse response) {
    Experiment experiment = named(request);
    RunKeyStore.Keys keys = tracking.keys().keys(experiment.id());
    send(
        response,
        new ExperimentView(
            row(experiment), experiment.tags(), keys.metrics(), keys.params(), keys.tags()));
  }

  /** The columns that a request names, by kind; all where it names none. */
  private record Columns(Set<String> names) {
    static Columns of(ServerRequest request) {
      List<String> asked = all(request, "column");
      if (asked.size() > MAX_COLUMNS) {
        throw EspalierException.invalidField(
            "column",
            "count",
            "%d columns asked for, at most %d".formatted(asked.size(), MAX_COLUMNS),
            Optional.of(Integer.toString(MAX_COLUMNS)));
      }
      return new Columns(new HashSet<>(asked));
    }

    <T> SortedMap<String, T> only(String kind, SortedMap<String, T> values) {
      if (names.isEmpty()) {
        return values;
      }
      SortedMap<String, T> kept = new TreeMap<>();
      values.forEach((key, value) -> {
        if (names.contains(kind + "." + key)) {
          kept.put(key, value);
        }
      });
      return kept;
    }
  }

  private static List<String> all(ServerRequest request, String name) {
    return request.query().contains(name) ? request.query().all(name) : List.of();
  }

  private void rows(ServerRequest request, ServerResponse response) {
    Experiment experiment = named(request);
    Columns columns = Columns.of(request);
    Found<RunInfo.Full> found =
        tracking
            .runs()
            .search(
                List.of(experiment.id()),
                query(request, "filter").orElse(""),
                all(request, "order"),
                stage(request),
                query(request, "token").filter(token -> !token.isEmpty()),
                query(request, "limit", 1, MAX_ROWS, 200));
    send(
        response,
        new RunPage(found.rows().stream().map(run -> row(run, columns)).toList(), found.token()));
  }

  /** The runs that are at hand, or those that were put into the archive. */
  private static ViewType stage(ServerRequest request) {
    return switch (query(request, "archived").orElse("no")) {
      case "no" -> ViewType.ACTIVE_ONLY;
      case "yes" -> ViewType.DELETED_ONLY;
      default ->
          throw EspalierException.invalidField(
              "archived", "one-of", "archived is yes or no", Optional.of("no"));
    };
  }

  private void groups(ServerRequest request, ServerResponse response) {
    Experiment experiment = named(request);
    List<String> metrics = all(request, "metric");
    if (metrics.size() > MAX_SPREADS) {
      throw EspalierException.invalidField(
          "metric",
          "count",
          "%d metrics asked for, at most %d".formatted(metrics.size(), MAX_SPREADS),
          Optional.of(Integer.toString(MAX_SPREADS)));
    }
    send(
        response,
        tracking
            .groups()
            .groups(
                experiment.id(),
                Runs.clauses(query(request, "filter").orElse("")),
                query(request, "by").orElse(""),
                metrics));
  }

  private static RunRow row(RunInfo.Full run, Columns columns) {
    SortedMap<String, Double> metrics = new TreeMap<>();
    SortedMap<String, Double> least = new TreeMap<>();
    SortedMap<String, Double> greatest = new TreeMap<>();
    for (RunInfo.Latest metric : run.metrics()) {
      double latest = metric.point().value();
      metrics.put(metric.key(), latest);
      metric.range().low().ifPresent(low -> apart(least, metric.key(), low, latest));
      metric.range().high().ifPresent(high -> apart(greatest, metric.key(), high, latest));
    }
    RunInfo info = run.info();
    return new RunRow(
        info.id(),
        info.name(),
        info.status(),
        info.user(),
        Instant.ofEpochMilli(info.startTime()),
        info.endTime().isPresent()
            ? Optional.of(Instant.ofEpochMilli(info.endTime().getAsLong()))
            : Optional.empty(),
        columns.only("metrics", metrics),
        some(columns.only("metrics", least)),
        some(columns.only("metrics", greatest)),
        columns.only("params", run.params()),
        columns.only("tags", run.tags()));
  }

  private static void apart(
      SortedMap<String, Double> values, String key, double value, double latest) {
    if (value != latest) {
      values.put(key, value);
    }
  }

  private static Optional<SortedMap<String, Double>> some(SortedMap<String, Double> values) {
    return values.isEmpty() ? Optional.empty() : Optional.of(values);
  }

  private void run(ServerRequest request, ServerResponse response) {
    WireRoutes.rights(request).mayRun(path(request, "id"), Level.READ);
    RunInfo.Full run = tracking.runs().get(path(request, "id"));
    RunInfo info = run.info();
    Experiment experiment = tracking.experiments().get(info.experiment());
    send(
        response,
        new RunView(
            row(run, new Columns(Set.of())),
            Long.toString(info.experiment()),
            experiment.name(),
            info.artifactUri(),
            info.stage() == LifecycleStage.DELETED,
            run.metrics().stream()
                .map(latest ->
                    new Newest(
                        latest.key(),
                        latest.point().value(),
                        latest.point().step(),
                        Instant.ofEpochMilli(latest.point().at()),
                        latest.range().low(),
                        latest.range().high()))
                .toList(),
            run.datasets().stream()
                .map(input ->
                    new DatasetRow(
                        input.dataset().name(),
                        input.dataset().digest(),
                        input.dataset().sourceType(),
                        input.tags().getOrDefault("mlflow.data.context", "")))
                .toList(),
            run.modelInputs().stream().map(RunInfo.ModelLink::model).toList(),
            run.modelOutputs().stream().map(RunInfo.ModelLink::model).toList()));
  }

  private void series(ServerRequest request, ServerResponse response) {
    List<String> runs = all(request, "run");
    List<String> metrics = all(request, "metric");
    if (runs.isEmpty() || metrics.isEmpty()) {
      throw EspalierException.invalidField(
          runs.isEmpty() ? "run" : "metric", "required", "Name at least one", Optional.empty());
    }
    if (runs.size() * metrics.size() > MAX_SERIES) {
      throw EspalierException.invalidField(
          "run",
          "count",
          "%d runs with %d metrics: at most %d series at once"
              .formatted(runs.size(), metrics.size(), MAX_SERIES),
          Optional.of(Integer.toString(MAX_SERIES / metrics.size())));
    }
    runs.forEach(run -> WireRoutes.rights(request).mayRun(run, Level.READ));
    int limit = query(request, "limit", 4, MAX_POINTS, 500);
    Optional<String> over = query(request, "over").filter(name -> !name.isEmpty());
    send(
        response,
        runs.stream()
            .flatMap(run -> {
              Optional<StepAxis> axis = over.map(name -> new StepAxis(history(run, name)));
              return metrics.stream().map(metric -> series(run, metric, limit, axis));
            })
            .toList());
  }

  private List<MetricPoint> history(String run, String metric) {
    return tracking.runs().history(run, metric, Optional.empty(), Integer.MAX_VALUE - 1).stream()
        .sorted(MetricPoint.BY_STEP)
        .toList();
  }

  private Series series(String run, String metric, int limit, Optional<StepAxis> axis) {
    List<MetricPoint> points = history(run, metric);
    return new Series(
        run,
        metric,
        points.size(),
        Sampling.envelope(points, limit).stream()
            .map(point ->
                new SeriesPoint(
                    point.step(),
                    Instant.ofEpochMilli(point.at()),
                    point.value(),
                    axis.map(found -> found.at(point.step())).orElse(OptionalDouble.empty())))
            .toList());
  }

  private void files(ServerRequest request, ServerResponse response) {
    WireRoutes.rights(request).mayRun(path(request, "id"), Level.READ);
    String uri = tracking.runs().get(path(request, "id")).info().artifactUri();
    ArtifactPath root = MlflowArtifactRoutes.root(uri);
    ArtifactPath folder = root.resolve(ArtifactPath.of(query(request, "path").orElse("")));
    List<ArtifactEntry> entries =
        tree.list(folder, query(request, "after").orElse(""), MAX_FILES + 1);
    boolean more = entries.size() > MAX_FILES;
    int below = root.text().length() + 1;
    send(
        response,
        new Folder(
            entries.stream()
                .limit(MAX_FILES)
                .map(entry ->
                    new FileRow(
                        entry.path().text().substring(below), entry.folder(), entry.bytes()))
                .toList(),
            more ? Optional.of(entries.get(MAX_FILES - 1).path().name()) : Optional.empty()));
  }
}
