package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.Drift;
import dev.espalier.evaluation.Estimate;
import dev.espalier.evaluation.Interval;
import dev.espalier.evaluation.Metrics;
import dev.espalier.evaluation.Predictions;
import dev.espalier.evaluation.Scored;
import dev.espalier.evaluation.SequentialTest;
import dev.espalier.evaluation.Wilson;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Judges the guardrails of a step. Rates are watched continuously, so both tests are anytime-valid
 * and the rollout's α of 5 % is split over guardrails and steps (union bound). Pure.
 */
final class Guardrails {
  private static final double ALPHA = 0.05;
  private static final double LEVEL = 0.95;
  private static final double SLOW_SHARE = 0.05;
  private static final double PSI_P = 0.001;
  private static final long SEED = 7;

  /** Formulas whose value is hits over rows. */
  private static final List<String> SHARES = List.of("rate(", "recall(", "precision(", "accuracy");

  private final Spec.Rollout spec;
  private final CanvasVersion canvas;
  private final double alpha;

  Guardrails(Spec.Rollout spec, CanvasVersion canvas) {
    this.spec = spec;
    this.canvas = canvas;
    // Two tests a guardrail (against the limit, and against the champion), begun anew in each step
    // and in the bake: a version that was good for long must not have earned the right to fail.
    int tests = 2 * spec.guardrails().size() * Math.max(1, spec.steps().size());
    this.alpha = ALPHA / Math.max(1, tests);
  }

  List<GuardrailResult> judge(ArmOutcomes champion, ArmOutcomes candidate) {
    List<GuardrailResult> results = new ArrayList<>();
    for (Spec.Guardrail guardrail : spec.guardrails()) {
      results.add(
          switch (guardrail.signal()) {
            case "error" -> rate(guardrail, Outcome::error, champion, candidate);
            case "fallback" -> rate(guardrail, Outcome::fallback, champion, candidate);
            case "p95" -> slow(guardrail, champion, candidate);
            case "psi" -> psi(guardrail, champion, candidate);
            default -> metric(guardrail, champion, candidate);
          });
    }
    return results;
  }

  private GuardrailResult rate(
      Spec.Guardrail guardrail,
      Predicate<Outcome> bad,
      ArmOutcomes champion,
      ArmOutcomes candidate) {
    Reading theirs = share(bad, champion);
    Reading ours = share(bad, candidate);
    long hits = candidate.outcomes().stream().filter(bad).count();
    boolean over = LimitTest.exceeded(hits, ours.n(), guardrail.bound(), alpha);
    Verdict verdict = verdict(over || worse(bad, champion, candidate), ours, guardrail);
    return result(guardrail, Optional.of(theirs), Optional.of(ours), verdict);
  }

  private GuardrailResult slow(
      Spec.Guardrail guardrail, ArmOutcomes champion, ArmOutcomes candidate) {
    long limit = Math.round(guardrail.bound() * 1000);
    Predicate<Outcome> slow = outcome -> outcome.latencyMicros() > limit;
    Reading ours = p95(candidate);
    boolean over = LimitTest.exceeded(candidate.slower(limit), ours.n(), SLOW_SHARE, alpha);
    Verdict verdict = verdict(over || worse(slow, champion, candidate), ours, guardrail);
    return result(guardrail, Optional.of(p95(champion)), Optional.of(ours), verdict);
  }

  private Verdict verdict(boolean alarmed, Reading ours, Spec.Guardrail guardrail) {
    if (ours.n() == 0) {
      return Verdict.NO_EVIDENCE;
    }
    if (alarmed) {
      return Verdict.FAIL;
    }
    boolean enough = ours.n() >= spec.minRequests();
    return enough && guardrail.op().holds(ours.value(), guardrail.bound())
        ? Verdict.PASS
        : Verdict.INCONCLUSIVE;
  }

