package dev.espalier.monitoring;

/** What a window says about its bound. */
public enum Verdict {
  OK,
  WARN,
  ALERT,
  INSUFFICIENT
}
