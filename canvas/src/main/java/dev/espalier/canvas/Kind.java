package dev.espalier.canvas;

/** What an answer, or one field of it, does. */
public enum Kind {
  /** Compiled into a resource. */
  CONFIG,
  /** A number that reality is measured against. */
  TARGET,
  /** Who, when and what is allowed; enforced. */
  POLICY,
  /** Text: linted and reviewed, it changes documents only. */
  NARRATIVE,
  /** Ordered work. */
  PLAN
}
