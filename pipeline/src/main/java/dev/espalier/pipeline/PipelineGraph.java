package dev.espalier.pipeline;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The workflow of a canvas as a typed, acyclic graph. Compiling checks that every step is known,
 * every input bound and of the type that is produced, nothing circular, and no effect upstream of
 * the gate; failures carry {@code PIPELINE.E###} and name both ends.
 */
record PipelineGraph(List<Node> nodes, Digest digest) {

  /** One step with what the canvas says about it. */
  record Node(Spec.Step spec, StepLogic<?> logic, List<String> dependsOn) {
    String name() {
      return spec.name();
    }
  }

  private record Shape(String name, List<String> dependsOn, String output, String purity) {}

  static PipelineGraph compile(CanvasVersion canvas, List<StepLogic<?>> known) {
    Map<String, StepLogic<?>> byName = new HashMap<>();
    known.forEach(logic -> byName.put(logic.name(), logic));
    Map<String, Node> nodes = new LinkedHashMap<>();
    for (Spec.Step step : canvas.spec(Spec.Pipeline.class).steps()) {
      StepLogic<?> logic = byName.get(step.name());
      if (logic == null) {
        throw broken(
            "E001", "no step is called '%s'; known: %s".formatted(step.name(), byName.keySet()));
      }
      Node node = new Node(step, logic, List.copyOf(logic.inputs().keySet()));
      if (nodes.put(step.name(), node) != null) {
        throw broken("E002", "step '%s' occurs twice".formatted(step.name()));
      }
    }
    nodes.values().forEach(node -> checkInputs(node, nodes));
    List<Node> ordered = ordered(nodes);
    checkEffects(ordered, nodes);
    List<Shape> shapes =
        ordered.stream()
            .map(node ->
                new Shape(
                    node.name(),
                    node.dependsOn(),
                    node.logic().output().getName(),
                    node.logic().purity().name()))
            .toList();
    return new PipelineGraph(ordered, CanonicalJson.digest(shapes));
  }

  private static void checkInputs(Node node, Map<String, Node> nodes) {
    node.logic()
        .inputs()
        .forEach((name, type) -> {
          Node source = nodes.get(name);
          if (source == null) {
            throw broken(
                "E003",
                "'%s' reads '%s', which ct.workflow.steps does not contain"
                    .formatted(node.name(), name));
          }
          if (!type.isAssignableFrom(source.logic().output())) {
            throw broken(
                "E004",
                "'%s' reads %s from '%s', which produces %s"
                    .formatted(
                        node.name(),
                        type.getSimpleName(),
                        name,
                        source.logic().output().getSimpleName()));
          }
        });
  }

  private static List<Node> ordered(Map<String, Node> nodes) {
    List<Node> ordered = new ArrayList<>();
    Set<String> placed = new HashSet<>();
    while (ordered.size() < nodes.size()) {
      Optional<Node> next =
          nodes.values().stream()
              .filter(node -> !placed.contains(node.name()))
              .filter(node -> placed.containsAll(node.dependsOn()))
              .findFirst();
      if (next.isEmpty()) {
        throw broken(
            "E005",
            "these steps wait for each other: "
                + nodes.keySet().stream().filter(name -> !placed.contains(name)).toList());
      }
      ordered.add(next.get());
      placed.add(next.get().name());
    }
    return ordered;
  }

  private static void checkEffects(List<Node> ordered, Map<String, Node> nodes) {
    if (!nodes.containsKey("gate")) {
      return;
    }
    Set<String> upstream = new HashSet<>();
    collect("gate", nodes, upstream);
    ordered.stream()
        .filter(node -> node.logic().purity() == Purity.EFFECT && upstream.contains(node.name()))
        .findFirst()
        .ifPresent(node -> {
          throw broken("E006", "'%s' has an effect before 'gate'".formatted(node.name()));
        });
  }

  private static void collect(String name, Map<String, Node> nodes, Set<String> upstream) {
    Node node = nodes.get(name);
    if (node != null) {
      for (String source : node.dependsOn()) {
        if (upstream.add(source)) {
          collect(source, nodes, upstream);
        }
      }
    }
  }

  Node node(String name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst().orElseThrow();
  }

  private static EspalierException broken(String code, String what) {
    return EspalierException.invalidField(
        "ct.workflow.steps",
        "PIPELINE." + code,
        "PIPELINE.%s: %s.".formatted(code, what),
        Optional.empty());
  }
}
