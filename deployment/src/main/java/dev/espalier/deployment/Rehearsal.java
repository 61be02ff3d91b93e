package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.registry.ModelVersion;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/**
 * One run of a drill: against what, under which canvas, and whether it was asked to stop.
 *
 * @param now product time
 */
record Rehearsal(
    String drill,
    String product,
    ModelVersion version,
    CanvasVersion canvas,
    Instant now,
    BooleanSupplier stopped) {

  /** A measured number, and whether it is what the canvas asks for. */
  Observation measured(
      String question, String clause, long n, double value, boolean pass, String detail) {
    return new Observation(
        question,
        clause,
        version.version(),
        now,
        n,
        OptionalDouble.of(value),
        Optional.empty(),
        Optional.of(pass),
        detail,
        source());
  }

  Observation verdict(String question, String clause, long n, boolean pass, String detail) {
    return Observation.verdict(question, clause, version.version(), now, n, pass, detail, source());
  }

  private String source() {
    return "/api/v1/drills/" + product + "/records";
  }
}
