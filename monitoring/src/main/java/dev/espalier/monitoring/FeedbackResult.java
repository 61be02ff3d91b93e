package dev.espalier.monitoring;

/** What became of a label: it is durable in every case. */
public record FeedbackResult(State state, String predictionId, String label, String detail) {
  /** JOINED to its prediction, DUPLICATE of one that was, or QUARANTINED without a prediction. */
  public enum State {
    JOINED,
    DUPLICATE,
    QUARANTINED
  }
}
