package dev.espalier.canvas;

import java.math.BigDecimal;
import java.time.Duration;
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
        Question.of(
                "P0",
                "serving.pattern",
                Lane.MAINTAIN,
                Kind.CONFIG,
                Pattern.class,
                "Which serving pattern?")
            .refuses(
                Unbuilt.words(
                    "pattern",
                    List.of("model_as_dependency", "precompute", "on_demand", "hybrid"),
                    "Predictions are answered over HTTP as they are asked; no table, queue or jar is made",
                    "model_as_service"))
            .help("A service, a library, a table made in advance, or a mixture.")
            .example(
                """
                model_as_service
                """)
            .claim(p -> p.pattern.replace('_', ' '))
            .compile((p, to) -> to.add("pattern", new Spec.Pattern(p.pattern)))
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
      @F(def = "0s") Duration maxWait) {}

  record Batch(
      String cron,
      Duration deadline,
      String source,
      String sink,
      @F(def = "0.1%", max = 1) Share errorRows) {}

  record Mode(
      @F(
              main = true,
              def = "[online]",
              oneOf = {"online", "batch", "streaming"})
          Set<String> modes,
      @F(def = "{}") Online online,
      Optional<Batch> batch)
      implements Serving {
    static final Question<Mode> QUESTION =
        Question.of(
                "P1", "serving.mode", Lane.MAINTAIN, Kind.CONFIG, Mode.class, "Batch or online?")
            .refuses(
                Unbuilt.words(
                    "modes",
                    List.of("batch", "streaming"),
                    "Nothing scores a dataset on a schedule or reads a stream; callers ask one by one",
                    "online"))
            .refuses(
                Unbuilt.anything(
                    "batch", "Nothing scores a dataset on a schedule", "leave batch out"))
            .refuses(
                Unbuilt.other(
                    "online.max_wait",
                    "PT0S",
                    "0s",
                    "Texts are scored one at a time: no request waits for a batch to fill. How long it may wait for its turn is the timeout"))
            .help("How fast and how reliably answers come, one by one or in batches.")
            .example(
                """
                {modes: [online], online: {p95: 40ms, p99: 90ms, availability: 99.9% per 30d, timeout: 1s}}
                """)
            .claim(m ->
                "%s; p95 ≤ %d ms, p99 ≤ %d ms"
                    .formatted(
                        String.join(", ", m.modes),
                        m.online.p95.toMillis(),
                        m.online.p99.toMillis()))
            .compile((m, to) -> {
              to.add(
                  "endpoint",
                  new Spec.Endpoint(
                      m.online.p95,
                      m.online.p99,
                      m.online.availability.share(),
                      m.online.timeout,
                      m.online.maxBatch));
              to.add("modes", new Spec.Modes(m.modes));
            })
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
                      .unbuilt("nothing keeps records of batches scored on a schedule")
                      .onlyIf(batch, "not served in batches"),
                  Clause.recorded("batch_rows", "rows in are rows out or rejected")
                      .unbuilt("nothing keeps records of batches scored on a schedule")
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
                Kind.CONFIG,
                Distributed.class,
                "Distributed serving?")
            .refuses(
                Unbuilt.other(
                    "required",
                    "false",
                    "no",
                    "One process serves; no further replica can be started or balanced"))
            .refuses(
                Unbuilt.other(
                    "replicas",
                    "1..4",
                    "1..4",
                    "One process serves; no further replica can be started or balanced"))
            .refuses(
                Unbuilt.words(
                    "scale_on",
                    List.of("cpu", "queue"),
                    "One process serves; no further replica can be started or balanced",
                    "concurrency"))
            .refuses(
                Unbuilt.other(
                    "target",
                    "0.7",
                    "70%",
                    "One process serves; no further replica can be started or balanced"))
            .help("How many replicas serve, and what makes it more.")
            .example(
                """
                {required: no}
                """)
            .claim(d -> d.required ? d.replicas + " replicas" : "One process serves")
            .evidence((d, _) ->
                List.of(
                    Clause.live("ready", Intent.DAY, "enough replicas are ready")
                        .unbuilt("there is one process and no replica that reports")
                        .onlyIf(d.required, "one process serves"),
                    Clause.live("imbalance", Intent.DAY, "replicas share the load")
                        .unbuilt("there is one process and no replica that reports")
                        .within(Bound.atMost(0.2, "share"))
                        .onlyIf(d.required, "one process serves"),
                    Clause.drill("kill_replica", "errors while a replica dies")
                        .unbuilt("there is no drill that kills a replica")
                        .within(Bound.atMost(0.001, "share"))
                        .onlyIf(d.required, "one process serves")));

    /** The most replicas that may serve at once: the end of the range, 1 where one serves. */
    int most() {
      String last = replicas.substring(replicas.lastIndexOf('.') + 1).strip();
      return required && last.matches("[1-9]\\d{0,3}") ? Integer.parseInt(last) : 1;
    }
  }

  record MultiModel(
      @F(main = true, def = "no") boolean required,
      @F(def = "1024MiB") Bytes budget,
      @F(
              def = "lru",
              oneOf = {"lru", "lfu", "none"})
          String eviction,
      List<String> pinned,
      @F(def = "2s", tighter = F.Tighter.LOWER) Duration coldP95,
      Optional<Rate> quota)
      implements Serving {
    static final Question<MultiModel> QUESTION =
        Question.of(
                "P3",
                "serving.multi_model",
                Lane.MAINTAIN,
                Kind.CONFIG,
                MultiModel.class,
                "Several models in one server?")
            .refuses(
                Unbuilt.words(
                    "eviction",
                    List.of("lfu"),
                    "What a route names stays loaded and what none names is unloaded at once: the least recently used goes first",
                    "lru"))
            .refuses(
                Unbuilt.anything(
                    "pinned",
                    "What a route names is never unloaded; there is nothing to pin",
                    "leave pinned out"))
            .help("How several models share the memory of one server.")
            .example(
                """
                {required: yes, budget: 1GiB, eviction: lru, cold_p95: 2s, quota: 100/s}
                """)
            .claim(m -> m.required ? "Several models share one server" : "One product per server")
            .compile((m, to) ->
                to.add(
                    "multi_model",
                    new Spec.MultiModel(
                        m.required,
                        m.budget.count(),
                        m.eviction,
                        m.pinned,
                        m.coldP95,
                        m.quota.map(Rate::perSecond))))
            .evidence((m, _) ->
                List.of(
                    Clause.live("cold_p95", Intent.DAY, "cold starts are fast")
                        .unbuilt("nothing times a cold start")
                        .within(Bound.atMost((double) m.coldP95.toMillis(), "ms"))
                        .onlyIf(m.required, "one model is served"),
                    Clause.live("memory", Intent.DAY, "resident models fit")
                        .unbuilt("nobody counts the memory of resident models")
                        .within(Bound.atMost((double) m.budget.count(), "bytes"))
                        .onlyIf(m.required, "one model is served"),
                    Clause.drill("noisy_neighbour", "one model cannot starve another")
                        .unbuilt("there is no drill that loads one model beside another")
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
                Kind.CONFIG,
                Accelerator.class,
                "Accelerator (GPU/TPU) needed?")
            .refuses(
                Unbuilt.words(
                    "precision",
                    List.of("bf16", "int8"),
                    "Engines compute in fp32; nothing quantises",
                    "fp32"))
            .refuses(
                Unbuilt.words(
                    "kind", List.of("tpu", "npu"), "No engine here computes on it", "none"))
            .help("What models compute on, and what that may cost.")
            .example("{kind: none, max_cost: 0.02 EUR per 1000}")
            .claim(a -> a.kind.equals("none") ? "No accelerator" : a.kind + " " + a.need)
            .compile((a, to) -> {
              to.add("accelerator", new Spec.Accelerator(a.kind));
              to.add("device", new Spec.Device(a.need, a.precision, a.maxCost.map(Money::text)));
            })
            .evidence((a, _) ->
                List.of(
                    Clause.live("device", Intent.DAY, "the device is the declared one"),
                    Clause.drill("load", "the load test holds on CPU")
                        .atLeast(1000)
                        .onlyIf(a.kind.equals("none"), "an accelerator is declared"),
                    Clause.live("utilisation", Intent.DAY, "the accelerator is used")
                        .unbuilt("nothing reads how far an accelerator is used")
                        .onlyIf(!a.kind.equals("none"), "there is no accelerator"),
                    Clause.live("cost", Intent.DAY, "cost per 1,000")
                        .unbuilt("nobody says what an hour of the machine costs")
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
                Kind.TARGET,
                Volume.class,
                "Expected predictions per month or hour?")
            .help("The load that must be carried, with its peak and its growth.")
            .example(
                """
                {expected: 30M/month, peak_factor: 3, growth: 5% per month, payload_p95: 8KiB,
                headroom: 30%, why: gateway logs of October}
                """)
            .claim(v ->
                "%s, peak %s/s with headroom"
                    .formatted(v.expected.canonical(), Bound.number(v.need())))
            .compile((v, to) ->
                to.add(
                    "volume",
                    new Spec.Volume(
                        v.expected.perSecond(),
                        v.peakFactor.doubleValue(),
                        v.headroom.share(),
                        v.growthPerMonth(),
                        v.payloadP95.count(),
                        v.drillDuration)))
            .whenUnanswered(to ->
                to.add("volume", new Spec.Volume(0, 3, 0.3, 0.05, 8192, Duration.ofMinutes(5))))
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
                    Clause.live("peak", Intent.DAY, "the busiest time within the expected peak")
                        .within(Bound.atMost(1, "share"))
                        .atLeast(100),
                    Clause.live("saturation", Duration.ofDays(15), "days to saturation")
                        .waitsWhile("no growth has been measured against a measured capacity")
                        .within(Bound.of(Spec.Op.ABOVE, 60, "d"))));

    private static final double MONTH_DAYS = 30.44;

    /** The growth, compounded to a month of 30.44 days. */
    double growthPerMonth() {
      String period = growth.per().orElse("month");
      double days =
          switch (period) {
            case "hour" -> 1 / 24.0;
            case "day" -> 1;
            case "week" -> 7;
            case "month" -> MONTH_DAYS;
            default -> Math.max(1, Integer.parseInt(period.substring(0, period.length() - 1)));
          };
      return Math.pow(1 + growth.share(), MONTH_DAYS / days) - 1;
    }

    /** The rate that a load test must sustain, per second. */
    double need() {
      return expected.perSecond() * peakFactor.doubleValue() * (1 + headroom.share());
    }
  }
}
