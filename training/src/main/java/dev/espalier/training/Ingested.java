package dev.espalier.training;

import dev.espalier.platform.Digest;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The frozen data of a run.
 *
 * @param rows rows in the snapshot
 * @param used labelled rows inside the data window
 * @param since only rows from here on are used; empty when all are
 * @param labels labelled rows in use, per label
 */
public record Ingested(
    String dataset,
    Digest snapshot,
    long rows,
    long used,
    Optional<Instant> since,
    SortedMap<String, Long> labels) {

  public Ingested {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }

  static SortedMap<String, Long> count(Iterable<dev.espalier.data.Row> rows) {
    Map<String, Long> counts = new TreeMap<>();
    rows.forEach(row -> row.label().ifPresent(label -> counts.merge(label, 1L, Long::sum)));
    return new TreeMap<>(counts);
  }
}
