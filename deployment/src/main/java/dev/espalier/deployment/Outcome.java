package dev.espalier.deployment;

import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What became of one request.
 *
 * @param at event time
 * @param unit the sticky key
 * @param candidateWeight the candidate's share when the request was routed
 * @param error nobody answered
 * @param fallback another rung than the routed version answered
 * @param probabilities of the answer, by label; empty when the routed version did not answer
 * @param predicted the answered label; empty when nobody answered
 * @param actual the label that feedback brought, once it has
 */
public record Outcome(
    String predictionId,
    Instant at,
    String unit,
    double candidateWeight,
    boolean error,
    boolean fallback,
    long latencyMicros,
    SortedMap<String, Double> probabilities,
    Optional<String> predicted,
    Optional<String> actual) {

  public Outcome {
    probabilities = Collections.unmodifiableSortedMap(new TreeMap<>(probabilities));
  }
}
