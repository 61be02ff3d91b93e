package dev.espalier.canvas;

/**
 * The conformance of a question, block or clause; computed, never set. The order is severity, worst
 * first; {@link #N_A} is ignored when states are combined.
 */
public enum State {
  VIOLATED,
  NO_EVIDENCE,
  STALE,
  UNANSWERED,
  AT_RISK,
  UNCONFIRMED,
  WAIVED,
  CONFORMS,
  N_A;

  /** The more severe of two states. */
  public State worse(State other) {
    return compareTo(other) <= 0 ? this : other;
  }

  /** The word a person reads. */
  public String words() {
    return switch (this) {
      case VIOLATED -> "violated";
      case NO_EVIDENCE -> "without evidence";
      case STALE -> "stale";
      case UNANSWERED -> "unanswered";
      case AT_RISK -> "at risk";
      case UNCONFIRMED -> "unconfirmed";
      case WAIVED -> "waived";
      case CONFORMS -> "conforming";
      case N_A -> "not applicable";
    };
  }
}
