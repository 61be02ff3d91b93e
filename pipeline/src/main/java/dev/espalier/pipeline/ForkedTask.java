package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The files of a forked attempt: {@code task.json} in, {@code events.ndjson}, {@code result.json}
 * out.
 */
final class ForkedTask {
  static final String TASK = "task.json";
  static final String EVENTS = "events.ndjson";
  static final String RESULT = "result.json";
  static final String OUTPUT = "output.log";

  private ForkedTask() {}

  /** What the child is to do. */
  record Task(
      String stepClass,
      String product,
      String runId,
      String step,
      long seed,
      JsonNode params,
      Map<String, JsonNode> inputs,
      Cause cause,
      Instant now,
      String artifacts) {}

  /** One line of {@code events.ndjson}; exactly one of its parts is there. */
  record Event(
      Optional<StepRun.Progress> progress, Optional<Metric> metric, Optional<String> log) {}

  record Metric(String key, double value) {}

  /** How it ended; an exit without this file is a failure. */
  record Result(
      Optional<JsonNode> output, Optional<String> failureClass, String message, long cpuMillis) {
    Result {
      // An absent JsonNode is read back as JSON null, which is no output.
      output = output.filter(value -> !value.isNull());
    }
  }
}
