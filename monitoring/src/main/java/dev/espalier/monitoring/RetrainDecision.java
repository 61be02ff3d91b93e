package dev.espalier.monitoring;

import java.time.Instant;
import java.util.Optional;

/**
 * The answer to "retrain now?", yes or no, with cause and evidence.
 *
 * @param trigger {@code decay} for a metric, {@code drift} for a distribution
 * @param runId the run that was started for it
 * @param outcome how that run ended, once told
 */
public record RetrainDecision(
    String id,
    String product,
    Instant at,
    boolean fire,
    String trigger,
    String reason,
    String incidentId,
    String alertId,
    Optional<String> runId,
    Optional<Instant> startedAt,
    Optional<Outcome> outcome) {
  /** How a retraining ended. */
  public enum Outcome {
    PROMOTED,
    NOT_PROMOTED,
    FAILED
  }
}
