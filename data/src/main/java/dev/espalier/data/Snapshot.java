package dev.espalier.data;

import dev.espalier.platform.Digest;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A dataset frozen: its rows, in the order of {@code (at, id)}, never change under this digest, and
 * the same rows always have the same digest.
 *
 * @param rejected rows that were refused on the way in, in all additions so far
 * @param from time of the first row; empty when there are no rows
 * @param labels rows per label; unlabelled rows are not counted here
 */
public record Snapshot(
    String dataset,
    Digest digest,
    long rows,
    long rejected,
    Optional<Instant> from,
    Optional<Instant> to,
    Instant createdAt,
    Map<String, Long> labels) {
  public Snapshot {
    labels = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }
}
