package dev.espalier.canvas;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** How predictions are served, and under which load. */
sealed interface Serving extends Answer {
  record Pattern(
      @F(
              main = true,
              def = "model_as_service",
              oneOf = {
                "model_as_service",
                "model_as_dependency",
                "precompute",
                "on_demand",
                "hybrid"
              })
          String pattern)
      implements Serving {
    static final Question<Pattern> QUESTION =
        Question.of("P0", "serving.pattern", Lane.MAINTAIN, Pattern.class, "Which serving pattern?")
            .claim(p -> p.pattern.replace('_', ' '))
            .evidence((_, _) ->
                List.of(
                    Clause.live("traffic", Intent.DAY, "traffic only through it")
                        .within(Bound.atLeast(1, "share"))));
  }

  record Online(
      @F(def = "100ms", tighter = F.Tighter.LOWER) Duration p95,
      @F(def = "250ms", tighter = F.Tighter.LOWER) Duration p99,
      @F(def = "99.5% per 30d", max = 1, tighter = F.Tighter.HIGHER) Share availability,
      @F(def = "1s") Duration timeout,
      @F(def = "16", min = 1, max = 4096) int maxBatch,
      @F(def = "5ms") Duration maxWait) {}

  record Batch(
      String cron,
      Duration deadline,
      String source,
      String sink,
      @F(def = "0.1%", max = 1) Share errorRows) {}

  record Mode(
      @F(main = true, def = "[online]") Set<String> modes,
      @F(def = "{}") Online online,
      Optional<Batch> batch)
      implements Serving {
    static final Question<Mode> QUESTION =
        Question.of("P1", "serving.mode", Lane.MAINTAIN, Mode.class, "Batch or online?")
            .claim(m ->
                "%s; p95 ≤ %d ms, p99 ≤ %d ms"
                    .formatted(
                        String.join(", ", m.modes),
                        m.online.p95.toMillis(),
                        m.online.p99.toMillis()))
            .compile((m, to) ->
                to.add(
                    "endpoint",
                    new Spec.Endpoint(
                        m.online.p95,
                        m.online.p99,
                        m.online.availability.share(),
                        m.online.timeout,
                        m.online.maxBatch,
                        m.online.maxWait)))
            .evidence((m, _) -> {
              boolean online = m.modes.contains("online");
              boolean batch = m.modes.contains("batch");
              return List.of(
                  Clause.live("p95", Intent.DAY, "95 % of answers in time")
                      .within(Bound.atMost((double) m.online.p95.toMillis(), "ms"))
                      .atLeast(100)
                      .onlyIf(online, "not served online"),
                  Clause.live("p99", Intent.DAY, "99 % of answers in time")
                      .within(Bound.atMost((double) m.online.p99.toMillis(), "ms"))
                      .atLeast(100)
                      .onlyIf(online, "not served online"),
                  Clause.live("availability", Intent.DAY, "answers without failure")
                      .within(Bound.atLeast(m.online.availability.share(), "share"))
                      .atLeast(100)
                      .onlyIf(online, "not served online"),
                  Clause.recorded("batch_deadline", "batches before their deadline")
                      .onlyIf(batch, "not served in batches"),
                  Clause.recorded("batch_rows", "rows in are rows out or rejected")
                      .onlyIf(batch, "not served in batches"));
            });
  }

  record Distributed(
      @F(main = true, def = "no") boolean required,
      @F(def = "1..4") String replicas,
      @F(
              def = "concurrency",
              oneOf = {"concurrency", "cpu", "queue"})
          String scaleOn,
      @F(def = "70%", max = 1) Share target)
      implements Serving {
    static final Question<Distributed> QUESTION =
        Question.of(
                "P2",
                "serving.distributed",
                Lane.MAINTAIN,
                Distributed.class,
                "Distributed serving?")
            .claim(d -> d.required ? d.replicas + " replicas" : "One process serves")
            .evidence((d, _) ->
                List.of(
                    Clause.live("ready", Intent.DAY, "enough replicas are ready")
                        .onlyIf(d.required, "one process serves"),
                    Clause.live("imbalance", Intent.DAY, "replicas share the load")
                        .within(Bound.atMost(0.2, "share"))
                        .onlyIf(d.required, "one process serves"),
                    Clause.drill("kill_replica", "errors while a replica dies")
                        .within(Bound.atMost(0.001, "share"))
                        .onlyIf(d.required, "one process serves")));
  }

