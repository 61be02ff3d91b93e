package dev.espalier.serving;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an endpoint answers; degraded or not, it says who answered and why.
 *
 * @param modelVersion the version that answered; {@code none} for a default value
 * @param servedBy champion, candidate, previous_champion, baseline or default_value
 * @param fallbackReason {@code timeout}, {@code error}, {@code overload}, {@code low_confidence},
 *     {@code pre_fail} or {@code post_fail}, with a detail behind a colon
 * @param latencyMicros from arrival to answer, without the wire
 */
public record Answer(
    String predictionId,
    String label,
    SortedMap<String, Double> probabilities,
    String modelVersion,
    String servedBy,
    Optional<String> fallbackReason,
    long latencyMicros) {

  public Answer {
    probabilities = Collections.unmodifiableSortedMap(new TreeMap<>(probabilities));
  }
}
