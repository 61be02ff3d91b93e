package dev.espalier.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
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

  static Explanation explanation(
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
