package dev.espalier.tracking;

/** How a tracked run stands. */
public enum RunStatus {
  SCHEDULED,
  RUNNING,
  FINISHED,
  FAILED,
  KILLED
}
