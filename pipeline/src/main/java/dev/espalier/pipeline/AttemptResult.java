package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;

/** How an attempt ended; CPU in milliseconds. */
sealed interface AttemptResult {
  long cpuMillis();

  record Succeeded(JsonNode output, long cpuMillis) implements AttemptResult {}

  /** The step failed; {@code transientFailure} says that trying again is sensible. */
  record Failed(FailureClass kind, String message, long cpuMillis) implements AttemptResult {
    String text() {
      return kind + ": " + message;
    }
  }

  /** Why an attempt failed; it decides whether another one follows. */
  enum FailureClass {
    USER,
    TRANSIENT,
    TIMEOUT,
    LOST,
    OUT_OF_MEMORY,
    CANCELLED
  }
}
