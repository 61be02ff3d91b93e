package dev.espalier.evaluation;

import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.GateResult.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Judges a candidate. A gate passes when the whole interval is on the right side of its bound,
 * fails when the whole interval is on the wrong side, and is inconclusive otherwise. Comparisons
 * are paired on the same rows, with the bound as a non-inferiority margin.
 */
public final class Gates {
  /** Nobody collects more test rows than this to settle a gate. */
  private static final double MOST_ROWS = 1e6;

  private Gates() {}

  public static GateReport judge(GateInput input) {
    List<GateResult> results = new ArrayList<>();
    for (Spec.Gate gate : input.gates()) {
      results.add(judge(gate, input));
    }
    List<GateResult> stopping =
        results.stream().filter(row -> row.blocking() && row.verdict() != Verdict.PASS).toList();
    boolean passed = stopping.stream().allMatch(row -> tolerated(row, input.gates()));
    return new GateReport(results, passed, summary(results, stopping));
  }

  /** An inconclusive gate may be left to a later stage when the canvas says so. */
  private static boolean tolerated(GateResult row, List<Spec.Gate> gates) {
    return row.verdict() == Verdict.INCONCLUSIVE
        && gates.stream()
            .anyMatch(gate ->
                gate.metric().equals(row.metric())
                    && gate.versus() == row.versus()
                    && gate.slice().equals(row.slice())
                    && gate.onInconclusive().equals("extend"));
  }

  private static String summary(List<GateResult> results, List<GateResult> stopping) {
    long passed = results.stream().filter(row -> row.verdict() == Verdict.PASS).count();
    String counts = "%d of %d gates pass".formatted(passed, results.size());
    return stopping.isEmpty() ? counts + "." : counts + "; " + stopping.getFirst().detail() + ".";
  }

  private static GateResult judge(Spec.Gate gate, GateInput input) {
    GateInput.Fact fact = input.facts().get(gate.metric());
    if (fact != null && fact.n() < gate.minN()) {
      return missing(gate, fact.n(), "%d of the %d it needs".formatted(fact.n(), gate.minN()));
    }
    if (fact != null) {
      boolean holds = gate.op().holds(fact.value(), gate.bound());
      return row(
          gate,
          new Estimate(fact.value(), fact.value(), fact.value(), fact.n(), Optional.empty()),
          holds ? Verdict.PASS : Verdict.FAIL);
    }
    Spec.Metric metric = input.metrics().get(gate.metric());
    if (metric == null) {
      return missing(gate, 0, "nothing measures " + gate.metric());
    }
    Predictions candidate = sliced(gate, input.candidate());
    return switch (gate.versus()) {
      case ABSOLUTE -> absolute(gate, metric, candidate, input.seed());
      case CHAMPION ->
          input.champion().isPresent()
              ? compared(gate, metric, candidate, sliced(gate, input.champion().get()), input)
              : againstBaseline(gate, metric, candidate, input);
      case BASELINE -> againstBaseline(gate, metric, candidate, input);
    };
  }

  private static GateResult againstBaseline(
      Spec.Gate gate, Spec.Metric metric, Predictions candidate, GateInput input) {
    return input
        .baseline()
        .map(baseline -> compared(gate, metric, candidate, sliced(gate, baseline), input))
        .orElseGet(() -> missing(gate, candidate.rows().size(), "no baseline was trained"));
  }

  private static GateResult absolute(
      Spec.Gate gate, Spec.Metric metric, Predictions candidate, long seed) {
    Estimate estimate = Metrics.estimate(metric.withMinN(gate.minN()), candidate, seed);
    if (estimate.insufficient().isPresent()) {
      return missing(gate, estimate.n(), estimate.insufficient().get());
    }
    boolean low = gate.op().holds(estimate.low(), gate.bound());
    boolean high = gate.op().holds(estimate.high(), gate.bound());
    return row(gate, estimate, verdict(low, high));
  }

  private static Verdict verdict(boolean low, boolean high) {
    if (low && high) {
      return Verdict.PASS;
    }
    return low || high ? Verdict.INCONCLUSIVE : Verdict.FAIL;
  }

  private static GateResult compared(
      Spec.Gate gate, Spec.Metric metric, Predictions candidate, Predictions other, GateInput in) {
    Estimate own = Metrics.estimate(metric.withMinN(gate.minN()), candidate, in.seed());
    if (own.insufficient().isPresent()) {
      return missing(gate, own.n(), own.insufficient().get());
    }
    Difference difference = PairedBootstrap.difference(metric, candidate, other, in.seed());
    double margin = -gate.bound();
    boolean low = difference.low() >= margin;
    boolean high = difference.high() >= margin;
    return row(
        gate,
        new Estimate(
            difference.value(),
            difference.low(),
            difference.high(),
            difference.n(),
            Optional.empty()),
        verdict(low, high));
  }

  /** A slice reads {@code attribute=value}; without one the gate sees every row. */
  private static Predictions sliced(Spec.Gate gate, Predictions predictions) {
    if (gate.slice().isEmpty()) {
      return predictions;
    }
    String[] pair = gate.slice().get().split("=", 2);
    return predictions.where(
        row -> pair.length == 2 && pair[1].equals(row.attributes().get(pair[0])));
  }

  private static GateResult missing(Spec.Gate gate, long n, String why) {
    return new GateResult(
        gate.metric(),
        gate.versus(),
        gate.op(),
        gate.bound(),
        gate.slice(),
        0,
        0,
        0,
        n,
        Verdict.NO_EVIDENCE,
        gate.blocking(),
        gate.metric() + " has no evidence: " + why);
  }

  private static GateResult row(Spec.Gate gate, Estimate estimate, Verdict verdict) {
    double bound = gate.versus() == Spec.Versus.ABSOLUTE ? gate.bound() : -gate.bound();
    return new GateResult(
        gate.metric(),
        gate.versus(),
        gate.op(),
        gate.bound(),
        gate.slice(),
        estimate.value(),
        estimate.low(),
        estimate.high(),
        estimate.n(),
        verdict,
        gate.blocking(),
        "%s%s is %.4g [%.4g, %.4g] on %d, asked %s %.4g: %s%s"
            .formatted(
                gate.metric(),
                gate.versus() == Spec.Versus.ABSOLUTE ? "" : " against " + words(gate),
                estimate.value(),
                estimate.low(),
                estimate.high(),
                estimate.n(),
                symbol(gate),
                bound,
                verdict.name().toLowerCase(Locale.ROOT),
                verdict == Verdict.INCONCLUSIVE ? wanted(estimate, bound) : ""));
  }

  /** How many rows would decide, if the value stays: an interval shrinks with their root. */
  private static String wanted(Estimate estimate, double bound) {
    double distance = Math.abs(bound - estimate.value());
    double reach =
        bound > estimate.value()
            ? estimate.high() - estimate.value()
            : estimate.value() - estimate.low();
    double rows = Math.ceil(estimate.n() * reach * reach / (distance * distance));
    return rows < MOST_ROWS ? ", about %,d rows would decide".formatted((long) rows) : "";
  }

  private static String words(Spec.Gate gate) {
    return gate.versus().name().toLowerCase(Locale.ROOT);
  }

  private static String symbol(Spec.Gate gate) {
    if (gate.versus() != Spec.Versus.ABSOLUTE) {
      return "≥";
    }
    return switch (gate.op()) {
      case AT_MOST -> "≤";
      case AT_LEAST -> "≥";
      case BELOW -> "<";
      case ABOVE -> ">";
    };
  }
}
