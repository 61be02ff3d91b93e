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
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Evidence that the inference log and the labels hold, whatever the model is worth. */
final class TrafficEvidence {
  private static final int NEWEST = 2_000;
  private static final Duration FORGETFUL = Duration.ofDays(1);
  private static final int RECENT = 5_000;
  private static final double P95 = 0.95;
  private static final double MILLI = 1000.0;

  /** What the fallback may carry where the canvas has no answer. */
  private static final double DEFAULT_RATE = 0.02;

  /** The ways of serving in which an endpoint answers each request. */
  private static final Set<String> SERVICES = Set.of("model_as_service", "on_demand", "hybrid");

  /** Who answers without being a rung of the chain. */
  private static final Set<String> ROUTES = Set.of("champion", "candidate", "pinned", "none");

  private final Monitoring monitoring;

  private final Function<String, SortedMap<String, Long>> brokenRules;

  /**
   * @param brokenRules inputs of a product that broke each rule since the process started: those
   *     that were refused reach no log
   */
  TrafficEvidence(Monitoring monitoring, Function<String, SortedMap<String, Long>> brokenRules) {
    this.monitoring = monitoring;
    this.brokenRules = brokenRules;
  }

  /** What all clauses of one product read. */
  private record Look(String product, Instant now, HourStore.Totals totals, long dropped) {
    long served() {
      return totals.logged() + dropped;
    }

    Instant last() {
      return totals.last().orElse(now);
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
    monitoring.views().kept(product, NEWEST).ifPresent(kept -> kept(look, canvas, kept, seen));
    pattern(look, canvas, seen);
    consumers(look, canvas, seen);
    labels(look, canvas, seen);
    latency(look, canvas, seen);
    fallback(look, canvas, seen);
    inputs(look, canvas, seen);
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
  }

  /** Whether the log forgets in time, and whether the newest answers were made of numbers. */
  private static void kept(
      Look look, CanvasVersion canvas, ViewStore.Kept kept, List<Observation> seen) {
    canvas.specs(Spec.InferenceLog.class).stream()
        .findFirst()
        .ifPresent(log -> {
          // Forgetting happens with the product's hours, not at the very instant.
          Instant allowed = look.now().minus(log.retention()).minus(FORGETFUL);
          seen.add(
              look.verdict(
                  "monitoring.required",
                  "retention",
                  look.totals().logged(),
                  !kept.oldest().isBefore(allowed),
                  "The oldest prediction that is still in the log is of %s; %d days may be kept"
                      .formatted(kept.oldest(), log.retention().toDays())));
        });
    if (kept.newest() > 0) {
      seen.add(
          look.share(
              "serving.fallback",
              "numbers",
              kept.strange(),
              kept.newest(),
              "%d of the newest %d answers were no finite distribution over the labels and were given by somebody else"
                  .formatted(kept.strange(), kept.newest())));
    }
  }

  /** The endpoint is the declared way only where a service answers; elsewhere it is a way round. */
  private static void pattern(Look look, CanvasVersion canvas, List<Observation> seen) {
    canvas.specs(Spec.Pattern.class).stream()
        .findFirst()
        .ifPresent(pattern -> {
          boolean service = SERVICES.contains(pattern.how());
          seen.add(
              look.share(
                  "serving.pattern",
                  "traffic",
                  service ? look.served() : 0,
                  look.served(),
                  "%d requests came through the endpoint, which is %s the declared %s"
                      .formatted(
                          look.served(),
                          service ? "how" : "not how",
                          pattern.how().replace('_', ' '))));
        });
  }

  /** Who asked, by the name that the log holds; a request without one is nobody's. */
  private void consumers(Look look, CanvasVersion canvas, List<Observation> seen) {
    Set<String> declared =
        canvas.specs(Spec.Consumer.class).stream()
            .map(Spec.Consumer::name)
            .collect(Collectors.toSet());
    if (declared.isEmpty()) {
      return;
    }
    SortedMap<String, Long> asked = monitoring.store().consumers(look.product());
    long all = asked.values().stream().mapToLong(Long::longValue).sum();
    long known =
        asked.entrySet().stream()
            .filter(one -> declared.contains(one.getKey()))
            .mapToLong(Map.Entry::getValue)
            .sum();
    if (all > 0) {
      seen.add(
          look.share(
              "solution",
              "declared_consumers",
              known,
              all,
              "%d of %d requests came from declared consumers: %s"
                  .formatted(known, all, words(asked))));
    }
  }

  private static String words(SortedMap<String, Long> asked) {
    return asked.entrySet().stream()
        .limit(10)
        .map(one -> (one.getKey().isEmpty() ? "unnamed" : one.getKey()) + " " + one.getValue())
        .collect(Collectors.joining(", "));
  }

