package dev.espalier.data;

import dev.espalier.platform.Digest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Looks for what would make a training on these rows worthless. Pure functions. */
public final class DataChecks {
  /** The largest share of rows outside the schema that training accepts. */
  public static final double MAX_VIOLATIONS = 0.001;

  private DataChecks() {}

  /**
   * Checks rows and their split; duplicates and missing labels alone are counted, not refused.
   *
   * @param labels the labels that the schema knows; empty when any label may come
   * @param minPerLabel rows that each label must have at least
   */
  public static CheckReport check(
      List<Row> rows, Split split, Set<String> labels, long minPerLabel) {
    Map<String, Digest> texts = new HashMap<>();
    Set<Digest> distinct = new HashSet<>();
    Map<String, Long> perLabel = new TreeMap<>();
    labels.forEach(label -> perLabel.put(label, 0L));
    long duplicates = 0;
    long violations = 0;
    for (Row row : rows) {
      Digest text = NormalText.digest(row.text());
      texts.put(row.id(), text);
      duplicates += distinct.add(text) ? 0 : 1;
      row.label().ifPresent(label -> perLabel.merge(label, 1L, Long::sum));
      violations += row.label().filter(label -> !known(labels, label)).isPresent() ? 1 : 0;
    }
    long missing = rows.stream().filter(row -> row.label().isEmpty()).count();
    long leakage = leakage(texts, split);
    List<String> problems = problems(rows.size(), leakage, violations);
    perLabel.forEach((label, count) -> {
      if (count < minPerLabel && known(labels, label)) {
        problems.add("Label '%s' has %d rows, fewer than %d.".formatted(label, count, minPerLabel));
      }
    });
    if (perLabel.values().stream().filter(count -> count > 0).count() < 2) {
      problems.add("Fewer than two labels have rows: there is nothing to tell apart.");
    }
    return new CheckReport(
        rows.size(), duplicates, leakage, missing, violations, perLabel, problems);
  }

  private static boolean known(Set<String> labels, String label) {
    return labels.isEmpty() || labels.contains(label);
  }

  private static long leakage(Map<String, Digest> texts, Split split) {
    Set<Digest> seen = new HashSet<>();
    for (List<String> part : List.of(split.train(), split.valid())) {
      part.forEach(id -> seen.add(text(texts, id)));
    }
    return split.test().stream().filter(id -> seen.contains(text(texts, id))).count();
  }

  private static Digest text(Map<String, Digest> texts, String id) {
    Digest text = texts.get(id);
    if (text == null) {
      throw dev.espalier.platform.EspalierException.invalid(
          "The split names row '%s', which is not in the data.".formatted(id));
    }
    return text;
  }

  private static List<String> problems(long rows, long leakage, long violations) {
    List<String> problems = new ArrayList<>();
    if (leakage > 0) {
      problems.add("%d test rows are also in train or valid.".formatted(leakage));
    }
    if (rows > 0 && (double) violations / rows > MAX_VIOLATIONS) {
      problems.add("%d of %d rows have a label outside the schema.".formatted(violations, rows));
    }
    return problems;
  }
}
