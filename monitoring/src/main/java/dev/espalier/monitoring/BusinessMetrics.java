package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.ProductClocks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The numbers of the business that somebody sends: those that the canvas declares as a domain
 * metric or as the KPI. A point is named by metric and time: the same point again changes nothing,
 * another value for the same time corrects it. Thread-safe: all state is in the store.
 */
public final class BusinessMetrics {
  /** How many of the newest points a page shows. */
  private static final int SHOWN = 500;

  private static final int PERIODS = 28;
  private static final Duration OLDEST = Duration.ofDays(400);
  private static final Duration AHEAD = Duration.ofMinutes(5);
  private final PointStore store;
  private final ProductClocks clocks;
  private final InstantSource machine;

  BusinessMetrics(Database database, ProductClocks clocks, InstantSource machine) {
    this.store = new PointStore(database);
    this.clocks = clocks;
    this.machine = machine;
  }

  /**
   * What somebody sends.
   *
   * @param n how many things the value was computed from; 1 when it is not said
   * @param at what time it is about; the product's present when it is not said
   */
  public record Sent(Optional<Double> value, Optional<Long> n, Optional<Instant> at) {}

  /** A point as it is stored now; state: stored, duplicate or revised. */
  public record Receipt(String state, MetricPoint point) {}

  /**
   * Takes one point.
   *
   * @throws EspalierException NOT_FOUND for a metric that the canvas does not declare as one that
   *     is sent, naming those that are; INVALID for a value that is no number, an n below one or a
   *     time out of range
   */
  public Receipt take(CanvasVersion canvas, String metric, Sent sent, Caller caller) {
    List<String> declared = declared(canvas);
    if (!declared.contains(metric)) {
      throw EspalierException.notFound(
          "%s declares no metric '%s' that is sent to it; declared: %s. Declare it in metrics or in monitoring.domain with source push_api."
              .formatted(
                  canvas.product(),
                  metric.length() > 80 ? metric.substring(0, 80) + "…" : metric,
                  declared.isEmpty() ? "none" : String.join(", ", declared)));
    }
    double value =
        sent.value()
            .filter(Double::isFinite)
            .orElseThrow(() ->
                EspalierException.invalidField(
                    "value", "finite", "value must be a number.", Optional.empty()));
    long n = sent.n().orElse(1L);
    if (n < 1) {
      throw EspalierException.invalidField("n", "min", "n is at least 1.", Optional.of("1"));
    }
    Instant now = clocks.now(canvas.product());
    Instant at = sent.at().orElse(now);
    if (at.isAfter(now.plus(AHEAD)) || at.isBefore(now.minus(OLDEST))) {
      throw EspalierException.invalidField(
          "at",
          "range",
          "at is within the last %d days of the product's time and not ahead of it."
              .formatted(OLDEST.toDays()),
          Optional.of(now.toString()));
    }
    String owner = canvas.spec(Spec.Product.class).owner();
    MetricPoint point = new MetricPoint(metric, at, value, n, caller.as(owner), machine.instant());
    PointStore.Stored stored = store.put(canvas.product(), point);
    return new Receipt(stored.name().toLowerCase(Locale.ROOT), point);
  }

  private static List<String> declared(CanvasVersion canvas) {
    return Stream.of(
            pushed(canvas).map(Spec.DomainMetric::id),
            canvas.specs(Spec.PushedMetric.class).stream().map(Spec.PushedMetric::id),
            canvas.specs(Spec.Kpi.class).stream().map(Spec.Kpi::metric))
        .flatMap(ids -> ids)
        .distinct()
        .sorted()
        .toList();
  }

  private static Stream<Spec.DomainMetric> pushed(CanvasVersion canvas) {
    return canvas.specs(Spec.DomainMetric.class).stream()
        .filter(metric -> metric.source().equals("push_api"));
  }

  /** The newest points of a metric, oldest first. */
  public List<MetricPoint> points(String product, String metric) {
    return store.since(product, metric, Instant.EPOCH, SHOWN);
  }

  List<Observation> observe(CanvasVersion canvas, Instant now) {
    List<Observation> seen = new ArrayList<>();
    pushed(canvas).forEach(metric -> received(canvas, metric, now).ifPresent(seen::add));
    for (Spec.PushedMetric metric : canvas.specs(Spec.PushedMetric.class)) {
      newest(canvas.product(), metric.id(), now)
          .ifPresent(point -> known(canvas, metric, point, seen));
    }
    canvas.specs(Spec.Kpi.class).stream()
        .findFirst()
        .flatMap(kpi -> reached(canvas, kpi, now))
        .ifPresent(seen::add);
    return seen;
  }

