package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Experiments and their runs: params, tags and metrics. Every call is durable when it returns and
 * idempotent: the same call twice leaves the same record. Thread-safe; a call made inside {@link
 * Database#write} joins that transaction.
 */
public final class Tracking {
  private static final int MAX_NAME = 250;
  private static final int MAX_TEXT = 6_000;
  private final TrackingStore store;

  public Tracking(Database database) {
    this.store = new TrackingStore(database);
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
    store.start(experiment, runId, name, tags, at);
  }

  /**
   * Records what the run was given.
   *
   * @throws EspalierException CONFLICT when a param has another value already; NOT_FOUND
   */
  public void params(String runId, Map<String, String> params) {
    params.forEach(Tracking::check);
    store.params(runId, params);
  }

  /**
   * Appends a value; the same key and step again replaces it.
   *
   * @throws EspalierException INVALID when {@code value} is not finite; NOT_FOUND
   */
  public void metric(String runId, String key, double value, long step, Instant at) {
    checkName("metric", key);
    if (!Double.isFinite(value)) {
      throw EspalierException.invalidField(
          key, "finite", "Metric '%s' is %s".formatted(key, value), Optional.empty());
    }
    store.metric(runId, new TrackedRun.Point(key, value, step, at));
  }

  /** Closes a run; the first closing stands. */
  public void finish(String runId, RunStatus status, Instant at) {
    if (status == RunStatus.RUNNING) {
      throw EspalierException.invalid("A run does not finish as RUNNING.");
    }
    store.finish(runId, status, at);
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
