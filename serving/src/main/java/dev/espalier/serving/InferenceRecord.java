package dev.espalier.serving;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * One answered or failed request, for the inference log.
 *
 * @param at event time (product clock, or what the caller gave)
 * @param receivedAt machine time of arrival
 * @param unit the sticky key that was hashed
 * @param label empty when nobody answered
 * @param modelVersion the version that answered; {@code none} for a default value or no answer
 * @param routedVersion the version the route chose: errors and fallbacks are <em>its</em> bad
 *     events, whoever answered in the end
 * @param arm the role of the chosen arm: {@code champion} or {@code candidate}
 * @param servedBy the rung that answered; {@code none} when nobody did
 * @param error set when nobody answered
 * @param candidateWeight the candidate's share when this request was routed, 0 without one
 */
public record InferenceRecord(
    String predictionId,
    String product,
    Instant at,
    Instant receivedAt,
    String unit,
    String text,
    Optional<String> label,
    SortedMap<String, Double> probabilities,
    String modelVersion,
    String routedVersion,
    String arm,
    String servedBy,
    Optional<String> fallbackReason,
    long latencyMicros,
    Optional<String> error,
    Optional<String> consumer,
    double candidateWeight,
    List<Attempt> attempts) {

  public InferenceRecord {
    attempts = List.copyOf(attempts);
  }
}
