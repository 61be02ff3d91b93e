package dev.espalier.monitoring;

/** Where a rule stands. */
public enum AlertState {
  INACTIVE,
  PENDING,
  FIRING,
  RESOLVED
}
