package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Experiments and their runs: params, tags and metrics. Runs of pipelines and of MLflow's clients
 * are the same records; a pipeline's experiment has its product's name. Every call is durable when
 * it returns and idempotent: the same call twice leaves the same record. Thread-safe; a call made
 * inside {@link Database#write} joins that transaction.
 */
public final class Tracking {
  private static final int MAX_NAME = 250;
  private static final int MAX_TEXT = 6_000;
  private final TrackingStore store;
  private final Experiments experiments;
  private final Runs runs;
  private final LoggedModels models;
  private final Traces traces;
  private final Spans spans;
  private final RunKeyStore keys;
  private final RunGroupStore groups;

  /** Over the machine's clock. */
  public Tracking(Database database) {
    this(database, InstantSource.system(), RandomGenerator.getDefault());
  }

  /**
   * Opens the tables, and carries over what the first version of them held.
   *
   * @param random names runs that nobody named
   */
  public Tracking(Database database, InstantSource machine, RandomGenerator random) {
    database.migrate("tracking");
    RunReadStore reads = new RunReadStore(database);
    RunStore writes = new RunStore(database);
    this.store = new TrackingStore(database, writes);
    this.experiments = new Experiments(new ExperimentStore(database), machine);
    new EarlierRunsStore(database).carryOver();
    new MetricStore().carryOver(database);
    this.runs =
        new Runs(
            new Runs.Stores(writes, reads, new RunSearchStore(database), new InputStore(database)),
            machine,
            random);
    this.keys = new RunKeyStore(database);
    this.groups = new RunGroupStore(database);
    this.models = new LoggedModels(new LoggedModelStore(database), machine, random);
    TraceStore traceStore = new TraceStore(database);
    this.traces = new Traces(traceStore, machine);
    this.spans = new Spans(traceStore, new SpanStore(database));
  }

  Experiments experiments() {
    return experiments;
  }

  Runs runs() {
    return runs;
  }

  Traces traces() {
    return traces;
  }

  Spans spans() {
    return spans;
  }

  LoggedModels models() {
    return models;
  }

  RunKeyStore keys() {
    return keys;
  }

  RunGroupStore groups() {
    return groups;
  }

  /** Where a run's artifacts are, if there is such a run. */
  public Optional<String> artifactUri(String runId) {
    return store.artifactUri(runId);
  }

  /** The logged model of that id, deleted ones included. */
  public Optional<LoggedModel> loggedModel(String id) {
    return models.find(id);
  }

  /** Notes on a logged model that it became a version of a registered one. */
  public void noteRegistration(String modelId, String name, int version) {
    models.noteRegistration(modelId, name, version);
  }

  /**
   * Opens a run, or leaves it as it is when it was opened before in the same experiment.
   *
   * @throws EspalierException CONFLICT when another experiment holds this run
   */
  public void start(
      String experiment, String runId, String name, Map<String, String> tags, Instant at) {
    checkName("experiment", experiment);
    checkName("run", runId);
    tags.forEach(Tracking::check);
    store.start(experiment, runId, name, tags, at.toEpochMilli());
  }

  /**
   * Records what the run was given.
   *
   * @throws EspalierException INVALID when a param has another value already; NOT_FOUND
   */
  public void params(String runId, Map<String, String> params) {
    params.forEach(Tracking::check);
    store.log(runId, new RunInfo.Batch(Map.of(), params, Map.of(), List.of()));
  }

  /**
   * Appends a value; the same value of the same step and time again changes nothing.
   *
   * @throws EspalierException INVALID when {@code value} is not finite; NOT_FOUND
   */
  public void metric(String runId, String key, double value, long step, Instant at) {
    checkName("metric", key);
    if (!Double.isFinite(value)) {
      throw EspalierException.invalidField(
          key, "finite", "Metric '%s' is %s".formatted(key, value), Optional.empty());
    }
    MetricPoint point = new MetricPoint(at.toEpochMilli(), step, value);
    store.log(runId, new RunInfo.Batch(Map.of(key, List.of(point)), Map.of(), Map.of(), List.of()));
  }

  /** Closes a run; the first closing stands. */
  public void finish(String runId, RunStatus status, Instant at) {
    if (status == RunStatus.RUNNING || status == RunStatus.SCHEDULED) {
      throw EspalierException.invalid("A run does not finish as %s.".formatted(status));
    }
    store.finish(runId, status, at.toEpochMilli());
  }

  /** The run with every value of its metrics. */
  public Optional<TrackedRun> run(String id) {
    return store.run(id);
  }

  /** The runs of an experiment, newest first, with the latest value of each metric. */
  public List<TrackedRun> runs(String experiment) {
    return store.runs(experiment);
  }

  private static void check(String name, String text) {
    checkName("name", name);
    if (text.length() > MAX_TEXT) {
      throw EspalierException.invalidField(
          name, "length", "Longer than %d characters".formatted(MAX_TEXT), Optional.empty());
    }
  }

  private static void checkName(String field, String name) {
    if (name.isBlank() || name.length() > MAX_NAME) {
      throw EspalierException.invalidField(
          field, "length", "A name has 1 to %d characters".formatted(MAX_NAME), Optional.empty());
    }
  }
}
