package dev.espalier.pipeline;

/** Where a step runs: on the server's compute pool, or in a JVM of its own that can be killed. */
public enum Isolation {
  IN_PROCESS,
  FORKED
}