  record MultiModel(
      @F(main = true, def = "no") boolean required,
      @F(def = "1024MiB") Bytes budget,
      @F(
              def = "lru",
              oneOf = {"lru", "lfu", "none"})
          String eviction,
      List<String> pinned,
      @F(def = "2s", tighter = F.Tighter.LOWER) Duration coldP95)
      implements Serving {
    static final Question<MultiModel> QUESTION =
        Question.of(
                "P3",
                "serving.multi_model",
                Lane.MAINTAIN,
                MultiModel.class,
                "Several models in one server?")
            .claim(m -> m.required ? "Several models share one server" : "One product per server")
            .evidence((m, _) ->
                List.of(
                    Clause.live("cold_p95", Intent.DAY, "cold starts are fast")
                        .within(Bound.atMost((double) m.coldP95.toMillis(), "ms"))
                        .onlyIf(m.required, "one model is served"),
                    Clause.live("memory", Intent.DAY, "resident models fit")
                        .within(Bound.atMost((double) m.budget.count(), "bytes"))
                        .onlyIf(m.required, "one model is served"),
                    Clause.drill("noisy_neighbour", "one model cannot starve another")
                        .onlyIf(m.required, "one model is served")));
  }

  record Accelerator(
      @F(
              main = true,
              def = "none",
              oneOf = {"none", "cpu_simd", "gpu", "tpu", "npu"})
          String kind,
      @F(
              def = "preferred",
              oneOf = {"preferred", "required"})
          String need,
      @F(
              def = "fp32",
              oneOf = {"fp32", "bf16", "int8"})
          String precision,
      Optional<Money> maxCost)
      implements Serving {
    static final Question<Accelerator> QUESTION =
        Question.of(
                "P5",
                "serving.accelerator",
                Lane.MAINTAIN,
                Accelerator.class,
                "Accelerator (GPU/TPU) needed?")
            .claim(a -> a.kind.equals("none") ? "No accelerator" : a.kind + " " + a.need)
            .compile((a, to) -> to.add("accelerator", new Spec.Accelerator(a.kind)))
            .evidence((a, _) ->
                List.of(
                    Clause.live("device", Intent.DAY, "the device is the declared one"),
                    Clause.drill("load", "the load test holds on CPU")
                        .atLeast(1000)
                        .onlyIf(a.kind.equals("none"), "an accelerator is declared"),
                    Clause.live("utilisation", Intent.DAY, "the accelerator is used")
                        .onlyIf(!a.kind.equals("none"), "there is no accelerator"),
                    Clause.live("cost", Intent.DAY, "cost per 1,000")
                        .onlyIf(a.maxCost.isPresent(), "no cost limit")));
  }

  record Volume(
      @F(main = true, tighter = F.Tighter.HIGHER) Rate expected,
      @F(def = "3", min = 1, max = 100, tighter = F.Tighter.HIGHER) BigDecimal peakFactor,
      @F(def = "5% per month", max = 10) Share growth,
      @F(def = "8KiB") Bytes payloadP95,
      @F(def = "30%", max = 10, tighter = F.Tighter.HIGHER) Share headroom,
      @F(def = "5m") Duration drillDuration)
      implements Serving {
    static final Question<Volume> QUESTION =
        Question.of(
                "P6",
                "serving.volume",
                Lane.MAINTAIN,
                Volume.class,
                "Expected predictions per month or hour?")
            .claim(v ->
                "%s, peak %s/s with headroom"
                    .formatted(v.expected.canonical(), Bound.number(v.need())))
            .compile((v, to) ->
                to.add(
                    "volume",
                    new Spec.Volume(
                        v.expected.perSecond(), v.peakFactor.doubleValue(), v.headroom.share())))
            .whenUnanswered(to -> to.add("volume", new Spec.Volume(0, 3, 0.3)))
            .evidence((v, _) ->
                List.of(
                    Clause.drill("load", "the rate sustained within the limits")
                        .within(Bound.atLeast(v.need(), "/s"))
                        .atLeast(1000),
                    Clause.live("actual", Intent.DAY, "actual against expected traffic")
                        .within(
                            new Bound(
                                OptionalDouble.of(0.5), OptionalDouble.of(1.2), false, "share"))
                        .atLeast(100),
                    Clause.live("saturation", Duration.ofDays(15), "days to saturation")
                        .within(Bound.of(Spec.Op.ABOVE, 60, "d"))));

    /** The rate that a load test must sustain, per second. */
    double need() {
      return expected.perSecond() * peakFactor.doubleValue() * (1 + headroom.share());
    }
  }

