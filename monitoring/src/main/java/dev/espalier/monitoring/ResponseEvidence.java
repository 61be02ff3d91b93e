package dev.espalier.monitoring;

import dev.espalier.canvas.Observation;
import dev.espalier.evaluation.Wilson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Evidence about what followed: alerts, how people answered them, retrainings. */
final class ResponseEvidence {
  private final Monitoring monitoring;

  ResponseEvidence(Monitoring monitoring) {
    this.monitoring = monitoring;
  }

  List<Observation> observe(String product, Instant now) {
    List<Observation> seen = new ArrayList<>();
    alerts(product, now, seen);
    loops(product, now, seen);
    return seen;
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
    answered(product, now, seen);
    long sent = monitoring.outbox().countOutside(product, "delivered");
    long dead = monitoring.outbox().countOutside(product, "dead");
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

  /** What people said about the incidents of the last 90 days. */
  private void answered(String product, Instant now, List<Observation> seen) {
    IncidentDesk.Answered answered =
        IncidentDesk.answered(
            monitoring.incidents(product).stream()
                .filter(incident -> incident.openedAt().isAfter(now.minus(Duration.ofDays(90))))
                .toList());
    if (answered.judged() == 0) {
      return;
    }
    var interval = Wilson.interval(answered.actionable(), answered.judged(), 0.95);
    seen.add(
        Observation.measured(
            "monitoring.alerts",
            "precision",
            product,
            now,
            answered.judged(),
            (double) answered.actionable() / answered.judged(),
            Optional.of(new Observation.Interval(interval.low(), interval.high())),
            "%d of %d judged incidents were actionable; acknowledged after %s, resolved after %s in the mean"
                .formatted(
                    answered.actionable(),
                    answered.judged(),
                    minutes(answered.meanToAcknowledge()),
                    minutes(answered.meanToResolve())),
            "/api/v1/incidents/" + product));
  }

  private static String minutes(OptionalDouble seconds) {
    return seconds.isPresent() ? "%.0f min".formatted(seconds.getAsDouble() / 60) : "no time yet";
  }

  private void loops(String product, Instant now, List<Observation> seen) {
    List<Incident> loops =
        monitoring.incidents(product).stream().filter(incident -> incident.has("run")).toList();
    if (loops.isEmpty()) {
      return;
    }
    long whole = loops.stream().filter(ResponseEvidence::whole).count();
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
        question,
        clause,
        subject,
        now,
        n,
        value,
        Optional.empty(),
        detail,
        "/api/v1/monitors/" + product);
  }
}
