package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Observation.Interval;
import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.Agreement;
import dev.espalier.evaluation.KaplanMeier;
import dev.espalier.evaluation.Wilson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Evidence that the inference log and the labels hold, whatever the model is worth. */
final class TrafficEvidence {
  private static final int NEWEST = 2_000;
  private static final int RECENT = 5_000;
  private static final double P95 = 0.95;
  private static final double MILLI = 1000.0;
  private final Monitoring monitoring;

  TrafficEvidence(Monitoring monitoring) {
    this.monitoring = monitoring;
  }

  /** What all clauses of one product read. */
  private record Look(String product, Instant now, HourStore.Totals totals, long dropped) {
    long served() {
      return totals.logged() + dropped;
    }

    String source() {
      return "/api/v1/monitors/" + product;
    }

    Observation measured(String question, String clause, long n, double value, String detail) {
      return Observation.measured(
          question, clause, product, now, n, value, Optional.empty(), detail, source());
    }

    Observation share(String question, String clause, long hits, long n, String detail) {
      var interval = Wilson.interval(hits, n, 0.95);
      return Observation.measured(
          question,
          clause,
          product,
          now,
          n,
          (double) hits / n,
          Optional.of(new Interval(interval.low(), interval.high())),
          detail,
          source());
    }

    Observation verdict(String question, String clause, long n, boolean pass, String detail) {
      return Observation.verdict(question, clause, product, now, n, pass, detail, source());
    }
  }

