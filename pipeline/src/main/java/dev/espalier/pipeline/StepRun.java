package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * One step of a run.
 *
 * @param state a {@link StepState}
 * @param attempt 0 before the first attempt
 * @param cacheReason why the step ran or did not: {@code HIT run_…}, {@code ABSENT}, {@code
 *     CHANGED}, {@code EVICTED}, {@code POLICY_NEVER}, {@code EFFECT}; empty before that is known
 * @param wallMillis machine time of all attempts
 * @param cpuMillis processor time of all attempts
 * @param executor {@code in-process}, {@code forked-jvm}, or empty
 * @param beganAfter milliseconds from the run's start to the first attempt, by the machine's clock
 * @param endedAfter milliseconds from the run's start to the end of the last attempt
 * @param failure class and message of the last failure
 */
public record StepRun(
    String name,
    String state,
    List<String> dependsOn,
    int attempt,
    String cacheReason,
    long wallMillis,
    long cpuMillis,
    Optional<Long> beganAfter,
    Optional<Long> endedAfter,
    Optional<Progress> progress,
    String executor,
    Optional<String> failure,
    Optional<JsonNode> output) {

  /** How far a step is; {@code total} is 0 when unknown. */
  public record Progress(long done, long total, String unit) {}

  public StepRun {
    dependsOn = List.copyOf(dependsOn);
  }
}
