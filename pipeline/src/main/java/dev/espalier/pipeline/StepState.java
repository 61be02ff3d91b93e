package dev.espalier.pipeline;

/** How a step of a run stands. */
public enum StepState {
  PENDING,
  READY,
  LEASED,
  RETRY_WAIT,
  SUCCEEDED,
  CACHED,
  FAILED,
  CANCELLED,
  UPSTREAM_FAILED;

  /** True when nothing can follow. */
  public boolean ended() {
    return switch (this) {
      case PENDING, READY, LEASED, RETRY_WAIT -> false;
      case SUCCEEDED, CACHED, FAILED, CANCELLED, UPSTREAM_FAILED -> true;
    };
  }

  /** True when there is an output. */
  public boolean hasOutput() {
    return this == SUCCEEDED || this == CACHED;
  }
}
