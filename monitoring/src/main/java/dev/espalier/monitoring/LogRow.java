package dev.espalier.monitoring;

import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import dev.espalier.serving.InferenceRecord;
import java.time.Instant;
import java.util.Optional;

/**
 * One prediction as the log keeps it: of the text no more than the canvas allows, everything else
 * worked out. Written as JSON where it waits, so that another version of the program can read it.
 *
 * @param probabilities JSON, label to probability
 * @param properties {@link TextProperties} in their stored form
 */
record LogRow(
    String id,
    String product,
    Instant at,
    Instant receivedAt,
    String unit,
    Optional<String> payload,
    Optional<String> payloadHash,
    Optional<String> label,
    String probabilities,
    String modelVersion,
    String routedVersion,
    String arm,
    String servedBy,
    Optional<String> fallbackReason,
    long latencyMicros,
    Optional<String> error,
    Optional<String> consumer,
    double candidateWeight,
    String properties) {

  /**
   * The row of a record.
   *
   * @param payloadLog full, hashed or none
   */
  static LogRow of(InferenceRecord record, String payloadLog) {
    String text = record.text();
    return new LogRow(
        record.predictionId(),
        record.product(),
        record.at(),
        record.receivedAt(),
        record.unit(),
        payloadLog.equals("full") ? Optional.of(text) : Optional.empty(),
        payloadLog.equals("none") ? Optional.empty() : Optional.of(Digest.of(text).text()),
        record.label(),
        Json.write(record.probabilities()),
        record.modelVersion(),
        record.routedVersion(),
        record.arm(),
        record.servedBy(),
        record.fallbackReason(),
        record.latencyMicros(),
        record.error(),
        record.consumer(),
        record.candidateWeight(),
        TextProperties.of(text).text());
  }

  /** The same with no more of its text than is allowed now. */
  LogRow within(String payloadLog) {
    return new LogRow(
        id,
        product,
        at,
        receivedAt,
        unit,
        payloadLog.equals("full") ? payload : Optional.empty(),
        payloadLog.equals("none") ? Optional.empty() : payloadHash,
        label,
        probabilities,
        modelVersion,
        routedVersion,
        arm,
        servedBy,
        fallbackReason,
        latencyMicros,
        error,
        consumer,
        candidateWeight,
        properties);
  }

  /** The pre-assertions turned it away. */
  boolean refused() {
    return fallbackReason.map(why -> why.startsWith("pre_fail")).orElse(false);
  }
}
