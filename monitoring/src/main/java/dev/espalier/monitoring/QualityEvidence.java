package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Observation.Interval;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.Estimate;
import dev.espalier.evaluation.Metrics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Evidence about the champion in production: its metrics and its windows. */
final class QualityEvidence {
  private static final Duration RECENT = Duration.ofDays(28);

  /** The longest look back: by default the log keeps no more. */
  private static final Duration LONGEST = Duration.ofDays(90);

  /** The relative drop at which decay alerts by default. */
  private static final double DROP = 0.05;

  private static final int NEWEST = 5_000;

  /** An absolute gate as the canvas writes it: {@code macro_f1 >= 0.88}. */
  private static final Pattern GATE = Pattern.compile("(\\w+) (>=|<=|>|<) (-?[0-9.]+)");

  private final Monitoring monitoring;
  private final OfflineMetrics offline;

  QualityEvidence(Monitoring monitoring, OfflineMetrics offline) {
    this.monitoring = monitoring;
    this.offline = offline;
  }

  List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    List<Observation> seen = new ArrayList<>();
    Optional<String> champion = monitoring.store().champion(product, now.plusMillis(1));
    if (champion.isEmpty()) {
      return seen;
    }
    Map<String, Look> looks = metrics(canvas, champion.get(), now, seen);
    windows(canvas, champion.get(), now, broken(canvas, looks), seen);
    return seen;
  }

  /** The newest labelled answers over a span of time, at most {@link #NEWEST}. */
  private record Look(String span, List<PredictionView> rows) {
    static final Look NONE = new Look("no time", List.of());

    Estimate estimate(Spec.Metric metric) {
      return Metrics.estimate(metric, Judge.predictions(rows), 1);
    }

    /** The time of the newest answer: evidence is as old as what it rests on. */
    Instant newest(Instant now) {
      return rows.isEmpty() ? now : rows.getFirst().at();
    }

    String words(String metric, Estimate estimate) {
      return estimate
          .insufficient()
          .orElseGet(() -> QualityEvidence.words(metric, estimate) + ", over " + span);
    }
  }

  /** What one version answered before {@code now}: each span is read once for all metrics. */
  private final class Looks {
    private final String product;
    private final String version;
    private final Instant now;
    private final Map<Duration, Look> read = new HashMap<>();

    Looks(String product, String version, Instant now) {
      this.product = product;
      this.version = version;
      this.now = now;
    }

    Look over(Duration span) {
      return read.computeIfAbsent(
          span,
          _ ->
              new Look(
                  "%d days".formatted(span.toDays()),
                  monitoring.store().labelled(product, version, now.minus(span), NEWEST)));
    }
  }

  private Map<String, Look> metrics(
      CanvasVersion canvas, String version, Instant now, List<Observation> seen) {
    String product = canvas.product();
    Looks read = new Looks(product, version, now);
    Look recent = read.over(RECENT);
    Map<String, Look> looks = new HashMap<>();
    Gaps gaps = new Gaps();
    for (Spec.Metric metric : canvas.specs(Spec.Metric.class)) {
      Look enough = recent;
      if (!enough.estimate(metric).sufficient()) {
        // Where traffic is thin the declared n asks for a longer look.
        enough = read.over(LONGEST);
      }
      looks.put(metric.id(), enough);
      live(canvas, metric, version, read, seen);
      Estimate estimate = enough.estimate(metric);
      seen.add(
          verdict(
              "metrics",
              "present:" + metric.id(),
              version,
              enough.newest(now),
              estimate.n(),
              enough.words(metric.id(), estimate),
              product));
      if (estimate.sufficient()) {
        offline
            .value(product, version, metric.id())
            .ifPresent(before -> gaps.add(metric, estimate, before));
      }
    }
    confidence(product, version, now, seen);
    gaps.observation(version, recent.newest(now), source(product)).ifPresent(seen::add);
    for (Resource resource : canvas.resources(Spec.Objective.class)) {
      attainment(canvas, resource, version, looks, now).ifPresent(seen::add);
    }
    return looks;
  }

  /** The online gates that the labels disprove: the whole interval lies on the wrong side. */
  private static List<String> broken(CanvasVersion canvas, Map<String, Look> looks) {
    List<String> broken = new ArrayList<>();
    for (Spec.Evaluation evaluation : canvas.specs(Spec.Evaluation.class)) {
      for (String gate : evaluation.onlineGates()) {
        Matcher parts = GATE.matcher(gate);
        if (!parts.matches()) {
          continue;
        }
        double bound = Double.parseDouble(parts.group(3));
        boolean floor = parts.group(2).startsWith(">");
        for (Spec.Metric metric : canvas.specs(Spec.Metric.class)) {
          if (metric.id().equals(parts.group(1))) {
            Estimate estimate =
                Optional.ofNullable(looks.get(metric.id())).orElse(Look.NONE).estimate(metric);
            if (estimate.sufficient()
                && (floor ? estimate.high() < bound : estimate.low() > bound)) {
              broken.add("%s, but %s".formatted(gate, words(metric.id(), estimate)));
            }
          }
        }
      }
    }
    return broken;
  }

  /** A metric that is watched without a detector: over the window that the canvas declares. */
  private void live(
      CanvasVersion canvas,
      Spec.Metric metric,
      String version,
      Looks read,
      List<Observation> seen) {
    boolean detected =
        canvas.specs(Spec.Monitor.class).stream()
            .anyMatch(monitor -> monitor.metric().equals(Optional.of(metric.id())));
    if (detected) {
      return;
    }
    Duration window =
        canvas.specs(Spec.LiveMetric.class).stream()
            .filter(one -> one.metric().equals(metric.id()))
            .map(Spec.LiveMetric::window)
            .findFirst()
            .orElse(RECENT)
            .plus(Watcher.labelDelay(canvas));
    Look look = read.over(window);
    Estimate estimate = look.estimate(metric);
    seen.add(
        verdict(
            "monitoring.ml",
            "window:" + metric.id(),
            version,
            look.newest(read.now),
            estimate.n(),
            look.words(metric.id(), estimate),
            canvas.product()));
  }

  /**
   * How near an objective is. Too few answers are sent as such, with their number and without a
   * value: a class that is too rare to be measured is no zero.
   */
  private static Optional<Observation> attainment(
      CanvasVersion canvas,
      Resource resource,
      String version,
      Map<String, Look> looks,
      Instant now) {
    String id = ((Spec.Objective) resource.spec()).metric();
    Optional<Spec.Metric> metric =
        canvas.specs(Spec.Metric.class).stream().filter(one -> one.id().equals(id)).findFirst();
    if (metric.isEmpty()) {
      return Optional.empty();
    }
    Look look = Optional.ofNullable(looks.get(id)).orElse(Look.NONE);
    Estimate estimate = look.estimate(metric.get());
    return estimate.n() == 0
        ? Optional.empty()
        : Optional.of(
            Observation.measured(
                "objectives",
                "attainment:" + resource.name(),
                version,
                look.newest(now),
                estimate.n(),
                estimate.sufficient() ? estimate.value() : Double.NaN,
                Optional.of(new Interval(estimate.low(), estimate.high()))
                    .filter(_ -> estimate.sufficient()),
                look.words(id, estimate),
                source(canvas.product())));
  }

  /** What production measures, against what was measured before the release. */
  private static final class Gaps {
    private final List<String> words = new ArrayList<>();
    private Optional<Observation.Interval> interval = Optional.empty();
    private double value;
    private long n;
    private boolean close = true;

    /** The primary metric's gap is the value and is judged; the others are words. */
    void add(Spec.Metric metric, Estimate online, double offline) {
      double gap = online.value() - offline;
      words.add(
          "%s, offline %s, gap %+.3f [%+.3f, %+.3f]"
              .formatted(
                  QualityEvidence.words(metric.id(), online),
                  number(offline),
                  gap,
                  online.low() - offline,
                  online.high() - offline));
      if (interval.isEmpty() || metric.primary()) {
        value = gap;
        n = online.n();
        boolean up = metric.direction().equals("up");
        double proven = up ? offline - online.high() : online.low() - offline;
        close = proven <= DROP * Math.abs(offline);
        interval = Optional.of(new Interval(online.low() - offline, online.high() - offline));
      }
    }

    Optional<Observation> observation(String version, Instant now, String source) {
      return words.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Observation(
                  "metrics",
                  "gap",
                  version,
                  now,
                  n,
                  OptionalDouble.of(value),
                  interval,
                  Optional.of(close),
                  String.join("; ", words)
                      + (close ? "" : "; worse than offline by more than 5 %, its interval too"),
                  source));
    }
  }

  /** The mean score of the answers: it needs no labels. */
  private void confidence(String product, String version, Instant now, List<Observation> seen) {
    List<PredictionStore.Sure> rows =
        monitoring.store().confidence(product, version, now.minus(RECENT), NEWEST);
    DoubleSummaryStatistics top =
        rows.stream().mapToDouble(PredictionStore.Sure::confidence).summaryStatistics();
    if (top.getCount() > 0) {
      String words =
          "Mean confidence %s, n = %d".formatted(number(top.getAverage()), top.getCount());
      seen.add(
          verdict(
              "monitoring.ml",
              "window:confidence",
              version,
              rows.getFirst().at(),
              top.getCount(),
              words,
              product));
    }
  }

  private void windows(
      CanvasVersion canvas,
      String version,
      Instant now,
      List<String> broken,
      List<Observation> seen) {
    String product = canvas.product();
    Optional<Instant> newest = Optional.empty();
    long judged = 0;
    for (Resource resource : canvas.resources(Spec.Monitor.class)) {
      Spec.Monitor monitor = (Spec.Monitor) resource.spec();
      List<MonitorWindow> windows = monitoring.watches().newest(product, resource.name(), 60);
      if (windows.isEmpty()) {
        continue;
      }
      MonitorWindow last = windows.getLast();
      judged = Math.max(judged, last.n());
      newest = newest.filter(at -> at.isAfter(last.to())).or(() -> Optional.of(last.to()));
      Duration age = Duration.between(last.to(), now);
      boolean fresh = age.compareTo(monitor.window().multipliedBy(2)) <= 0;
      String words =
          "The last window ended %s with n = %d: %s".formatted(last.to(), last.n(), last.verdict());
      seen.add(
          Observation.verdict(
              "monitoring.decay",
              "ran:" + resource.name(),
              version,
              now,
              windows.size(),
              fresh,
              words,
              source(product)));
      if (monitor.metric().isPresent()) {
        seen.add(
            Observation.verdict(
                "monitoring.ml",
                "window:" + monitor.metric().get(),
                version,
                now,
                last.n(),
                fresh,
                last.insufficient().map(why -> words + ", " + why).orElse(words),
                source(product)));
      }
    }
    if (newest.isPresent()) {
      required(product, version, now, newest.get(), seen);
      online(product, version, now, newest.get(), judged, broken, seen);
    }
  }

  private void required(
      String product, String version, Instant now, Instant newest, List<Observation> seen) {
    List<String> serving = monitoring.store().versionsSince(product, now.minus(Duration.ofDays(1)));
    List<String> unwatched =
        serving.stream().filter(one -> !one.equals("none") && !watched(product, one, now)).toList();
    long all = Math.max(1, serving.size());
    seen.add(
        measured(
            "monitoring.required",
            "monitored",
            version,
            now,
            all,
            (double) (all - unwatched.size()) / all,
            unwatched.isEmpty()
                ? "Each version that answered in the last day is watched: " + serving
                : "Not watched: " + unwatched,
            product));
    Duration age = Duration.between(newest, now);
    seen.add(
        measured(
            "monitoring.required",
            "evaluated",
            version,
            now,
            1,
            (double) Math.max(0, age.toSeconds()),
            "The last judged window ended " + newest,
            product));
  }

  /** Dated by the window, not by this look: the cadence runs out when no window follows. */
  private static void online(
      String product,
      String version,
      Instant now,
      Instant newest,
      long n,
      List<String> broken,
      List<Observation> seen) {
    seen.add(
        Observation.verdict(
            "evaluation",
            "online",
            version,
            newest.isBefore(now) ? newest : now,
            n,
            broken.isEmpty(),
            broken.isEmpty()
                ? "The last window closed at " + newest
                : "Online gates fail: " + String.join("; ", broken),
            source(product)));
  }

  /** It has a judged window, or is too young for one. */
  private boolean watched(String product, String version, Instant now) {
    return monitoring.watches().judged(product, version)
        || monitoring
            .store()
            .first(product, Optional.of(version))
            .map(first -> first.plus(Duration.ofDays(2)).isAfter(now))
            .orElse(false);
  }

  private static Observation measured(
      String question,
      String clause,
      String subject,
      Instant now,
      long n,
      double value,
      String detail,
      String product) {
    return Observation.measured(
        question, clause, subject, now, n, value, Optional.empty(), detail, source(product));
  }

  private static Observation verdict(
      String question,
      String clause,
      String subject,
      Instant now,
      long n,
      String detail,
      String product) {
    return Observation.verdict(question, clause, subject, now, n, true, detail, source(product));
  }

  private static String words(String metric, Estimate estimate) {
    return "%s %s [%s, %s], n = %d"
        .formatted(
            metric,
            number(estimate.value()),
            number(estimate.low()),
            number(estimate.high()),
            estimate.n());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String source(String product) {
    return "/api/v1/monitors/" + product;
  }
}