  record PreAssertion(
      @F(
              main = true,
              def = "[schema, length, language, 'oov <= 30%']",
              tighter = F.Tighter.SUPERSET)
          List<String> rules,
      @F(
              def = "fallback",
              oneOf = {"reject", "fallback"})
          String onFail)
      implements Serving {
    static final Question<PreAssertion> QUESTION =
        Question.of(
                "S29",
                "serving.pre_assertion",
                Lane.MAINTAIN,
                PreAssertion.class,
                "How is input checked?")
            .claim(p -> "%s, else %s".formatted(String.join(", ", p.rules), p.onFail))
            .compile((p, to) -> to.add("pre_assertion", new Spec.PreAssertion(p.rules, p.onFail)))
            .evidence((_, _) ->
                List.of(
                    Clause.live("fail_rate", Intent.DAY, "the fail rate by rule is known"),
                    Clause.drill("malformed", "malformed input gives no server error")
                        .within(Bound.atMost(0, "count"))));
  }

  record Rung(Set<String> on, String use, Optional<String> value, Optional<Duration> timeout) {}

  record Fallback(
      @F(def = "['sum(prob) = 1', 'label set', 'confidence >= 0.5']", tighter = F.Tighter.SUPERSET)
          List<String> post,
      Optional<Duration> primaryTimeout,
      @F(
              main = true,
              def =
                  "[{on: [timeout, error, post_fail], use: previous_champion}, {on: ['*'], use: baseline}, {on: ['*'], use: default_value}, {on: ['*'], use: reject}]")
          List<Rung> chain,
      @F(def = "2% per hour", max = 1, tighter = F.Tighter.LOWER) Share maxRate)
      implements Serving {
    static final Question<Fallback> QUESTION =
        Question.of(
                "P4",
                "serving.fallback",
                Lane.MAINTAIN,
                Fallback.class,
                "What if the output is inadequate (post-assertion, heuristic)?")
            .claim(f ->
                "%s; at most %s %% an hour"
                    .formatted(
                        String.join(" → ", f.chain.stream().map(Rung::use).toList()),
                        Bound.number(100 * f.maxRate.share())))
            .compile((f, to) -> to.add("fallback", f.spec(to.answers())))
            .evidence((f, _) ->
                List.of(
                    Clause.live("rate", Intent.DAY, "the fallback rate")
                        .within(Bound.atMost(f.maxRate.share(), "share")),
                    Clause.live("rungs", Intent.DAY, "every rung has its own metric"),
                    Clause.drill("drill", "each failure injected, every rung answers in time")
                        .freshFor(Duration.ofDays(14))));

    /** Half of the caller's patience for the champion, the rest split equally where not stated. */
    Spec.Fallback spec(Answers all) {
      Duration timeout =
          all.find(Mode.class).map(m -> m.online.timeout).orElse(Duration.ofSeconds(1));
      Duration primary = primaryTimeout.orElse(timeout.dividedBy(2));
      Duration stated =
          chain.stream().flatMap(r -> r.timeout.stream()).reduce(Duration.ZERO, Duration::plus);
      Duration rest = timeout.minus(primary).minus(stated);
      long open = Math.max(1, chain.stream().filter(r -> r.timeout.isEmpty()).count());
      Duration each = rest.isNegative() ? Duration.ZERO : rest.dividedBy(open);
      List<Spec.FallbackRung> rungs = new ArrayList<>();
      chain.forEach(
          r -> rungs.add(new Spec.FallbackRung(r.on, r.use, r.value, r.timeout.orElse(each))));
      return new Spec.Fallback(post, primary, rungs, maxRate.share());
    }
  }
}
