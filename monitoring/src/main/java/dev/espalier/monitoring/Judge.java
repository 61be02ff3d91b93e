package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.Drift;
import dev.espalier.evaluation.Estimate;
import dev.espalier.evaluation.Metrics;
import dev.espalier.evaluation.Predictions;
import dev.espalier.evaluation.Scored;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Turns the rows of a window into a judged value; pure, so history replays to the same verdicts.
 */
final class Judge {
  private static final double DRIFT_LEVEL = 0.05;

  private Judge() {}

  /** What is asked of a window: where it lies, whose it is, and how far it has settled. */
  record Frame(Instant from, Instant to, String version, WindowState state) {}

  /** The labelled answers among {@code rows}, as evaluation reads them. */
  static Predictions predictions(List<PredictionView> rows) {
    TreeSet<String> names = new TreeSet<>();
    for (PredictionView row : rows) {
      names.addAll(row.probabilities().keySet());
      row.actual().ifPresent(names::add);
    }
    List<String> labels = List.copyOf(names);
    return new Predictions(
        labels,
        rows.stream()
            .filter(row -> row.actual().isPresent() && row.label().isPresent())
            .map(row -> scored(row, labels))
            .toList());
  }

  private static Scored scored(PredictionView row, List<String> labels) {
    double[] scores =
        labels.stream().mapToDouble(name -> row.probabilities().getOrDefault(name, 0.0)).toArray();
    return new Scored(
        row.predictionId(),
        row.at(),
        row.actual().orElseThrow(),
        scores,
        row.label().orElseThrow(),
        Map.of());
  }

  /** A realised metric against its bound. {@code bound} is absolute by now. */
  static MonitorWindow performance(
      Frame frame,
      Spec.Monitor monitor,
      Spec.Metric metric,
      List<PredictionView> rows,
      double bound) {
    Estimate estimate = Metrics.estimate(metric, predictions(rows), frame.to().getEpochSecond());
    if (!estimate.sufficient() || estimate.n() < monitor.minN()) {
      return insufficient(
          frame,
          estimate.n(),
          estimate
              .insufficient()
              .orElse(
                  "%d of the %d rows that %s needs"
                      .formatted(estimate.n(), monitor.minN(), metric.id())));
    }
    Verdict verdict =
        AlertRule.judge(
            monitor.breach(),
            bound,
            monitor.relative() ? bound : monitor.warn().orElse(bound),
            estimate.value(),
            estimate.low(),
            estimate.high());
    return judged(frame, estimate.n(), estimate.value(), estimate.low(), estimate.high(), verdict);
  }

  /**
   * The population stability index of scores and answers against a reference. {@code value} is the
   * raw index, {@code low} what is left of it beyond chance.
   */
  static MonitorWindow drift(
      Frame frame,
      Spec.Monitor monitor,
      List<PredictionView> reference,
      List<PredictionView> current) {
    int least = Math.min(reference.size(), current.size());
    if (least < Math.max(1, monitor.minN())) {
      return insufficient(
          frame,
          current.size(),
          "%d of the %d predictions it needs".formatted(least, monitor.minN()));
    }
    Drift.Distance distance = Drift.psi(histogram(reference), histogram(current));
    boolean real = distance.p() <= DRIFT_LEVEL;
    Verdict verdict = Verdict.OK;
    if (real && monitor.breach().holds(distance.effect(), monitor.alert())) {
      verdict = Verdict.ALERT;
    } else if (real && distance.effect() >= monitor.warn().orElse(monitor.alert())) {
      verdict = Verdict.WARN;
    }
    return judged(
        frame, current.size(), distance.value(), distance.effect(), distance.value(), verdict);
  }

  /** Ten bins of the last label's score: for two classes this holds the class mix too. */
  private static long[] histogram(List<PredictionView> rows) {
    return Drift.scoreHistogram(
        rows.stream()
            .filter(row -> !row.probabilities().isEmpty())
            .mapToDouble(row -> row.probabilities().lastEntry().getValue())
            .toArray());
  }

  static double bound(Spec.Monitor monitor, Optional<Double> reference) {
    if (!monitor.relative()) {
      return monitor.alert();
    }
    boolean upper = monitor.breach() == Spec.Op.ABOVE || monitor.breach() == Spec.Op.AT_LEAST;
    double base = reference.orElse(upper ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY);
    return upper ? base * (1 + monitor.alert()) : base * (1 - monitor.alert());
  }

  static Optional<Spec.Metric> metric(CanvasVersion canvas, Spec.Monitor monitor) {
    return canvas.specs(Spec.Metric.class).stream()
        .filter(metric -> monitor.metric().equals(Optional.of(metric.id())))
        .findFirst();
  }

  static MonitorWindow insufficient(Frame frame, long n, String why) {
    return new MonitorWindow(
        frame.from(),
        frame.to(),
        frame.state(),
        frame.version(),
        n,
        0,
        0,
        0,
        Verdict.INSUFFICIENT,
        Optional.of(why));
  }

  private static MonitorWindow judged(
      Frame frame, long n, double value, double low, double high, Verdict verdict) {
    return new MonitorWindow(
        frame.from(),
        frame.to(),
        frame.state(),
        frame.version(),
        n,
        value,
        low,
        high,
        verdict,
        Optional.empty());
  }
}
