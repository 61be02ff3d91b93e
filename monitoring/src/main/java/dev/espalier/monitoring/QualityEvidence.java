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

/** Evidence about the champion in production, its windows, alerts and retrainings. */
final class QualityEvidence {
  private static final Duration RECENT = Duration.ofDays(28);
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
    alerts(product, now, seen);
    loops(product, now, seen);
    return seen;
  }

  private void metrics(CanvasVersion canvas, String version, Instant now, List<Observation> seen) {
    String product = canvas.product();
    Predictions labelled =
        Judge.predictions(
            monitoring.store().window(product, version, now.minus(RECENT), now.plusMillis(1)));
    Map<String, Estimate> estimates = new HashMap<>();
    List<String> gaps = new ArrayList<>();
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
            .ifPresent(before -> gaps.add("%s, offline %s".formatted(words, number(before))));
      }
    }
    confidence(product, version, now, seen);
    if (!gaps.isEmpty()) {
      seen.add(
          verdict(
              "metrics",
              "gap",
              version,
              now,
              labelled.rows().size(),
              String.join("; ", gaps),
              product));
    }
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

  /** The mean score of the answers: it needs no labels. */
  private void confidence(String product, String version, Instant now, List<Observation> seen) {
    DoubleSummaryStatistics top =
        monitoring.store().window(product, version, now.minus(RECENT), now.plusMillis(1)).stream()
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
      List<MonitorWindow> windows = monitoring.watches().windows(product, resource.name());
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

  private static void required(
      String product, String version, Instant now, Instant newest, long n, List<Observation> seen) {
    seen.add(
        measured(
            "monitoring.required",
            "monitored",
            version,
            now,
            1,
            1,
            "The champion is watched",
            product));
    Duration age = Duration.between(newest, now);
    seen.add(
        measured(
            "monitoring.required",
            "evaluated",
            version,
            now,
            1,
            (double) age.toSeconds(),
            "The last judged window ended " + newest,
            product));
    seen.add(
        verdict(
            "evaluation",
            "online",
            version,
            now,
            n,
            "The last window closed at " + newest,
            product));
  }

  private void alerts(String product, Instant now, List<Observation> seen) {
    List<Alert> live =
        monitoring.alerts(Optional.of(product)).stream()
            .filter(alert -> alert.purpose() == Alert.Purpose.LIVE)
            .toList();
    long pages =
        live.stream()
            .filter(alert -> alert.severity().equals("page"))
            .filter(alert -> alert.firedAt().isAfter(now.minus(Duration.ofDays(7))))
            .count();
    seen.add(
        measured(
            "monitoring.alerts",
            "pages",
            product,
            now,
            7,
            (double) pages,
            "Pages of the last 7 days",
            product));
    long sent = monitoring.outbox().count(product, "delivered");
    long dead = monitoring.outbox().count(product, "dead");
    long all = monitoring.alerts(Optional.of(product)).size() + sent + dead;
    if (all > 0) {
      seen.add(
          measured(
              "monitoring.alerts",
              "delivery",
              product,
              now,
              all,
              (double) (all - dead) / all,
              "%d in the inbox, %d by webhook, %d undeliverable"
                  .formatted(all - sent - dead, sent, dead),
              product));
    }
  }

  private void loops(String product, Instant now, List<Observation> seen) {
    List<Incident> loops =
        monitoring.incidents(product).stream().filter(incident -> incident.has("run")).toList();
    if (loops.isEmpty()) {
      return;
    }
    long whole = loops.stream().filter(QualityEvidence::whole).count();
    long helped = loops.stream().filter(incident -> incident.has("recovered")).count();
    String detail = "%d of %d loops from alert to recovery".formatted(whole, loops.size());
    String source = "/api/v1/incidents/" + product;
    seen.add(
        Observation.verdict(
            "monitoring.retrain",
            "trace",
            product,
            now,
            loops.size(),
            whole == loops.size(),
            detail,
            source));
    String recovery =
        loops.stream()
            .flatMap(incident -> incident.trace().stream())
            .filter(link -> link.kind().equals("recovered"))
            .map(Incident.TraceEntry::text)
            .findFirst()
            .orElse("Not recovered yet");
    seen.add(
        Observation.verdict(
            "monitoring.retrain",
            "recovery",
            product,
            now,
            loops.size(),
            helped > 0,
            recovery,
            source));
    seen.add(
        Observation.verdict(
            "monitoring.retrain",
            "helped",
            product,
            now,
            loops.size(),
            helped > 0,
            "%d of %d retrainings helped".formatted(helped, loops.size()),
            source));
  }

  private static boolean whole(Incident incident) {
    return List.of("alert", "run", "version", "rollout", "recovered").stream()
        .allMatch(incident::has);
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
