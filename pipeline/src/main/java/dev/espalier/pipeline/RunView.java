package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Rows as those outside see them. Thread-safe.
 *
 * @param workers the runs that this process works on, by id
 */
record RunView(Parts parts, Map<String, RunWorker> workers) {
  /** With the outputs of steps, which are files. */
  Run whole(RunStore.RunRow run) {
    return view(
        run, step -> step.output().filter(parts.outputs()::exists).map(parts.outputs()::read));
  }

  /** Without them. */
  Run outline(RunStore.RunRow run) {
    return view(run, _ -> Optional.empty());
  }

  private Run view(RunStore.RunRow run, Function<RunStore.StepRow, Optional<JsonNode>> outputs) {
    long until = run.endedMillis().orElseGet(parts::millis);
    return new Run(
        run.id(),
        run.product(),
        run.state().name(),
        run.cause(),
        run.canvasVersion(),
        run.graphDigest(),
        run.seed(),
        run.createdAt(),
        run.finishedAt(),
        until - run.startedMillis(),
        Optional.ofNullable(workers.get(run.id())).flatMap(RunWorker::blocked),
        parts.store().steps(run.id()).stream()
            .map(step -> view(step, run.startedMillis(), outputs.apply(step)))
            .toList());
  }

  private static StepRun view(RunStore.StepRow step, long started, Optional<JsonNode> output) {
    return new StepRun(
        step.name(),
        step.state().name(),
        step.dependsOn(),
        step.attempt(),
        step.cacheReason(),
        step.wallMillis(),
        step.cpuMillis(),
        step.beganMillis().map(at -> at - started),
        step.endedMillis().map(at -> at - started),
        step.progress().map(json -> Json.read(json, StepRun.Progress.class)),
        step.executor(),
        step.failure(),
        output);
  }
}