  List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    Duration maxDelay =
        canvas.specs(Spec.Feedback.class).stream()
            .findFirst()
            .map(Spec.Feedback::maxDelay)
            .orElse(Duration.ZERO);
    HourStore.Totals totals = monitoring.hours().totals(product, now.minus(maxDelay));
    if (totals.logged() == 0) {
      return List.of();
    }
    Look look = new Look(product, now, totals, monitoring.dropped(product));
    List<Observation> seen = new ArrayList<>();
    log(look, seen);
    labels(look, seen);
    latency(look, canvas, seen);
    fallback(look, seen);
    volume(look, canvas, seen);
    return seen;
  }

  private static void log(Look look, List<Observation> seen) {
    long logged = look.totals().logged();
    seen.add(
        look.share(
            "monitoring.required",
            "logged",
            logged,
            look.served(),
            "%d of %d served predictions are in the log".formatted(logged, look.served())));
    seen.add(
        look.measured(
            "serving.pattern",
            "traffic",
            look.served(),
            1,
            "All logged requests came through the endpoint"));
    if (look.totals().consumers() == 0) {
      seen.add(
          look.measured(
              "solution",
              "declared_consumers",
              logged,
              1,
              "No request named another consumer than the one behind loopback"));
    }
  }

  private void labels(Look look, List<Observation> seen) {
    ViewStore views = monitoring.views();
    HourStore.Totals totals = look.totals();
    if (totals.mature() > 0) {
      seen.add(
          look.share(
              "feedback",
              "coverage",
              totals.matureLabelled(),
              totals.mature(),
              "%d of the %d predictions whose label is due have it"
                  .formatted(totals.matureLabelled(), totals.mature())));
    }
    long joined = totals.labelled();
    long all = joined + views.quarantined();
    if (all > 0) {
      seen.add(
          look.share(
              "feedback",
              "join",
              joined,
              all,
              "%d of %d labels found their prediction".formatted(joined, all)));
    }
    delays(look, seen);
    ViewStore.Recent recent = views.recent(look.product(), RECENT);
    if (!recent.delays().isEmpty()) {
      seen.add(
          look.verdict(
              "feedback",
              "used_next",
              recent.delays().size(),
              recent.sent() > 0,
              "%d of the newest %d labels are in the training dataset; the next snapshot holds them"
                  .formatted(recent.sent(), recent.delays().size())));
    }
    agreement(look, seen);
    seen.add(
        look.verdict(
            "monitoring.ml",
            "pending",
            totals.logged(),
            true,
            "%d predictions wait for their label".formatted(totals.logged() - joined)));
  }

  /**
   * How long labels take. Answers that still wait count as "at least so long": without them every
   * source would look quick on its first day.
   */
  private void delays(Look look, List<Observation> seen) {
    List<KaplanMeier.Wait> waits =
        monitoring.store().waiting(look.product(), RECENT).stream()
            .map(answer ->
                new KaplanMeier.Wait(
                    Math.max(
                        0,
                        Duration.between(answer.at(), answer.labelledAt().orElse(look.now()))
                                .toMillis()
                            / MILLI),
                    answer.labelledAt().isPresent()
                        ? KaplanMeier.End.OVER
                        : KaplanMeier.End.PENDING))
            .toList();
    long over = waits.stream().filter(wait -> wait.end() == KaplanMeier.End.OVER).count();
    if (over == 0) {
      return;
    }
    List<Double> arrived =
        waits.stream()
            .filter(wait -> wait.end() == KaplanMeier.End.OVER)
            .map(KaplanMeier.Wait::time)
            .sorted()
            .toList();
    // Where labels are rare by design the share of 95 % is never reached: then those that came.
    OptionalDouble all = KaplanMeier.quantile(waits, P95);
    double p95 = all.orElseGet(() -> arrived.get((int) Math.ceil(P95 * arrived.size()) - 1));
    String half =
        KaplanMeier.quantile(waits, 0.5).isPresent()
            ? "half within %.0f s".formatted(KaplanMeier.quantile(waits, 0.5).getAsDouble())
            : "fewer than half have come";
    String detail =
        "95 %% of %s came within %.0f s, %s; %d of the newest %d wait"
            .formatted(
                all.isPresent() ? "labels" : "the labels that came",
                p95,
                half,
                waits.size() - over,
                waits.size());
    seen.add(look.measured("feedback", "delay", over, p95, detail));
    seen.add(look.measured("data", "label_delay", over, Math.floor(p95), detail));
  }

  /** Whether two sources that labelled the same predictions said the same. */
  private void agreement(Look look, List<Observation> seen) {
    List<Agreement.Pair> pairs = monitoring.labels().pairs(look.product(), 2_000);
    Agreement.kappa(pairs)
        .ifPresent(kappa ->
            seen.add(
                look.measured(
                    "data",
                    "kappa",
                    pairs.size(),
                    kappa,
                    "Cohen's kappa of two sources on %d predictions that both labelled"
                        .formatted(pairs.size()))));
  }

  private void latency(Look look, CanvasVersion canvas, List<Observation> seen) {
    List<Long> micros = monitoring.views().latencies(look.product(), NEWEST);
    double p95 = ViewStore.quantile(micros, 0.95, MILLI).orElse(0);
    double p99 = ViewStore.quantile(micros, 0.99, MILLI).orElse(0);
    String newest = "of the newest %d requests".formatted(micros.size());
    seen.add(look.measured("serving.mode", "p95", micros.size(), p95, "95th percentile " + newest));
    seen.add(look.measured("serving.mode", "p99", micros.size(), p99, "99th percentile " + newest));
    long logged = look.totals().logged();
    long errors = look.totals().errors();
    seen.add(
        look.share(
            "serving.mode",
            "availability",
            logged - errors,
            logged,
            "%d of %d failed".formatted(errors, logged)));
    for (Spec.Requirement requirement : canvas.specs(Spec.Requirement.class)) {
      String metric = requirement.metric().toLowerCase(Locale.ROOT);
      if (requirement.when().contains("live")
          && (metric.contains("p95") || metric.contains("p99"))) {
        seen.add(
            look.measured(
                "nfr",
                "live:" + requirement.metric(),
                micros.size(),
                metric.contains("p99") ? p99 : p95,
                requirement.metric() + " " + newest));
      }
    }
  }

  private void fallback(Look look, List<Observation> seen) {
    HourStore.Totals totals = look.totals();
    Instant last = totals.last().orElse(look.now());
    HourStore.Worst worst =
        monitoring.hours().worst(look.product(), last.minus(Duration.ofDays(1)));
    if (worst.requests() > 0) {
      seen.add(
          look.share(
              "serving.fallback",
              "rate",
              worst.fallbacks(),
              worst.requests(),
              "%d of %d in the worst hour of the last day"
                  .formatted(worst.fallbacks(), worst.requests())));
    }
    seen.add(
        look.verdict(
            "serving.fallback",
            "rungs",
            totals.logged(),
            true,
            "Answers by rung: " + monitoring.hours().servedBy(look.product())));
    long pre = totals.refused();
    seen.add(
        look.verdict(
            "serving.pre_assertion",
            "fail_rate",
            totals.logged(),
            true,
            "%d of %d logged requests failed an input rule".formatted(pre, totals.logged())));
  }

  private static void volume(Look look, CanvasVersion canvas, List<Observation> seen) {
    Optional<Spec.Volume> volume = canvas.specs(Spec.Volume.class).stream().findFirst();
    Optional<Instant> first = look.totals().first();
    if (volume.isEmpty() || first.isEmpty() || volume.get().expectedPerSecond() <= 0) {
      return;
    }
    double seconds = Duration.between(first.get(), look.now()).toMillis() / MILLI;
    if (seconds > 0) {
      double rate = look.served() / seconds;
      seen.add(
          look.measured(
              "serving.volume",
              "actual",
              look.served(),
              rate / volume.get().expectedPerSecond(),
              String.format(Locale.ROOT, "%.3g requests/s since the first one", rate)));
    }
  }
}
