package dev.espalier.canvas;

import java.time.Instant;
import java.util.List;

/**
 * A stage that can say what reality looks like. {@code server} asks each one when something changed
 * and before the process reports ready. An implementation reads its own records only, answers
 * within a second, and returns nothing rather than a guess.
 */
public interface EvidenceSource {
  /** What this stage observes of {@code product} at {@code now} (product time). */
  List<Observation> observe(String product, CanvasVersion canvas, Instant now);
}
