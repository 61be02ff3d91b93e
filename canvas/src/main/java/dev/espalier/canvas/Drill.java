package dev.espalier.canvas;

import java.time.Instant;
import java.util.List;

/**
 * An active test that proves an answer before the incident, in a lane that hurts no production
 * traffic.
 */
public interface Drill {
  /**
   * The name on the command line: {@code rollback}, {@code fallback}, {@code load}, {@code reload}.
   */
  String name();

  /** One sentence: what it does and what it proves. */
  String description();

  /**
   * Asks a run under way to stop soon. It then fails with UNAVAILABLE, and what it saw is no
   * evidence. A drill that takes seconds only may ignore it.
   */
  default void abort() {}

  /** Runs to the end and returns what it saw; DRILL evidence. */
  List<Observation> run(String product, CanvasVersion canvas, Instant now);
}
