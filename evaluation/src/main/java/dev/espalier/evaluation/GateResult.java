package dev.espalier.evaluation;

import dev.espalier.canvas.Spec;
import java.util.Optional;

/** One gate's row: what was asked, what was measured, and the verdict. */
public record GateResult(
    String metric,
    Spec.Versus versus,
    Spec.Op op,
    double bound,
    Optional<String> slice,
    double value,
    double low,
    double high,
    long n,
    Verdict verdict,
    boolean blocking,
    String detail) {

  /** Missing data is NO_EVIDENCE, an interval across the bound INCONCLUSIVE; neither passes. */
  public enum Verdict {
    PASS,
    FAIL,
    INCONCLUSIVE,
    NO_EVIDENCE
  }
}
