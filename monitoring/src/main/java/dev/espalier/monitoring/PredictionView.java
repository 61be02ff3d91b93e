package dev.espalier.monitoring;

import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A logged prediction with its label where one has come; never its text. */
public record PredictionView(
    String predictionId,
    String product,
    Instant at,
    Optional<String> label,
    SortedMap<String, Double> probabilities,
    String modelVersion,
    String servedBy,
    long latencyMicros,
    Optional<String> actual,
    long seq) {
  public PredictionView {
    probabilities = Collections.unmodifiableSortedMap(new TreeMap<>(probabilities));
  }
}
