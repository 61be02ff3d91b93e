package dev.espalier.canvas;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What is compared with training while the product serves, and what its process is allowed. */
sealed interface Signals extends Answer {
  record Skew(
      @F(
              def = "js",
              oneOf = {"psi", "js"})
          String test,
      @F(def = "0.1", max = 1, tighter = F.Tighter.LOWER, main = true) Share alert,
      @F(def = "1d") Duration window,
      @F(def = "500", min = 1, max = 1e9, unit = "rows") int minN)
      implements Signals {
    static final Question<Skew> QUESTION =
        Question.of(
                "S30",
                "monitoring.skew",
                Lane.MAINTAIN,
                Kind.TARGET,
                Skew.class,
                "How is data skew found?")
            .help("Training against serving, field by field.")
            .example("{test: js, alert: 0.1, window: 1d}")
            .claim(s ->
                "%s ≤ %s over %s"
                    .formatted(s.test, Bound.number(s.alert.share()), Scalars.write(s.window)))
            .compile(
                (s, to) -> to.add("skew", new Spec.Skew(s.test, s.alert.share(), s.window, s.minN)))
            .evidence((s, _) ->
                List.of(
                    Clause.live("skew", s.window, "the farthest field from training")
                        .within(Bound.atMost(s.alert.share(), "share"))
                        .atLeast(s.minN)
                        .waitsWhile("no served text has been compared with the training rows yet"),
                    Clause.drill("injected", "an injected skew is found")
                        .waitsWhile("the skew drill has not run")));
  }

  record Operational(
      @F(
              main = true,
              def = "[latency, cpu, heap, gc, fd]",
              oneOf = {"latency", "cpu", "heap", "gc", "fd"},
              tighter = F.Tighter.SUPERSET)
          Set<String> signals,
      @F(def = "80%", max = 1, tighter = F.Tighter.LOWER) Share cpuMax,
      @F(def = "85%", max = 1, tighter = F.Tighter.LOWER) Share heapMax,
      @F(def = "100ms", tighter = F.Tighter.LOWER) Duration gcPauseP99)
      implements Signals {
    static final Question<Operational> QUESTION =
        Question.of(
                "S31",
                "monitoring.operational",
                Lane.MAINTAIN,
                Kind.TARGET,
                Operational.class,
                "Which operational signals?")
            .help("The health of the serving process itself.")
            .example("{signals: [latency, cpu, heap, gc, fd], cpu_max: 80%, heap_max: 85%}")
            .claim(o ->
                "%s; CPU ≤ %s %%, heap ≤ %s %%"
                    .formatted(
                        String.join(", ", o.signals),
                        Bound.number(100 * o.cpuMax.share()),
                        Bound.number(100 * o.heapMax.share())))
            .compile((o, to) ->
                to.add(
                    "operational",
                    new Spec.Operational(
                        o.signals, o.cpuMax.share(), o.heapMax.share(), o.gcPauseP99)))
            .evidence((o, _) -> o.signals.stream().sorted().map(o::clause).toList());

    private Clause clause(String signal) {
      Clause seen = Clause.live(signal, Intent.DAY, signal + " is within its bound");
      return switch (signal) {
        case "latency" -> Clause.view(signal, "serving.mode", "p99");
        case "cpu" -> seen.within(Bound.atMost(cpuMax.share(), "share"));
        case "heap" -> seen.within(Bound.atMost(heapMax.share(), "share"));
        case "gc" ->
            Clause.live(signal, Intent.DAY, "99 % of the pauses are short")
                .within(Bound.atMost((double) gcPauseP99.toMillis(), "ms"));
        default -> Clause.live(signal, Intent.DAY, "open files are counted");
      };
    }
  }
}
