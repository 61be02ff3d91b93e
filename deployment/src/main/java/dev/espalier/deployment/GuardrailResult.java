package dev.espalier.deployment;

import dev.espalier.canvas.Spec;
import java.util.Optional;

/** One guardrail with both arms' readings; rates are 0–1, p95 is milliseconds. */
public record GuardrailResult(
    String signal,
    Spec.Op op,
    double bound,
    Optional<Reading> champion,
    Optional<Reading> candidate,
    Verdict verdict,
    String detail) {}
