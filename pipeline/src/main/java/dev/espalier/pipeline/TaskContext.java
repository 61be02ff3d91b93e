package dev.espalier.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What a step sees, in this process and in a forked one alike. */
record TaskContext(
    String product,
    String runId,
    String step,
    long seed,
    JsonNode params,
    Map<String, JsonNode> inputs,
    ArtifactStore artifacts,
    Optional<CanvasVersion> canvasHere,
    Cause cause,
    Instant now,
    Path folder,
    AttemptEvents events,
    Cancellation cancellation)
    implements StepContext {

  @Override
  public <T> T input(String name, Class<T> type) {
    JsonNode value = inputs.get(name);
    if (value == null) {
      throw EspalierException.invalid("Step '%s' has no input '%s'.".formatted(step, name));
    }
    try {
      return Json.mapper().treeToValue(value, type);
    } catch (JsonProcessingException failure) {
      throw new EspalierException(
          ErrorCode.INVALID,
          "The output of '%s' is not a %s.".formatted(name, type.getSimpleName()),
          failure);
    }
  }

  @Override
  public Path scratch() {
    try {
      return Files.createDirectories(folder);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot create a work folder: " + failure.getMessage(), failure);
    }
  }

  @Override
  public CanvasVersion canvas() {
    return canvasHere.orElseThrow(
        () -> EspalierException.invalid("A forked step sees its parameters, not the canvas."));
  }

  @Override
  public void progress(long done, long total, String unit) {
    events.progress(new StepRun.Progress(done, total, unit));
  }

  @Override
  public void metric(String key, double value) {
    events.metric(key, value);
  }

  @Override
  public void log(String line) {
    events.log(line);
  }

  @Override
  public void checkCancelled() {
    cancellation.check();
  }
}