  /** Bad events of both arms in routing order; with sticky routing the unit is the observation. */
  private boolean worse(Predicate<Outcome> bad, ArmOutcomes champion, ArmOutcomes candidate) {
    record Event(Outcome outcome, SequentialTest.Side side) {}
    List<Event> events = new ArrayList<>();
    champion.outcomes().stream()
        .filter(bad)
        .forEach(outcome -> events.add(new Event(outcome, SequentialTest.Side.BASELINE)));
    candidate.outcomes().stream()
        .filter(bad)
        .forEach(outcome -> events.add(new Event(outcome, SequentialTest.Side.CANARY)));
    events.sort(Comparator.comparing(event -> event.outcome().at()));
    SequentialTest test = new SequentialTest(0.25, alpha);
    Set<String> units = new HashSet<>();
    for (Event event : events) {
      if (units.add(event.outcome().unit())) {
        test.badEvent(event.side(), event.outcome().candidateWeight());
        if (test.alarmed()) {
          return true;
        }
      }
    }
    return false;
  }

  private GuardrailResult psi(
      Spec.Guardrail guardrail, ArmOutcomes champion, ArmOutcomes candidate) {
    double[] theirs = scores(champion);
    double[] ours = scores(candidate);
    if (theirs.length == 0 || ours.length == 0) {
      return result(guardrail, Optional.empty(), Optional.empty(), Verdict.NO_EVIDENCE);
    }
    Drift.Distance distance = Drift.psi(Drift.scoreHistogram(theirs), Drift.scoreHistogram(ours));
    boolean enough = Math.min(theirs.length, ours.length) >= spec.minRequests();
    boolean shifted = distance.effect() > guardrail.bound();
    Verdict verdict =
        !enough
            ? Verdict.INCONCLUSIVE
            : !shifted ? Verdict.PASS : distance.p() < PSI_P ? Verdict.FAIL : Verdict.INCONCLUSIVE;
    Reading reading =
        new Reading(distance.effect(), distance.effect(), distance.value(), ours.length);
    return new GuardrailResult(
        guardrail.signal(),
        guardrail.op(),
        guardrail.bound(),
        Optional.empty(),
        Optional.of(reading),
        verdict,
        "PSI %.3f, of which %.3f is beyond chance (n %d and %d)"
            .formatted(distance.value(), distance.effect(), theirs.length, ours.length));
  }

  private GuardrailResult metric(
      Spec.Guardrail guardrail, ArmOutcomes champion, ArmOutcomes candidate) {
    Optional<Spec.Metric> metric =
        canvas.specs(Spec.Metric.class).stream()
            .filter(one -> one.id().equals(guardrail.signal()))
            .findFirst();
    if (metric.isEmpty() || candidate.labelled() == 0) {
      return result(guardrail, Optional.empty(), Optional.empty(), Verdict.NO_EVIDENCE);
    }
    Optional<Reading> theirs = reading(metric.get(), champion);
    Optional<Reading> ours = reading(metric.get(), candidate);
    Verdict verdict =
        ours.map(reading -> bounded(guardrail, metric.get(), reading)).orElse(Verdict.INCONCLUSIVE);
    return result(guardrail, theirs, ours, verdict);
  }

  /** Is the metric a share of rows, so that the sequential test can watch it? */
  private static boolean share(Spec.Metric metric) {
    return SHARES.stream().anyMatch(metric.formula()::startsWith);
  }

  private Verdict bounded(Spec.Guardrail guardrail, Spec.Metric metric, Reading reading) {
    if (beyond(guardrail, metric, reading)) {
      return Verdict.FAIL;
    }
    return guardrail.op().holds(reading.value(), guardrail.bound())
        ? Verdict.PASS
        : Verdict.INCONCLUSIVE;
  }

