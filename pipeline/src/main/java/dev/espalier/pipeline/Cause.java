package dev.espalier.pipeline;

import dev.espalier.platform.EspalierException;
import java.util.List;
import java.util.Optional;

/**
 * Why a run exists: what triggered it, the reason for a person, and the record behind it (an alert,
 * an incident, a snapshot), where there is one.
 *
 * @param trigger manual, drift, decay, schedule, new_data, canvas_change or first
 */
public record Cause(String trigger, String reason, Optional<String> evidence) {
  private static final List<String> TRIGGERS =
      List.of("manual", "drift", "decay", "schedule", "new_data", "canvas_change", "first");

  public Cause {
    if (!TRIGGERS.contains(trigger)) {
      throw EspalierException.invalidField(
          "trigger",
          "enum",
          "Unknown trigger '%s'; one of %s".formatted(trigger, TRIGGERS),
          Optional.of("manual"));
    }
    if (reason.isBlank()) {
      throw EspalierException.invalidField(
          "reason", "required", "Every run has a reason", Optional.empty());
    }
  }
}
