package dev.espalier.training;

import dev.espalier.platform.Digest;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One model on the test rows.
 *
 * @param id the rung, or {@code champion}
 * @param bundle what was scored
 * @param predictions artifact: an {@code evaluation.Predictions} as JSON
 * @param metrics value by metric id
 * @param slices value of the primary metric by {@code attribute=value}, where a slice is asked for
 * @param p95Millis time per text, one by one on one thread
 * @param bytes length of the bundle
 */
public record RungScore(
    String id,
    String approach,
    Digest bundle,
    Digest predictions,
    SortedMap<String, Double> metrics,
    SortedMap<String, Double> slices,
    double p95Millis,
    long bytes,
    double cpuSeconds) {

  public RungScore {
    metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    slices = Collections.unmodifiableSortedMap(new TreeMap<>(slices));
  }

  RungScore as(String otherId) {
    return new RungScore(
        otherId, approach, bundle, predictions, metrics, slices, p95Millis, bytes, cpuSeconds);
  }

  /** The champion's row under this name. */
  static final String CHAMPION = "champion";

  static Optional<RungScore> find(Iterable<RungScore> scores, String id) {
    for (RungScore score : scores) {
      if (score.id().equals(id)) {
        return Optional.of(score);
      }
    }
    return Optional.empty();
  }
}
