package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.Estimate;
import dev.espalier.evaluation.Metrics;
import dev.espalier.evaluation.TheilSen;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How fast a version decays: the declared metric week by week of its age, a robust line through
 * them, and from it the time in which half of the first value would be lost. The champion's curve,
 * or that of the version before it until the champion is old enough. Thread-safe: curves are
 * immutable and kept in a concurrent map until another week is over.
 */
final class DecayEvidence {
  private static final Duration WEEK = Duration.ofDays(7);
  private static final int LEAST_WEEKS = 4;
  private static final int MOST_WEEKS = 52;
  private static final int ROWS = 2_000;

  /** No decay seen: as long as a model has ever to last. */
  private static final double FOREVER = Duration.ofDays(3650).toSeconds();

  private final Monitoring monitoring;
  private final Map<String, Curve> curves = new ConcurrentHashMap<>();

  DecayEvidence(Monitoring monitoring) {
    this.monitoring = monitoring;
  }

  /** A version's metric by week; {@code mark} says what it rests on. */
  private record Curve(String mark, List<Double> ages, List<Double> values, long n) {}

  Optional<Observation> observe(CanvasVersion canvas, Instant now) {
    Optional<Spec.Metric> metric =
        canvas.specs(Spec.Durability.class).stream()
            .findFirst()
            .flatMap(durability ->
                canvas.specs(Spec.Metric.class).stream()
                    .filter(known -> known.id().equals(durability.metric()))
                    .findFirst());
    if (metric.isEmpty()) {
      return Optional.empty();
    }
    // Newest release first: the champion, then whoever served before it.
    List<String> versions =
        monitoring.views().releases(canvas.product()).reversed().stream()
            .map(MonitorView.Release::version)
            .distinct()
            .limit(3)
            .toList();
    for (String version : versions) {
      Optional<Curve> curve =
          curve(canvas.product(), version, metric.get(), now.minus(Watcher.labelDelay(canvas)));
      if (curve.isPresent() && curve.get().ages().size() >= LEAST_WEEKS) {
        return Optional.of(observation(canvas.product(), version, metric.get(), curve.get(), now));
      }
    }
    return Optional.empty();
  }

  /** Over whole weeks before {@code until}: those whose labels have had their time. */
  private Optional<Curve> curve(String product, String version, Spec.Metric metric, Instant until) {
    Optional<Instant> first = monitoring.store().first(product, Optional.of(version));
    if (first.isEmpty() || until.isBefore(first.get())) {
      return Optional.empty();
    }
    long weeks = Math.min(MOST_WEEKS, Duration.between(first.get(), until).toDays() / 7);
    String mark = version + " " + metric + " " + weeks + " " + first.get();
    Curve known = curves.get(product + " " + version);
    if (known != null && known.mark().equals(mark)) {
      return Optional.of(known);
    }
    List<Double> ages = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    long n = 0;
    for (int week = 0; week < weeks; week++) {
      Instant from = first.get().plus(WEEK.multipliedBy(week));
      Estimate estimate =
          Metrics.estimate(
              metric,
              Judge.predictions(
                  monitoring.store().sample(product, version, from, from.plus(WEEK), ROWS)),
              1);
      if (estimate.sufficient()) {
        ages.add((double) WEEK.multipliedBy(week).toSeconds());
        values.add(estimate.value());
        n += estimate.n();
      }
    }
    Curve curve = new Curve(mark, List.copyOf(ages), List.copyOf(values), n);
    curves.put(product + " " + version, curve);
    return Optional.of(curve);
  }

  private static Observation observation(
      String product, String version, Spec.Metric metric, Curve curve, Instant now) {
    TheilSen line =
        TheilSen.of(
            curve.ages().stream().mapToDouble(Double::doubleValue).toArray(),
            curve.values().stream().mapToDouble(Double::doubleValue).toArray(),
            0.95);
    boolean up = metric.direction().equals("up");
    double start = Math.max(1e-9, line.intercept());
    double worst = halfLife(start, up ? line.low() : line.high(), up);
    double best = halfLife(start, up ? line.high() : line.low(), up);
    double value = halfLife(start, line.slope(), up);
    double perWeek = line.slope() * WEEK.toSeconds();
    return Observation.measured(
        "registry.decay",
        "half_life",
        version,
        now,
        curve.n(),
        value,
        Optional.of(new Observation.Interval(worst, best)),
        "%s of version %s moves by %+.4f a week [%+.4f, %+.4f] over %d weeks, from %.3f%s"
            .formatted(
                metric.id(),
                version,
                perWeek,
                line.low() * WEEK.toSeconds(),
                line.high() * WEEK.toSeconds(),
                curve.ages().size(),
                start,
                value >= FOREVER ? ": no decay seen" : ""),
        "/api/v1/monitors/" + product);
  }

  /** The time in which the metric would lose half of where it began, or double if lower is good. */
  private static double halfLife(double start, double slope, boolean up) {
    double loss = up ? -slope : slope;
    double half = up ? start / 2 : start;
    return loss <= 0 ? FOREVER : Math.min(FOREVER, half / loss);
  }
}
