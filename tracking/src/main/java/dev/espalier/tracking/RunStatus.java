package dev.espalier.tracking;

/** How a tracked run stands. */
public enum RunStatus {
  RUNNING,
  FINISHED,
  FAILED,
  KILLED
}
