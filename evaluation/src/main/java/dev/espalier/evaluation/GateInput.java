package dev.espalier.evaluation;

import dev.espalier.canvas.Spec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a gate may look at.
 *
 * @param candidate, champion, baseline predictions on the same rows
 * @param facts measured numbers that are no metric of predictions: {@code p95} in milliseconds,
 *     {@code size} in bytes, with how many measurements each rests on
 */
public record GateInput(
    List<Spec.Gate> gates,
    Map<String, Spec.Metric> metrics,
    Predictions candidate,
    Optional<Predictions> champion,
    Optional<Predictions> baseline,
    Map<String, Fact> facts,
    long seed) {

  /** A measured number and how many measurements it rests on. */
  public record Fact(double value, long n) {}

  public GateInput {
    gates = List.copyOf(gates);
    metrics = Map.copyOf(metrics);
    facts = Map.copyOf(facts);
  }
}
