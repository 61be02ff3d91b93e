package dev.espalier.evaluation;

import dev.espalier.platform.EspalierException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What one model said about a set of rows; an artifact of the evaluate step. */
public record Predictions(List<String> labels, List<Scored> rows) {

  public Predictions {
    labels = List.copyOf(labels);
    rows = List.copyOf(rows);
  }

  public Predictions where(Predicate<Scored> condition) {
    return new Predictions(labels, rows.stream().filter(condition).toList());
  }

  /** The rows of this set in the order of {@code other}, which must hold the same row ids. */
  Predictions alignedWith(Predictions other) {
    Map<String, Scored> byId = HashMap.newHashMap(rows.size());
    rows.forEach(row -> byId.put(row.rowId(), row));
    if (byId.size() != other.rows().size()) {
      throw EspalierException.invalid("Two models can be compared on the same rows only.");
    }
    return new Predictions(
        labels,
        other.rows().stream()
            .map(row -> {
              Scored same = byId.get(row.rowId());
              if (same == null || !same.actual().equals(row.actual())) {
                throw EspalierException.invalid(
                    "Two models can be compared on the same rows only; row %s differs."
                        .formatted(row.rowId()));
              }
              return same;
            })
            .toList());
  }
}