  /**
   * A share is watched sequentially. Anything else fails when its whole 95 % interval is beyond the
   * bound, which is looked at often and hence errs on the side of going back.
   */
  private boolean beyond(Spec.Guardrail guardrail, Spec.Metric metric, Reading reading) {
    if (!share(metric)) {
      return !guardrail.op().holds(reading.low(), guardrail.bound())
          && !guardrail.op().holds(reading.high(), guardrail.bound());
    }
    boolean upper = guardrail.op() == Spec.Op.AT_MOST || guardrail.op() == Spec.Op.BELOW;
    double bad = upper ? reading.value() : 1 - reading.value();
    double limit = upper ? guardrail.bound() : 1 - guardrail.bound();
    return LimitTest.exceeded(Math.round(bad * reading.n()), reading.n(), limit, alpha);
  }

  private static Optional<Reading> reading(Spec.Metric metric, ArmOutcomes arm) {
    List<Outcome> usable =
        arm.outcomes().stream()
            .filter(one -> one.actual().isPresent() && !one.probabilities().isEmpty())
            .toList();
    if (usable.isEmpty()) {
      return Optional.empty();
    }
    List<String> labels = List.copyOf(usable.getFirst().probabilities().keySet());
    List<Scored> rows = new ArrayList<>();
    for (Outcome outcome : usable) {
      double[] row =
          labels.stream().mapToDouble(l -> outcome.probabilities().getOrDefault(l, 0.0)).toArray();
      rows.add(
          new Scored(
              outcome.predictionId(),
              outcome.at(),
              outcome.actual().orElseThrow(),
              row,
              outcome.predicted().orElseThrow(),
              Map.of()));
    }
    Estimate estimate = Metrics.estimate(metric, new Predictions(labels, rows), SEED);
    return estimate.sufficient()
        ? Optional.of(new Reading(estimate.value(), estimate.low(), estimate.high(), estimate.n()))
        : Optional.empty();
  }

  private static GuardrailResult result(
      Spec.Guardrail guardrail,
      Optional<Reading> champion,
      Optional<Reading> candidate,
      Verdict verdict) {
    String detail =
        candidate
            .map(one ->
                "%s %.4g [%.4g, %.4g] of %d requests"
                    .formatted(guardrail.signal(), one.value(), one.low(), one.high(), one.n()))
            .orElse("too little to say: " + guardrail.signal());
    return new GuardrailResult(
        guardrail.signal(),
        guardrail.op(),
        guardrail.bound(),
        champion,
        candidate,
        verdict,
        detail);
  }

  private static Reading share(Predicate<Outcome> bad, ArmOutcomes arm) {
    long hits = arm.outcomes().stream().filter(bad).count();
    Interval interval = Wilson.interval(hits, arm.requests(), LEVEL);
    double value = arm.requests() == 0 ? 0 : (double) hits / arm.requests();
    return new Reading(value, interval.low(), interval.high(), arm.requests());
  }

  /** The 95th percentile in milliseconds; its interval from the order statistics around it. */
  private static Reading p95(ArmOutcomes arm) {
    long[] sorted = arm.outcomes().stream().mapToLong(Outcome::latencyMicros).sorted().toArray();
    int n = sorted.length;
    if (n == 0) {
      return new Reading(0, 0, 0, 0);
    }
    double spread = 1.96 * Math.sqrt(n * 0.95 * 0.05);
    return new Reading(
        at(sorted, n * 0.95), at(sorted, n * 0.95 - spread), at(sorted, n * 0.95 + spread), n);
  }

  private static double at(long[] sorted, double rank) {
    return sorted[(int) Math.clamp(Math.ceil(rank) - 1, 0, sorted.length - 1)] / 1000.0;
  }

  private static double[] scores(ArmOutcomes arm) {
    return arm.outcomes().stream()
        .map(Outcome::probabilities)
        .filter(probabilities -> !probabilities.isEmpty())
        .mapToDouble(probabilities -> probabilities.getOrDefault(probabilities.lastKey(), 0.0))
        .toArray();
  }
}
