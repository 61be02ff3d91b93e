package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Observation.Interval;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.Estimate;
import dev.espalier.evaluation.Metrics;
import dev.espalier.evaluation.Predictions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Evidence about the champion in production: its metrics and its windows. */
final class QualityEvidence {
  private static final Duration RECENT = Duration.ofDays(28);
  private static final int NEWEST = 5_000;
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
    metrics(canvas, champion.get(), now, seen);
    windows(canvas, champion.get(), now, seen);
    return seen;
  }

  private void metrics(CanvasVersion canvas, String version, Instant now, List<Observation> seen) {
    String product = canvas.product();
    Predictions labelled =
        Judge.predictions(monitoring.store().labelled(product, version, now.minus(RECENT), NEWEST));
    Map<String, Estimate> estimates = new HashMap<>();
    Gaps gaps = new Gaps();
    for (Spec.Metric metric : canvas.specs(Spec.Metric.class)) {
      Estimate estimate = Metrics.estimate(metric, labelled, 1);
      estimates.put(metric.id(), estimate);
      String words = words(metric.id(), estimate);
      if (canvas.specs(Spec.Monitor.class).stream()
          .noneMatch(monitor -> monitor.metric().equals(Optional.of(metric.id())))) {
        seen.add(
            verdict(
                "monitoring.ml",
                "window:" + metric.id(),
                version,
                now,
                estimate.n(),
                estimate.insufficient().orElse(words),
                product));
      }
      if (estimate.sufficient()) {
        seen.add(
            verdict(
                "metrics", "present:" + metric.id(), version, now, estimate.n(), words, product));
        offline
            .value(product, version, metric.id())
            .ifPresent(before -> gaps.add(metric, estimate, before));
      }
    }
    confidence(product, version, now, seen);
    gaps.observation(version, now, source(product)).ifPresent(seen::add);
    for (Resource resource : canvas.resources(Spec.Objective.class)) {
      Estimate estimate = estimates.get(((Spec.Objective) resource.spec()).metric());
      if (estimate != null && estimate.sufficient()) {
        seen.add(
            Observation.measured(
                "objectives",
                "attainment:" + resource.name(),
                version,
                now,
                estimate.n(),
                estimate.value(),
                Optional.of(new Interval(estimate.low(), estimate.high())),
                words(((Spec.Objective) resource.spec()).metric(), estimate),
                source(product)));
      }
    }
  }

  /** What production measures, against what was measured before the release. */
  private static final class Gaps {
    private final List<String> words = new ArrayList<>();
    private Optional<Observation.Interval> interval = Optional.empty();
    private double value;
    private long n;

    /** The primary metric's gap is the value; the others are words. */
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
                  Optional.of(true),
                  String.join("; ", words),
                  source));
    }
  }

  /** The mean score of the answers: it needs no labels. */
  private void confidence(String product, String version, Instant now, List<Observation> seen) {
    DoubleSummaryStatistics top =
        monitoring.store().newest(product, version, now.minus(RECENT), NEWEST).stream()
            .filter(row -> !row.probabilities().isEmpty())
            .mapToDouble(row -> Collections.max(row.probabilities().values()))
            .summaryStatistics();
    if (top.getCount() > 0) {
      String words =
          "Mean confidence %s, n = %d".formatted(number(top.getAverage()), top.getCount());
      seen.add(
          verdict(
              "monitoring.ml", "window:confidence", version, now, top.getCount(), words, product));
    }
  }

  private void windows(CanvasVersion canvas, String version, Instant now, List<Observation> seen) {
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
      required(product, version, now, newest.get(), judged, seen);
    }
  }

  private void required(
      String product, String version, Instant now, Instant newest, long n, List<Observation> seen) {
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
    // Dated by the window, not by this look: the cadence runs out when no window follows.
    seen.add(
        verdict(
            "evaluation",
            "online",
            version,
            newest.isBefore(now) ? newest : now,
            n,
            "The last window closed at " + newest,
            product));
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
