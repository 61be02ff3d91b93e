package dev.espalier.pipeline;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One execution of a product's pipeline.
 *
 * @param state a {@link RunState}
 * @param createdAt product time
 * @param finishedAt product time
 * @param wallMillis machine time from the start to the end, or so far
 * @param blocked why it cannot go on at the moment, such as a full disk
 */
public record Run(
    String id,
    String product,
    String state,
    Cause cause,
    String canvasVersion,
    String graphDigest,
    long seed,
    Instant createdAt,
    Optional<Instant> finishedAt,
    long wallMillis,
    Optional<String> blocked,
    List<StepRun> steps) {

  public Run {
    steps = List.copyOf(steps);
  }

  /** True when nothing can follow. */
  public boolean ended() {
    return RunState.valueOf(state).ended();
  }

  public boolean succeeded() {
    return RunState.valueOf(state) == RunState.SUCCEEDED;
  }

  /** The step of that name. */
  public Optional<StepRun> step(String name) {
    return steps.stream().filter(step -> step.name().equals(name)).findFirst();
  }
}
