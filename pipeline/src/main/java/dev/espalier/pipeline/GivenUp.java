package dev.espalier.pipeline;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.EspalierException;

/** A product that its canvas has given up trains no more, whoever or whatever asks for a run. */
final class GivenUp {
  private GivenUp() {}

  static boolean is(CanvasVersion canvas) {
    return canvas.specs(Spec.Feasibility.class).stream()
        .anyMatch(feasibility -> feasibility.verdict().equals("no_go"));
  }

  /**
   * @throws EspalierException CONFLICT, with the answer to change
   */
  static void refuse(CanvasVersion canvas) {
    if (is(canvas)) {
      throw EspalierException.conflict(
          ("'%s' is not trained: feasibility.verdict of version %s is no_go. Apply a canvas with"
                  + " another verdict first (undecided, conditional, go).")
              .formatted(canvas.product(), canvas.version()));
    }
  }
}
