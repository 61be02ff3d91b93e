package dev.espalier.data;

import dev.espalier.canvas.Spec;
import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Divides labelled rows into train, valid and test. Rows whose normalised texts are equal form one
 * family and always go together, to where the family's first row belongs; so do rows of one {@code
 * group} when the split is by group. Pure functions.
 */
public final class Splits {
  private Splits() {}

  /**
   * By {@code time}: families in the order of their first row, so that nothing is learned from the
   * future of what is tested. By {@code random} or {@code group}: families shuffled by the split's
   * seed, the same for the same rows.
   *
   * @param rows rows without a label are left out
   * @throws EspalierException INVALID when the shares do not sum to 1 or a part that should have
   *     rows would be empty
   */
  public static Split split(List<Row> rows, Spec.Split how) {
    if (Math.abs(how.train() + how.valid() + how.test() - 1) > 1e-6
        || how.train() <= 0
        || how.valid() < 0
        || how.test() < 0) {
      throw EspalierException.invalid("The shares of a split are 0 to 1 and sum to 1: " + how);
    }
    List<List<Row>> families = families(rows, how);
    int total = families.stream().mapToInt(List::size).sum();
    long validFrom = Math.round(total * how.train());
    long testFrom = Math.round(total * (how.train() + how.valid()));
    List<Row> train = new ArrayList<>();
    List<Row> valid = new ArrayList<>();
    List<Row> test = new ArrayList<>();
    int placed = 0;
    for (List<Row> family : families) {
      (placed < validFrom ? train : placed < testFrom ? valid : test).addAll(family);
      placed += family.size();
    }
    if (train.isEmpty()
        || (how.valid() > 0 && valid.isEmpty())
        || (how.test() > 0 && test.isEmpty())) {
      throw EspalierException.invalid(
          "%d labelled rows in %d distinct texts are too few for this split."
              .formatted(total, families.size()));
    }
    return new Split(ids(train), ids(valid), ids(test));
  }

  private static List<List<Row>> families(List<Row> rows, Spec.Split how) {
    if (!List.of("time", "random", "group").contains(how.by())) {
      throw EspalierException.invalid(
          "Unknown split '%s': time, random or group.".formatted(how.by()));
    }
    Families families = new Families();
    rows.stream()
        .filter(row -> row.label().isPresent())
        .sorted(MergedRows.ORDER)
        .forEach(row -> {
          List<String> keys = new ArrayList<>();
          keys.add("text:" + NormalText.digest(row.text()));
          String group = row.attributes().get("group");
          if (how.by().equals("group") && group != null) {
            keys.add("group:" + group);
          }
          families.add(row, keys);
        });
    List<List<Row>> found = families.inOrder();
    if (!how.by().equals("time")) {
      Collections.shuffle(found, new Random(how.randomState()));
    }
    return found;
  }

  /** Rows joined by any key they share: union-find over row numbers. */
  private static final class Families {
    private final List<Row> rows = new ArrayList<>();
    private final List<Integer> parent = new ArrayList<>();
    private final Map<String, Integer> byKey = new HashMap<>();

    void add(Row row, List<String> keys) {
      int me = rows.size();
      rows.add(row);
      parent.add(me);
      for (String key : keys) {
        int a = root(byKey.computeIfAbsent(key, _ -> me));
        int b = root(me);
        parent.set(Math.max(a, b), Math.min(a, b));
      }
    }

    private int root(int row) {
      int at = row;
      while (parent.get(at) != at) {
        parent.set(at, parent.get(parent.get(at)));
        at = parent.get(at);
      }
      return at;
    }

    List<List<Row>> inOrder() {
      Map<Integer, List<Row>> families = new LinkedHashMap<>();
      for (int i = 0; i < rows.size(); i++) {
        families.computeIfAbsent(root(i), _ -> new ArrayList<>()).add(rows.get(i));
      }
      return new ArrayList<>(families.values());
    }
  }

  private static List<String> ids(List<Row> rows) {
    return rows.stream().sorted(MergedRows.ORDER).map(Row::id).toList();
  }
}