  /**
   * How many of the whole periods behind us have a point: the last 28 of them, or those since the
   * first point. Dated by the newest point, so that a series that ends goes stale.
   */
  private Optional<Observation> received(
      CanvasVersion canvas, Spec.DomainMetric metric, Instant now) {
    List<MetricPoint> points =
        store.since(
            canvas.product(),
            metric.id(),
            now.minus(metric.every().multipliedBy(PERIODS)),
            PERIODS * 100);
    if (points.isEmpty()) {
      return Optional.empty();
    }
    long since = Duration.between(points.getFirst().at(), now).toMillis();
    int periods =
        (int) Math.min(PERIODS, Math.max(1, since / Math.max(1, metric.every().toMillis())));
    long received =
        IntStream.range(0, periods)
            .filter(back -> {
              Instant to = now.minus(metric.every().multipliedBy(back));
              Instant from = to.minus(metric.every());
              return points.stream()
                  .anyMatch(point -> point.at().isAfter(from) && !point.at().isAfter(to));
            })
            .count();
    MetricPoint last = points.getLast();
    return Optional.of(
        Observation.measured(
            "monitoring.domain",
            "received:" + metric.id(),
            metric.id(),
            last.at().isBefore(now) ? last.at() : now,
            periods,
            (double) received / periods,
            Optional.empty(),
            "%d of the last %d values of %s came, the newest is %s%s of %s"
                .formatted(
                    received,
                    periods,
                    metric.id(),
                    number(last.value()),
                    metric.unit().map(unit -> " " + unit).orElse(""),
                    last.at()),
            source(canvas.product(), metric.id())));
  }

  private Optional<MetricPoint> newest(String product, String metric, Instant now) {
    List<MetricPoint> points = store.since(product, metric, now.minus(OLDEST), SHOWN);
    return points.isEmpty() ? Optional.empty() : Optional.of(points.getLast());
  }

  /** A metric is known from its newest point, and with it how near the objectives on it are. */
  private static void known(
      CanvasVersion canvas, Spec.PushedMetric metric, MetricPoint point, List<Observation> seen) {
    String words =
        "%s is %s, n = %d, of %s"
            .formatted(metric.id(), number(point.value()), point.n(), point.at());
    String source = source(canvas.product(), metric.id());
    seen.add(
        Observation.verdict(
            "metrics",
            "present:" + metric.id(),
            metric.id(),
            point.at(),
            point.n(),
            true,
            words,
            source));
    for (Resource resource : canvas.resources(Spec.Objective.class)) {
      if (((Spec.Objective) resource.spec()).metric().equals(metric.id())) {
        seen.add(
            Observation.measured(
                "objectives",
                "attainment:" + resource.name(),
                metric.id(),
                point.at(),
                point.n(),
                point.value(),
                Optional.empty(),
                words,
                source));
      }
    }
  }

  /** Where the KPI stands: it holds when it is as good as its target, or as where it began. */
  private Optional<Observation> reached(CanvasVersion canvas, Spec.Kpi kpi, Instant now) {
    List<MetricPoint> points =
        store.since(canvas.product(), kpi.metric(), now.minus(OLDEST), SHOWN);
    Optional<Double> bound = kpi.target().or(kpi::baseline);
    if (points.isEmpty() || bound.isEmpty()) {
      return Optional.empty();
    }
    MetricPoint last = points.getLast();
    boolean lower =
        (kpi.baseline().isPresent() && kpi.target().isPresent())
            ? kpi.target().get() < kpi.baseline().get()
            : canvas.specs(Spec.PushedMetric.class).stream()
                .anyMatch(metric ->
                    metric.id().equals(kpi.metric()) && metric.direction().equals("down"));
    boolean good = lower ? last.value() <= bound.get() : last.value() >= bound.get();
    return Optional.of(
        Observation.verdict(
            "value",
            "kpi",
            kpi.metric(),
            last.at().isBefore(now) ? last.at() : now,
            points.size(),
            good,
            "%s is %s, n = %d, of %s; the %s is %s%s"
                .formatted(
                    kpi.metric(),
                    number(last.value()),
                    last.n(),
                    last.at(),
                    kpi.target().isPresent() ? "target" : "baseline",
                    number(bound.get()),
                    kpi.baseline().map(from -> ", it began at " + number(from)).orElse("")),
            source(canvas.product(), kpi.metric())));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  private static String source(String product, String metric) {
    return "/api/v1/metrics/%s/%s".formatted(product, metric);
  }
}
