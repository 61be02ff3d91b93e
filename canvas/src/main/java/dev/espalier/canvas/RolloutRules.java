package dev.espalier.canvas;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.canvas.Plan.Finding;
import dev.espalier.canvas.Plan.Level;
import dev.espalier.platform.Json;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/** The rules about load, rollout steps and the time to production: 1, 4, 12 and 15. */
final class RolloutRules {
  private static final double BUDGET_SECONDS = Duration.ofDays(30).toSeconds();

  /** 0.35 × 43 × 500 is a little less than 7525 in binary; equality is no contradiction. */
  private static final double ROUNDING = 1e-12;

  private RolloutRules() {}

  private static double rate(Answers all) {
    return all.find(Serving.Volume.class).map(v -> v.expected().perSecond()).orElse(0.0);
  }

  /** Rule 1: more load than was sustained. */
  static List<Finding> capacity(Answers all, Facts facts) {
    Optional<Serving.Volume> volume = all.find(Serving.Volume.class);
    if (volume.isEmpty() || volume.get().need() <= 0) {
      return List.of();
    }
    double need = volume.get().need();
    List<String> questions = List.of("serving.volume", "deploy.targets", "serving.mode");
    Optional<Facts.Capacity> known = facts.capacity().or(() -> estimate(all, facts));
    if (known.isEmpty()) {
      return List.of(
          Rules.unknown(
              1,
              questions,
              "You expect %s/s; what is sustained is unknown until a version is registered or the load drill has run."
                  .formatted(Bound.number(need))));
    }
    Facts.Capacity has = known.get();
    if (!exceeds(need, has.perSecond())) {
      return List.of();
    }
    Duration limit = all.get(Serving.Mode.class).online().p95();
    String how =
        has.measured()
            ? ""
            : facts
                .pace()
                .filter(_ -> facts.capacity().isEmpty())
                .map(pace ->
                    ", by an estimate: %s takes %s for a prediction on a core"
                        .formatted(pace.version(), Rules.words(pace.each())))
                .orElse(", measured under another limit");
    List<Patch> repair = new ArrayList<>();
    List<String> words = new ArrayList<>(List.of("add replicas"));
    double room = has.perSecond();
    Optional<Facts.Pace> pace = facts.pace();
    if (room <= 0 && pace.isPresent()) {
      // No core answers within the limit: the limit is what is wrong.
      Duration each = pace.get().each();
      Duration possible = Duration.ofMillis(each.plusNanos(999_999).toMillis());
      room = cores(all, pace.get()) / seconds(each);
      words.add("relax p95 to %s".formatted(Rules.words(possible)));
      repair.add(Rules.patch("serving.mode.online.p95", Scalars.write(possible)));
    } else {
      words.add("relax p95");
    }
    if (need > room && room > 0) {
      String lower = lower(volume.get(), room);
      words.add("lower the volume to %s".formatted(lower));
      repair.add(Rules.patch("serving.volume.expected", lower));
    }
    String advice =
        String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    return List.of(
        new Finding(
            1,
            has.measured() ? Level.ERROR : Level.WARN,
            questions,
            "You expect %s/s; %s sustain %s/s at %s%s."
                .formatted(
                    Bound.number(need),
                    has.where(),
                    Bound.number(has.perSecond()),
                    Rules.words(limit),
                    how),
            advice.substring(0, 1).toUpperCase(Locale.ROOT) + advice.substring(1) + ".",
            List.copyOf(repair)));
  }

  /** What the declared targets could sustain, one prediction after the other on each core. */
  private static Optional<Facts.Capacity> estimate(Answers all, Facts facts) {
    return facts
        .pace()
        .map(pace -> {
          int cores = cores(all, pace);
          boolean late = pace.each().compareTo(all.get(Serving.Mode.class).online().p95()) > 0;
          String where =
              production(all).isEmpty()
                  ? "%d cores here".formatted(cores)
                  : "%s with %d cores".formatted(String.join(", ", names(all)), cores);
          return new Facts.Capacity(late ? 0 : cores / seconds(pace.each()), false, where);
        });
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }

  private static int cores(Answers all, Facts.Pace pace) {
    int stated = production(all).stream().mapToInt(Deploy.Place::cpu).sum();
    return (stated > 0 ? stated : pace.cores()) * all.get(Serving.Distributed.class).most();
  }

  private static List<String> names(Answers all) {
    return production(all).stream().map(Deploy.Place::name).toList();
  }

  /** The production targets that the document states; a default says nothing about a machine. */
  private static List<Deploy.Place> production(Answers all) {
    return all.given("deploy.targets").set().isEmpty()
        ? List.of()
        : all.get(Deploy.Targets.class).targets().stream()
            .filter(place -> place.stage().equals("prod"))
            .toList();
  }

  /** The rate, in the period of the answer, that the capacity just meets. */
  private static String lower(Serving.Volume volume, double capacity) {
    double plain = capacity / (volume.peakFactor().doubleValue() * (1 + volume.headroom().share()));
    double period = Objects.requireNonNull(Scalars.SECONDS.get(volume.expected().per()));
    BigDecimal amount = new BigDecimal(plain * period).round(new MathContext(4, RoundingMode.DOWN));
    return new Rate(amount.stripTrailingZeros(), volume.expected().per()).canonical();
  }

  /** Whether it is more, by more than what binary fractions of decimal numbers differ by. */
  private static boolean exceeds(double one, double other) {
    return one > other * (1 + ROUNDING);
  }

  /** The time that a step needs for its requests. */
  private static Duration needed(Deploy.Strategy strategy, double rate, Hold step) {
    double perSecond = rate * Math.max(1e-9, step.share().share());
    long seconds = (long) Math.ceil(strategy.minRequests() / perSecond * (1 - ROUNDING));
    while (exceeds(strategy.minRequests(), perSecond * seconds)) {
      seconds++;
    }
    return Duration.ofSeconds(seconds);
  }

