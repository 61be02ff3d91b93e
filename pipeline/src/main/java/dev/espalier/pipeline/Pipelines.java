package dev.espalier.pipeline;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.platform.Database;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import dev.espalier.tracking.Tracking;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Runs pipelines. */
@SuppressWarnings({"unused", "UnusedVariable", "DoNotCallSuggester"})
public final class Pipelines implements AutoCloseable {
  public Pipelines(
      Database database,
      ArtifactStore artifacts,
      Tracking tracking,
      ProductClocks clocks,
      Events events,
      Ids ids,
      List<StepLogic<?>> steps,
      PipelineConfig config) {}

  private static EspalierException soon() {
    return new EspalierException(ErrorCode.UNAVAILABLE, "Pipelines are being built.");
  }

  public String start(CanvasVersion canvas, Cause cause, long seed) {
    throw soon();
  }

  public Run await(String runId, Duration timeout) {
    throw soon();
  }

  public Run run(String id) {
    throw soon();
  }

  public List<Run> runs(String product) {
    throw soon();
  }

  public void cancel(String id) {
    throw soon();
  }

  public List<String> resume() {
    throw soon();
  }

  public List<Explanation> plan(CanvasVersion canvas, long seed) {
    throw soon();
  }

  public Explanation explain(String runId, String step) {
    throw soon();
  }

  public List<LogLine> log(String runId, String step, long after) {
    throw soon();
  }

  public <T> Optional<T> output(String runId, String step, Class<T> type) {
    throw soon();
  }

  @Override
  public void close() {}
}
