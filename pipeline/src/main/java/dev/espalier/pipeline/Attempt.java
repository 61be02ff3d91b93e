package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * One try of one step, as an executor gets it.
 *
 * @param inputs outputs of the upstream steps, as JSON
 * @param folder of this attempt alone
 */
record Attempt(
    String runId,
    String product,
    String step,
    int number,
    StepLogic<?> logic,
    JsonNode params,
    Map<String, JsonNode> inputs,
    Cause cause,
    CanvasVersion canvas,
    long seed,
    Instant now,
    Duration timeout,
    Path folder) {}
