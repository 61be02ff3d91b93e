package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CancellationException;

/** The whole surface that a step may touch. Thread-safe, for steps with threads of their own. */
public interface StepContext {
  String product();

  String runId();

  /** The step's name. */
  String step();

  long seed();

  JsonNode params();

  /**
   * The output of an upstream step.
   *
   * @throws dev.espalier.platform.EspalierException INVALID when {@code step} is not an input
   */
  <T> T input(String step, Class<T> type);

  ArtifactStore artifacts();

  /**
   * The canvas that started the run; only in-process.
   *
   * @throws dev.espalier.platform.EspalierException INVALID in a forked step
   */
  CanvasVersion canvas();

  Cause cause();

  /** Product time at which the attempt began. */
  Instant now();

  /** How far the step is; shown at most four times a second. */
  void progress(long done, long total, String unit);

  /** Appends a value to the run's metric {@code key} in tracking. */
  void metric(String key, double value);

  /** Adds a line to the step's log. */
  void log(String line);

  /** Throws {@link CancellationException} when the attempt is cancelled or out of time. */
  void checkCancelled();

  /** A folder of this attempt, empty when first asked for and removed after it. */
  Path scratch();

  /**
   * The same for every attempt of this step in this run, and for no other: an effect hands it to
   * its target, which does the work at most once.
   */
  default String idempotencyKey() {
    return runId() + "/" + step();
  }
}
