package dev.espalier.evaluation;

import dev.espalier.canvas.Spec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Predictions made up for tests. */
final class Rows {
  static final List<String> LABELS = List.of("ham", "spam");

  private Rows() {}

  static Scored row(String id, String actual, String predicted, double spam) {
    return new Scored(
        id,
        Instant.EPOCH,
        actual,
        new double[] {1 - spam, spam},
        predicted,
        Map.of("group", id.hashCode() % 2 == 0 ? "even" : "odd"));
  }

  /** Rows of a two-by-two table: true spam, missed spam, false spam, true ham. */
  static Predictions table(int hits, int misses, int falseSpam, int trueHam) {
    List<Scored> rows = new ArrayList<>();
    add(rows, "spam", "spam", hits);
    add(rows, "spam", "ham", misses);
    add(rows, "ham", "ham", trueHam);
    add(rows, "ham", "spam", falseSpam);
    // Ids depend on the actual label alone, so tables of equal margins are comparable.
    return new Predictions(LABELS, rows);
  }

  private static void add(List<Scored> rows, String actual, String predicted, int times) {
    for (int i = 0; i < times; i++) {
      long index = rows.stream().filter(row -> row.actual().equals(actual)).count();
      String id = "%s%05d".formatted(actual, index);
      rows.add(row(id, actual, predicted, predicted.equals("spam") ? 0.9 : 0.1));
    }
  }

  static Spec.Metric metric(String formula) {
    return metric(formula, "up", 1);
  }

  static Spec.Metric metric(String formula, String direction, int minN) {
    return new Spec.Metric(formula, "quality", formula, direction, true, List.of(), minN, 0.95);
  }
}
