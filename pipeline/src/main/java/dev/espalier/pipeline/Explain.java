package dev.espalier.pipeline;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Why a step ran: its key against the nearest remembered one, leaf by leaf. */
final class Explain {
  private Explain() {}

  static List<Explanation.Difference> differences(
      SortedMap<String, String> before, SortedMap<String, String> after) {
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    List<Explanation.Difference> differences = new ArrayList<>();
    for (String name : names) {
      Optional<String> old = Optional.ofNullable(before.get(name));
      Optional<String> now = Optional.ofNullable(after.get(name));
      if (!old.equals(now)) {
        differences.add(new Explanation.Difference(name, old, now));
      }
    }
    return differences;
  }

  private static Optional<RunStore.CacheRow> nearestRow(
      List<RunStore.CacheRow> rows, SortedMap<String, String> leaves) {
    return rows.stream()
        .filter(row -> !row.leaves().equals(leaves))
        .min(Comparator.comparingInt(row -> differences(row.leaves(), leaves).size()));
  }

  /** The leaves that differ from the nearest remembered key, as words; empty when there is none. */
  static Optional<String> nearest(List<RunStore.CacheRow> rows, StepKey key) {
    return nearestRow(rows, key.leaves())
        .map(row ->
            String.join(
                ", ",
                differences(row.leaves(), key.leaves()).stream()
                    .limit(4)
                    .map(Explanation.Difference::leaf)
                    .toList()));
  }

  /** What a run would do now, step by step; what follows a step that would run is not known. */
  static List<Explanation> plan(Parts parts, PipelineGraph graph, CanvasVersion canvas, long seed) {
    Map<String, Digest> outputs = new HashMap<>();
    List<Explanation> plan = new ArrayList<>();
    for (PipelineGraph.Node node : graph.nodes()) {
      plan.add(
          outputs.keySet().containsAll(node.dependsOn())
              ? planned(parts, node, canvas, seed, outputs)
              : new Explanation(
                  node.name(),
                  "RUN?",
                  "follows %s; cached if their output is the same".formatted(node.dependsOn()),
                  Optional.empty(),
                  List.of(),
                  new TreeMap<>()));
    }
    return plan;
  }

  private static Explanation planned(
      Parts parts,
      PipelineGraph.Node node,
      CanvasVersion canvas,
      long seed,
      Map<String, Digest> outputs) {
    Map<String, Digest> inputs = new HashMap<>(outputs);
    inputs.keySet().retainAll(node.dependsOn());
    StepKey key = StepKey.of(node, canvas, seed, parts.code().of(node.logic().getClass()), inputs);
    Optional<RunStore.CacheRow> hit =
        node.logic().purity() == Purity.EFFECT
            ? Optional.empty()
            : parts.store().cached(canvas.product(), node.name(), key.digest());
    hit.ifPresent(row -> outputs.put(node.name(), row.output()));
    return explanation(
        node.name(),
        hit.isPresent() ? "CACHED" : "RUN",
        hit.map(row -> "same key as in " + row.runId()).orElse("no result with this key"),
        parts.store().cacheRows(canvas.product(), node.name()),
        key.leaves());
  }

  /**
   * Why a step of a run ran or did not.
   *
   * @throws EspalierException NOT_FOUND when the run has no such step
   */
  static Explanation ran(RunStore store, RunStore.RunRow run, String step) {
    RunStore.StepRow found =
        store.steps(run.id()).stream()
            .filter(one -> one.name().equals(step))
            .findFirst()
            .orElseThrow(() ->
                EspalierException.notFound("Run %s has no step '%s'.".formatted(run.id(), step)));
    SortedMap<String, String> leaves = store.leaves(run.id(), step).orElseGet(TreeMap::new);
    List<RunStore.CacheRow> others =
        store.cacheRows(run.product(), step).stream()
            .filter(row -> row.runId().compareTo(run.id()) < 0)
            .toList();
    return explanation(
        step,
        found.state() == StepState.CACHED ? "CACHED" : "RUN",
        found.cacheReason().isEmpty() ? "not begun" : found.cacheReason(),
        leaves.isEmpty() ? List.of() : others,
        leaves);
  }

  private static Explanation explanation(
      String step,
      String decision,
      String reason,
      List<RunStore.CacheRow> rows,
      SortedMap<String, String> leaves) {
    Optional<RunStore.CacheRow> near = nearestRow(rows, leaves);
    return new Explanation(
        step,
        decision,
        reason,
        near.map(RunStore.CacheRow::runId),
        near.map(row -> differences(row.leaves(), leaves)).orElse(List.of()),
        leaves);
  }
}