  private static boolean partial(Hold step) {
    return step.share().share() < 1;
  }

  /** Rule 4: a step that lasts longer than it says. */
  static List<Finding> requests(Answers all) {
    Deploy.Strategy s = all.get(Deploy.Strategy.class);
    double rate = rate(all);
    if (rate <= 0) {
      return List.of();
    }
    Predicate<Hold> slow =
        step ->
            partial(step)
                && exceeds(s.minRequests(), rate * step.share().share() * step.hold().toSeconds());
    Patch longer =
        steps(s.steps(all), step -> slow.test(step) ? needed(s, rate, step) : step.hold());
    return s.steps(all).stream()
        .filter(slow)
        .map(step -> {
          String need = Rules.words(needed(s, rate, step));
          return new Finding(
              4,
              Level.WARN,
              List.of("deploy.strategy", "serving.volume"),
              "%d requests at %s %% need %s, not %s; the step will last %s."
                  .formatted(
                      s.minRequests(),
                      Bound.number(100 * step.share().share()),
                      need,
                      Rules.words(step.hold()),
                      need),
              "Hold the step for %s or lower min_requests.".formatted(need),
              List.of(longer));
        })
        .toList();
  }

  private static Patch steps(List<Hold> steps, java.util.function.Function<Hold, Duration> hold) {
    ArrayNode list = Json.mapper().createArrayNode();
    for (Hold step : steps) {
      ObjectNode one = list.addObject();
      one.set("share", Json.tree(step.share()));
      one.put("hold", Scalars.write(hold.apply(step)));
    }
    return new Patch("deploy.strategy.steps", list);
  }

  /** Rule 12: a step that can burn the month's error budget by itself. */
  static List<Finding> budget(Answers all) {
    Deploy.Strategy s = all.get(Deploy.Strategy.class);
    double rate = rate(all);
    double allowed = 1 - all.get(Serving.Mode.class).online().availability().share();
    double budget = allowed * rate * BUDGET_SECONDS;
    if (rate <= 0) {
      return List.of();
    }
    Predicate<Hold> burns =
        step ->
            partial(step) && exceeds(rate * step.share().share() * step.hold().toSeconds(), budget);
    Patch shorter =
        steps(
            s.steps(all),
            step ->
                burns.test(step)
                    ? Duration.ofSeconds(
                        (long) Math.floor(allowed * BUDGET_SECONDS / step.share().share()))
                    : step.hold());
    return s.steps(all).stream()
        .filter(burns)
        .map(step ->
            new Finding(
                12,
                Level.WARN,
                List.of("deploy.strategy", "serving.mode"),
                "Step %s %% for %s alone can burn the 30-day budget (%s errors) with its %s requests."
                    .formatted(
                        Bound.number(100 * step.share().share()),
                        Rules.words(step.hold()),
                        Bound.number(Math.floor(budget)),
                        Bound.number(
                            Math.floor(rate * step.share().share() * step.hold().toSeconds()))),
                "Shorten the step to %s, or release by smaller shares."
                    .formatted(
                        Rules.words(
                            Duration.ofSeconds(
                                (long)
                                    Math.floor(allowed * BUDGET_SECONDS / step.share().share())))),
                List.of(shorter)))
        .toList();
  }

  /** Rule 15: promised sooner than checks, runs, stages and steps allow. */
  static List<Finding> leadTime(Answers all, Facts facts) {
    Duration promised = all.get(Deploy.LeadTime.class).target();
    Deploy.Strategy strategy = all.get(Deploy.Strategy.class);
    Duration stages = all.get(Develop.Experimentation.class).duration();
    double rate = rate(all);
    Duration holds = Duration.ZERO;
    for (Hold step : strategy.steps(all)) {
      Duration needed = rate > 0 && partial(step) ? needed(strategy, rate, step) : Duration.ZERO;
      holds = holds.plus(step.hold().compareTo(needed) > 0 ? step.hold() : needed);
    }
    List<String> parts = new ArrayList<>();
    facts.ci().ifPresent(time -> parts.add("checks " + Rules.words(time)));
    facts.run().ifPresent(time -> parts.add("training " + Rules.words(time)));
    parts.add("stages " + Rules.words(stages));
    parts.add("holds " + Rules.words(holds));
    Duration sum =
        stages
            .plus(holds)
            .plus(facts.ci().orElse(Duration.ZERO))
            .plus(facts.run().orElse(Duration.ZERO));
    List<String> questions = List.of("deploy.lead_time", "deploy.strategy");
    if (sum.compareTo(promised) > 0) {
      String least = Rules.words(sum);
      return List.of(
          new Finding(
              15,
              Rules.level(all, "deploy.lead_time", "deploy.strategy", "deploy.lead_time.target"),
              questions,
              "%s promised, at least %s needed: %s."
                  .formatted(Rules.words(promised), least, String.join(", ", parts)),
              "Promise %s or shorten the steps.".formatted(least),
              List.of(Rules.patch("deploy.lead_time.target", Scalars.write(sum)))));
    }
    if (facts.ci().isPresent() && facts.run().isPresent()) {
      return List.of();
    }
    return List.of(
        Rules.unknown(
            15,
            questions,
            "%s promised; %s are within it, how long %s unknown."
                .formatted(
                    Rules.words(promised),
                    String.join(", ", parts),
                    facts.ci().isPresent()
                        ? "training takes is"
                        : facts.run().isPresent()
                            ? "the checks take is"
                            : "checks and training take is")));
  }
}
