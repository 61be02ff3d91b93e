package dev.espalier.canvas;

import dev.espalier.canvas.Plan.Finding;
import dev.espalier.canvas.Plan.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The contradictions between answers that need no measurement. Pure functions of the answers. */
final class Rules {
  private Rules() {}

  static List<Finding> findings(Answers all) {
    List<Finding> found = new ArrayList<>();
    found.addAll(labels(all));
    staleness(all).ifPresent(found::add);
    found.addAll(requests(all));
    promotion(all).ifPresent(found::add);
    patience(all).ifPresent(found::add);
    causal(all).ifPresent(found::add);
    found.addAll(measurable(all));
    leadTime(all).ifPresent(found::add);
    return List.copyOf(found);
  }

  /** Rule 2: labels that come after the window has closed. */
  private static List<Finding> labels(Answers all) {
    Duration delay = all.get(Develop.Data.class).labeling().labelDelay();
    return all.get(Watching.Decay.class).detectors().stream()
        .filter(d -> d.labelled() && delay.compareTo(d.window()) > 0)
        .map(d ->
            finding(
                2,
                all,
                "data",
                "monitoring.decay",
                "Labels arrive after %s; window %s of '%s' will always be empty."
                    .formatted(Scalars.write(delay), Scalars.write(d.window()), d.id()),
                "Widen the window to %s or use est_performance."
                    .formatted(Scalars.write(delay.multipliedBy(2)))))
        .toList();
  }

  /** Rule 3. */
  private static Optional<Finding> staleness(Answers all) {
    Training.Schedule s = all.get(Training.Schedule.class);
    if (!s.scheduled()) {
      return Optional.empty();
    }
    Optional<Duration> period = Cadence.period(s.cadence());
    return period
        .filter(p -> s.maxStaleness().compareTo(p) < 0)
        .map(p ->
            finding(
                3,
                all,
                "ct.schedule",
                "ct.schedule",
                "Retraining every %s cannot keep data younger than %s."
                    .formatted(Scalars.write(p), Scalars.write(s.maxStaleness())),
                "Raise max_staleness to %s or run more often.".formatted(Scalars.write(p))));
  }

  /** Rule 4. */
  private static List<Finding> requests(Answers all) {
    Deploy.Strategy s = all.get(Deploy.Strategy.class);
    Optional<Serving.Volume> volume = all.find(Serving.Volume.class);
    if (volume.isEmpty() || volume.get().expected().perSecond() <= 0) {
      return List.of();
    }
    double rate = volume.get().expected().perSecond();
    return s.steps(all).stream()
        .filter(step ->
            step.share().share() < 1
                && s.minRequests() > rate * step.share().share() * step.hold().toSeconds())
        .map(step -> {
          Duration need =
              Duration.ofSeconds(
                  (long)
                      Math.ceil(s.minRequests() / (rate * Math.max(1e-9, step.share().share()))));
          return new Finding(
              4,
              Level.WARN,
              List.of("deploy.strategy", "serving.volume"),
              "%d requests at %s %% need %s, not %s; the step will last %s."
                  .formatted(
                      s.minRequests(),
                      Bound.number(100 * step.share().share()),
                      Scalars.write(need),
                      Scalars.write(step.hold()),
                      Scalars.write(need)),
              "Hold the step for %s or lower min_requests.".formatted(Scalars.write(need)));
        })
        .toList();
  }

  /** Rule 5. */
  private static Optional<Finding> promotion(Answers all) {
    boolean contradicts =
        all.get(Training.Schedule.class).autoPromote().equals("to_production")
            && all.get(Deploy.ReleasePolicy.class).fourEyes(all);
    return contradicts
        ? Optional.of(
            finding(
                5,
                all,
                "ct.schedule",
                "deploy.release_policy",
                "Automatic promotion and two-person approval exclude each other.",
                "Set auto_promote to to_canary, or four_eyes to no."))
        : Optional.empty();
  }

  /** Rule 10. */
  private static Optional<Finding> patience(Answers all) {
    Spec.Fallback f = all.get(Guards.Fallback.class).spec(all);
    Duration timeout = all.get(Serving.Mode.class).online().timeout();
    Duration sum =
        f.chain().stream()
            .map(Spec.FallbackRung::timeout)
            .reduce(f.primaryTimeout(), Duration::plus);
    return sum.compareTo(timeout) > 0
        ? Optional.of(
            finding(
                10,
                all,
                "serving.fallback",
                "serving.mode",
                "The chain may take %s; the caller gives up after %s."
                    .formatted(Scalars.write(sum), Scalars.write(timeout)),
                "Raise the timeout to %s or shorten the rungs.".formatted(Scalars.write(sum))))
        : Optional.empty();
  }

  /** Rule 11. */
  private static Optional<Finding> causal(Answers all) {
    Page.Model m = all.get(Page.Model.class);
    boolean sees = m.family().equals("decoder") && !m.causal();
    return sees
        ? Optional.of(
            finding(
                11,
                all,
                "model",
                "model",
                "A decoder must not see future tokens.",
                "Set arch.causal to yes."))
        : Optional.empty();
  }

  /** Rule 13. */
  private static List<Finding> measurable(Answers all) {
    Set<String> known = new HashSet<>();
    all.find(Develop.Metrics.class)
        .ifPresent(m -> m.metrics().forEach(each -> known.add(each.id())));
    return all.find(Intent.Objectives.class).stream()
        .flatMap(o -> o.objectives().stream())
        .filter(goal -> !known.contains(goal.metric()))
        .map(goal ->
            finding(
                13,
                all,
                "objectives",
                "metrics",
                "%s can never be measured: no such metric.".formatted(goal.metric()),
                "Add {id: %s} to metrics.".formatted(goal.metric())))
        .toList();
  }

  /** Rule 15, with what is known before anything ran: stages and holds. */
  private static Optional<Finding> leadTime(Answers all) {
    Deploy.LeadTime promised = all.get(Deploy.LeadTime.class);
    Deploy.Strategy strategy = all.get(Deploy.Strategy.class);
    Duration stages = all.get(Develop.Experimentation.class).duration();
    double rate = all.find(Serving.Volume.class).map(v -> v.expected().perSecond()).orElse(0.0);
    Duration holds = Duration.ZERO;
    for (Hold step : strategy.steps(all)) {
      Duration needed =
          rate > 0 && step.share().share() < 1
              ? Duration.ofSeconds(
                  (long)
                      Math.ceil(
                          strategy.minRequests() / (rate * Math.max(1e-9, step.share().share()))))
              : Duration.ZERO;
      holds = holds.plus(step.hold().compareTo(needed) > 0 ? step.hold() : needed);
    }
    Duration sum = stages.plus(holds);
    return sum.compareTo(promised.target()) > 0
        ? Optional.of(
            finding(
                15,
                all,
                "deploy.lead_time",
                "deploy.strategy",
                "%s promised, at least %s needed: stages %s, holds %s."
                    .formatted(
                        Scalars.write(promised.target()),
                        Scalars.write(sum),
                        Scalars.write(stages),
                        Scalars.write(holds)),
                "Promise %s or shorten the steps.".formatted(Scalars.write(sum))))
        : Optional.empty();
  }

  /** An error, or a warning where one of the two sides is an unconfirmed default. */
  private static Finding finding(
      int rule, Answers all, String one, String other, String message, String repair) {
    boolean confirmed = !all.given(one).set().isEmpty() && !all.given(other).set().isEmpty();
    return new Finding(
        rule,
        confirmed ? Level.ERROR : Level.WARN,
        one.equals(other) ? List.of(one) : List.of(one, other),
        message,
        repair);
  }
}