  private void labels(Look look, CanvasVersion canvas, List<Observation> seen) {
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
    pending(look, canvas, seen);
  }

  /** Labels still to come, and whether more of them are overdue than may never come. */
  private static void pending(Look look, CanvasVersion canvas, List<Observation> seen) {
    HourStore.Totals totals = look.totals();
    double expected =
        canvas.specs(Spec.Feedback.class).stream()
            .findFirst()
            .map(Spec.Feedback::expectedRate)
            .orElse(0.0);
    long overdue = totals.mature() - totals.matureLabelled();
    seen.add(
        look.verdict(
            "monitoring.ml",
            "pending",
            totals.logged(),
            overdue <= (1 - expected) * totals.mature() + 1e-9,
            "%d predictions wait for their label, %d of them longer than declared"
                .formatted(totals.logged() - totals.labelled(), overdue)));
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
    HourStore.Recent month =
        monitoring.hours().recent(look.product(), look.last().minus(Duration.ofDays(30)));
    seen.add(
        look.share(
            "serving.mode",
            "availability",
            month.served() - month.errors(),
            month.served(),
            "%d of %d failed in the 30 days to the last one"
                .formatted(month.errors(), month.served())));
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

  private void fallback(Look look, CanvasVersion canvas, List<Observation> seen) {
    HourStore.Worst worst =
        monitoring.hours().worst(look.product(), look.last().minus(Duration.ofDays(1)));
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
    SortedMap<String, Long> rungs = monitoring.hours().rungs(look.product());
    Set<String> declared = new TreeSet<>(ROUTES);
    canvas.specs(Spec.Fallback.class).stream()
        .flatMap(one -> one.chain().stream())
        .map(Spec.FallbackRung::use)
        .forEach(declared::add);
    List<String> others = rungs.keySet().stream().filter(one -> !declared.contains(one)).toList();
    seen.add(
        look.verdict(
            "serving.fallback",
            "rungs",
            look.totals().logged(),
            others.isEmpty(),
            "Answers by rung: %s%s"
                .formatted(
                    words(rungs),
                    others.isEmpty() ? "" : "; not in the declared chain: " + others)));
  }

  /** How many inputs broke a rule; more than the fallback may carry are a fault of the product. */
  private void inputs(Look look, CanvasVersion canvas, List<Observation> seen) {
    Optional<Spec.PreAssertion> rules = canvas.specs(Spec.PreAssertion.class).stream().findFirst();
    if (rules.isEmpty()) {
      return;
    }
    HourStore.Recent day =
        monitoring.hours().recent(look.product(), look.last().minus(Duration.ofDays(1)));
    SortedMap<String, Long> byRule = brokenRules.apply(look.product());
    boolean rejects = rules.get().onFail().equals("reject");
    long rejected = rejects ? byRule.values().stream().mapToLong(Long::longValue).sum() : 0;
    long broken = day.refused() + rejected;
    long all = day.served() + rejected;
    if (all == 0) {
      return;
    }
    double most =
        canvas.specs(Spec.Fallback.class).stream()
            .findFirst()
            .map(Spec.Fallback::maxRatePerHour)
            .orElse(DEFAULT_RATE);
    var interval = Wilson.interval(broken, all, 0.95);
    seen.add(
        new Observation(
            "serving.pre_assertion",
            "fail_rate",
            look.product(),
            look.now(),
            all,
            OptionalDouble.of((double) broken / all),
            Optional.of(new Interval(interval.low(), interval.high())),
            Optional.of(broken <= most * all),
            "%d of %d requests of the last day of traffic broke an input rule, at most %.1f %% may; by rule since the process started: %s"
                .formatted(broken, all, 100 * most, byRule.isEmpty() ? "none" : words(byRule)),
            look.source()));
  }

  private void volume(Look look, CanvasVersion canvas, List<Observation> seen) {
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
    peak(look, volume.get(), seen);
  }

  private void peak(Look look, Spec.Volume volume, List<Observation> seen) {
    double expected = volume.expectedPerSecond() * volume.peakFactor();
    monitoring
        .peaks()
        .busiest(look.product(), expected, look.now())
        .ifPresent(busiest ->
            seen.add(
                look.measured(
                    "serving.volume",
                    "peak",
                    look.served(),
                    busiest.perSecond() / expected,
                    String.format(
                        Locale.ROOT,
                        "%d requests in the busiest %s of 30 days, %s; the expected peak is %.3g",
                        busiest.requests(),
                        busiest.window(),
                        busiest.from(),
                        expected * busiest.seconds()))));
  }
}
