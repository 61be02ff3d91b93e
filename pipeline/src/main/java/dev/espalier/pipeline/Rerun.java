package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.platform.Digest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Executes the steps of an ended run again, from the inputs that the run recorded, and compares
 * what comes out. Only steps whose key is the same today (parameters, code, Java, what they probe)
 * can be asked to give the same; the others are named. Nothing is stored: no run, no cache entry.
 */
final class Rerun {
  private static final double TOLERANCE = 1e-9;
  private final Parts parts;
  private final PipelineGraph graph;
  private final CanvasVersion canvas;

  Rerun(Parts parts, PipelineGraph graph, CanvasVersion canvas) {
    this.parts = parts;
    this.graph = graph;
    this.canvas = canvas;
  }

  /**
   * What came of it.
   *
   * @param same steps that gave the same output
   * @param different steps that did not, each with the first field that differs
   * @param left steps that were not executed, each with the reason
   */
  record Report(String runId, List<String> same, List<String> different, List<String> left) {
    Report {
      same = List.copyOf(same);
      different = List.copyOf(different);
      left = List.copyOf(left);
    }
  }

  /**
   * @param longestMillis steps that took longer in the run are left out
   */
  Report of(RunStore.RunRow run, long longestMillis) throws InterruptedException {
    Map<String, Digest> outputs = new HashMap<>();
    List<String> same = new ArrayList<>();
    List<String> different = new ArrayList<>();
    List<String> left = new ArrayList<>();
    for (RunStore.StepRow step : parts.store().steps(run.id())) {
      Optional<PipelineGraph.Node> node =
          graph.nodes().stream().filter(one -> one.name().equals(step.name())).findFirst();
      Optional<String> reason =
          node.isEmpty()
              ? Optional.of("no longer in the workflow")
              : reason(run, step, node.get(), outputs, longestMillis);
      step.output().ifPresent(output -> outputs.put(step.name(), output));
      if (reason.isPresent()) {
        left.add(step.name() + ": " + reason.get());
        continue;
      }
      Optional<String> difference = again(run, step, node.orElseThrow(), outputs);
      if (difference.isEmpty()) {
        same.add(step.name());
      } else {
        different.add(step.name() + ": " + difference.get());
      }
    }
    return new Report(run.id(), same, different, left);
  }

  /** Why a step cannot be asked, if so. */
  private Optional<String> reason(
      RunStore.RunRow run,
      RunStore.StepRow step,
      PipelineGraph.Node node,
      Map<String, Digest> outputs,
      long longestMillis) {
    if (node.logic().purity() == Purity.EFFECT) {
      return Optional.of("it has an effect");
    }
    if (step.output().isEmpty() || !parts.outputs().exists(step.output().get())) {
      return Optional.of("its output is gone");
    }
    if (step.wallMillis() > longestMillis) {
      return Optional.of("it took %d s".formatted(step.wallMillis() / 1000));
    }
    if (!outputs.keySet().containsAll(node.dependsOn())) {
      return Optional.of("an input is gone");
    }
    Map<String, Digest> inputs = new HashMap<>(outputs);
    inputs.keySet().retainAll(node.dependsOn());
    StepKey key =
        StepKey.of(node, canvas, run.seed(), parts.code().of(node.logic().getClass()), inputs);
    return step.stepKey().equals(Optional.of(key.digest().text()))
        ? Optional.empty()
        : Optional.of("its key has changed since");
  }

  private Optional<String> again(
      RunStore.RunRow run,
      RunStore.StepRow step,
      PipelineGraph.Node node,
      Map<String, Digest> outputs)
      throws InterruptedException {
    Map<String, JsonNode> values = new HashMap<>();
    outputs.forEach((name, digest) -> {
      if (node.dependsOn().contains(name)) {
        values.put(name, parts.outputs().read(digest));
      }
    });
    Attempt attempt =
        new Attempt(
            run.id(),
            run.product(),
            step.name(),
            1,
            node.logic(),
            node.logic().params(canvas, run.seed()),
            values,
            run.cause(),
            canvas,
            run.seed(),
            run.createdAt(),
            node.spec().timeout(),
            parts.folder("rerun-" + run.id(), step.name(), 1));
    AttemptResult result;
    try {
      result =
          parts
              .executor(node.logic().isolation())
              .run(attempt, AttemptEvents.NONE, new Cancellation());
    } finally {
      RunWorker.clear(attempt.folder());
    }
    return switch (result) {
      case AttemptResult.Succeeded done ->
          difference(
              "",
              parts.outputs().read(step.output().orElseThrow()),
              done.output(),
              node.logic().measurements());
      case AttemptResult.Failed failed -> Optional.of("it failed, " + failed.text());
    };
  }

  /** The first field in which two outputs differ; numbers count as equal within 1e-9. */
  static Optional<String> difference(
      String path, JsonNode before, JsonNode now, Set<String> measurements) {
    if (before.isNumber() && now.isNumber()) {
      double scale = Math.max(1, Math.max(Math.abs(before.asDouble()), Math.abs(now.asDouble())));
      boolean close = Math.abs(before.asDouble() - now.asDouble()) <= TOLERANCE * scale;
      return close ? Optional.empty() : differs(path, before, now);
    }
    if (before.isObject() && now.isObject()) {
      Set<String> names = new TreeSet<>();
      before.fieldNames().forEachRemaining(names::add);
      now.fieldNames().forEachRemaining(names::add);
      names.removeAll(measurements);
      return names.stream()
          .map(name ->
              difference(path + "." + name, before.path(name), now.path(name), measurements))
          .flatMap(Optional::stream)
          .findFirst();
    }
    if (before.isArray() && now.isArray() && before.size() == now.size()) {
      for (int i = 0; i < before.size(); i++) {
        Optional<String> inner =
            difference(path + "[" + i + "]", before.get(i), now.get(i), measurements);
        if (inner.isPresent()) {
          return inner;
        }
      }
      return Optional.empty();
    }
    return before.equals(now) ? Optional.empty() : differs(path, before, now);
  }

  private static Optional<String> differs(String path, JsonNode before, JsonNode now) {
    return Optional.of("%s was %s and is %s".formatted(path, brief(before), brief(now)));
  }

  private static String brief(JsonNode value) {
    String text = value.isMissingNode() ? "absent" : value.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
