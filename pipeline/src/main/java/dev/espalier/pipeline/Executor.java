package dev.espalier.pipeline;

/**
 * Where attempts run. {@code ExecutorContract} is the definition that each implementation passes.
 */
interface Executor extends AutoCloseable {
  /** {@code in-process} or {@code forked-jvm}. */
  String id();

  /**
   * Runs an attempt to its end, its timeout, or its cancellation, whichever is first. Never throws
   * for a failing step.
   */
  AttemptResult run(Attempt attempt, AttemptEvents events, Cancellation cancellation)
      throws InterruptedException;

  @Override
  void close();
}
