package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.canvas.Plan.Finding;
import dev.espalier.canvas.Plan.Level;
import dev.espalier.platform.Json;
import dev.espalier.platform.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The contradictions between answers. Pure functions of the answers and of what is known; what is
 * not known gives {@link Level#UNKNOWN}, never a pass. Equality never contradicts. Each finding
 * offers a repair that removes it.
 */
final class Rules {
  private Rules() {}

  /** What can be said from the answers alone. */
  static List<Finding> findings(Answers all) {
    return findings(all, Facts.unknown());
  }

  static List<Finding> findings(Answers all, Facts facts) {
    List<Finding> found = new ArrayList<>();
    found.addAll(RolloutRules.capacity(all, facts));
    found.addAll(labels(all, facts));
    found.addAll(staleness(all));
    found.addAll(RolloutRules.requests(all));
    found.addAll(promotion(all));
    found.addAll(PlaceRules.accelerator(all, facts));
    found.addAll(PlaceRules.contracts(all, facts));
    found.addAll(PlaceRules.slices(all, facts));
    found.addAll(PlaceRules.residency(all, facts));
    found.addAll(patience(all));
    found.addAll(causal(all));
    found.addAll(RolloutRules.budget(all));
    found.addAll(measurable(all));
    found.addAll(hours(all));
    found.addAll(RolloutRules.leadTime(all, facts));
    return List.copyOf(found);
  }

  /**
   * The rules whose warnings a person has to confirm before the answers apply: those about
   * something the document states. A warning about a default that nobody confirmed is shown, and
   * there is nothing to confirm; one that the applied version gives as well was confirmed with it.
   *
   * @param applied the findings about the version that applies now, by the same facts
   */
  static List<Integer> toConfirm(Answers all, List<Finding> findings, List<Finding> applied) {
    return findings.stream()
        .filter(each -> each.level() == Level.WARN && !applied.contains(each))
        .filter(each -> each.patch().stream().anyMatch(patch -> stated(all, patch.path())))
        .map(Finding::rule)
        .distinct()
        .sorted()
        .toList();
  }

  /** Rule 2: labels that come after the window has closed. */
  private static List<Finding> labels(Answers all, Facts facts) {
    Duration declared = all.get(Develop.Data.class).labeling().labelDelay();
    List<Finding> found = new ArrayList<>();
    List<Watching.Detector> detectors = all.get(Watching.Decay.class).detectors();
    for (int i = 0; i < detectors.size(); i++) {
      Watching.Detector each = detectors.get(i);
      if (each.labelled()) {
        String path = "monitoring.decay.detectors[%d].window".formatted(i);
        late(all, facts, declared, each.window(), each.id(), path).ifPresent(found::add);
      }
    }
    Set<String> labelled = new HashSet<>();
    all.find(Develop.Metrics.class)
        .ifPresent(m ->
            m.metrics().stream()
                .filter(each -> each.kind().equals("ml") || each.kind().equals("fairness"))
                .forEach(each -> labelled.add(each.id())));
    List<Watching.Watched> watched = all.get(Watching.Ml.class).metrics();
    for (int i = 0; i < watched.size(); i++) {
      Watching.Watched each = watched.get(i);
      if (each.window().isPresent() && labelled.contains(each.metric())) {
        Duration delay = each.labelDelay().orElse(declared);
        String path = "monitoring.ml.metrics[%d].window".formatted(i);
        late(all, facts, delay, each.window().get(), each.metric(), path).ifPresent(found::add);
      }
    }
    return found;
  }

  private static Optional<Finding> late(
      Answers all, Facts facts, Duration declared, Duration window, String id, String path) {
    boolean byAnswer = declared.compareTo(window) > 0;
    Duration measured = facts.labelDelay().orElse(Duration.ZERO);
    if (!byAnswer && measured.compareTo(window) <= 0) {
      return Optional.empty();
    }
    Duration delay = measured.compareTo(declared) > 0 ? measured : declared;
    Duration wide = delay.multipliedBy(2);
    String watches = path.startsWith("monitoring.ml") ? "monitoring.ml" : "monitoring.decay";
    return Optional.of(
        new Finding(
            2,
            byAnswer ? level(all, "data", watches) : Level.WARN,
            List.of("data", watches),
            "Labels arrive after %s%s; window %s of '%s' will always be empty."
                .formatted(words(delay), byAnswer ? "" : ", as measured", words(window), id),
            "Widen the window to %s or use est_performance.".formatted(words(wide)),
            List.of(patch(path, Scalars.write(wide)))));
  }

  /** Rule 3. */
  private static List<Finding> staleness(Answers all) {
    Training.Schedule s = all.get(Training.Schedule.class);
    Optional<Duration> period = s.scheduled() ? Cadence.period(s.cadence()) : Optional.empty();
    return period
        .filter(p -> s.maxStaleness().compareTo(p) < 0)
        .map(p ->
            new Finding(
                3,
                level(all, "ct.schedule", "ct.schedule", "ct.schedule.max_staleness"),
                List.of("ct.schedule"),
                "Retraining every %s cannot keep data younger than %s."
                    .formatted(words(p), words(s.maxStaleness())),
                "Raise max_staleness to %s or run more often.".formatted(words(p)),
                List.of(patch("ct.schedule.max_staleness", Scalars.write(p)))))
        .stream()
        .toList();
  }

  /** Rule 5. */
  private static List<Finding> promotion(Answers all) {
    boolean contradicts =
        all.get(Training.Schedule.class).autoPromote().equals("to_production")
            && all.get(Deploy.ReleasePolicy.class).fourEyes(all);
    return contradicts
        ? List.of(
            new Finding(
                5,
                level(all, "ct.schedule", "deploy.release_policy"),
                List.of("ct.schedule", "deploy.release_policy"),
                "Automatic promotion and two-person approval exclude each other: auto_promote is to_production, four_eyes is yes, and there are %d members."
                    .formatted(all.members()),
                "Set auto_promote to to_canary, or four_eyes to no.",
                List.of(patch("ct.schedule.auto_promote", "to_canary"))))
        : List.of();
  }

  /** Rule 10. */
  private static List<Finding> patience(Answers all) {
    Spec.Fallback f = all.get(Guards.Fallback.class).spec(all);
    Duration timeout = all.get(Serving.Mode.class).online().timeout();
    Duration sum =
        f.chain().stream()
            .map(Spec.FallbackRung::timeout)
            .reduce(f.primaryTimeout(), Duration::plus);
    return sum.compareTo(timeout) > 0
        ? List.of(
            new Finding(
                10,
                level(all, "serving.fallback", "serving.mode", "serving.mode.online.timeout"),
                List.of("serving.fallback", "serving.mode"),
                "The chain may take %s; the caller gives up after %s."
                    .formatted(words(sum), words(timeout)),
                "Raise the timeout to %s or shorten the rungs.".formatted(words(sum)),
                List.of(patch("serving.mode.online.timeout", Scalars.write(sum)))))
        : List.of();
  }

  /** Rule 11. */
  private static List<Finding> causal(Answers all) {
    Page.Model m = all.get(Page.Model.class);
    boolean sees = m.family().equals("decoder") && !m.causal();
    return sees
        ? List.of(
            new Finding(
                11,
                level(all, "model", "model"),
                List.of("model"),
                "A decoder must not see future tokens: family is decoder, arch.causal is no.",
                "Set arch.causal to yes.",
                List.of(new Patch("model.arch.causal", Json.tree(true)))))
        : List.of();
  }

  /** Rule 13. */
  private static List<Finding> measurable(Answers all) {
    List<Develop.MetricAnswer> metrics =
        all.find(Develop.Metrics.class).map(Develop.Metrics::metrics).orElse(List.of());
    Set<String> pushed = new HashSet<>();
    all.find(Watching.Domain.class)
        .ifPresent(d -> d.metrics().forEach(each -> pushed.add(each.id())));
    List<Finding> found = new ArrayList<>();
    for (Intent.Goal goal : goals(all)) {
      int at = -1;
      for (int i = 0; i < metrics.size(); i++) {
        at = metrics.get(i).id().equals(goal.metric()) ? i : at;
      }
      if (at < 0) {
        found.add(withoutMetric(all, goal));
      } else if (!computed(metrics.get(at)) && !pushed.contains(goal.metric())) {
        String path = "metrics.metrics[%d].source".formatted(at);
        found.add(
            new Finding(
                13,
                level(all, "objectives", "metrics"),
                List.of("objectives", "metrics"),
                "%s can never be measured: the %s metric '%s' has no source."
                    .formatted(
                        goal.id().orElse(goal.metric()), metrics.get(at).kind(), goal.metric()),
                "Give it a source: push_api.",
                List.of(patch(path, "push_api"))));
      }
    }
    return found;
  }

  private static List<Intent.Goal> goals(Answers all) {
    return all.find(Intent.Objectives.class).map(Intent.Objectives::objectives).orElse(List.of());
  }

  /** The platform computes what rests on predictions and labels; the rest has to come in. */
  private static boolean computed(Develop.MetricAnswer metric) {
    return !Set.of("business", "cost").contains(metric.kind()) || metric.source().isPresent();
  }

  private static Finding withoutMetric(Answers all, Intent.Goal goal) {
    ArrayNode more =
        all.given("metrics").canonical().path("metrics").isArray()
            ? (ArrayNode) all.given("metrics").canonical().path("metrics").deepCopy()
            : Json.mapper().createArrayNode();
    ObjectNode metric = more.addObject().put("id", goal.metric());
    metric.put("primary", more.size() == 1);
    return new Finding(
        13,
        level(all, "objectives", "metrics"),
        List.of("objectives", "metrics"),
        "%s can never be measured: there is no metric '%s'."
            .formatted(goal.id().orElse(goal.metric()), goal.metric()),
        "Add {id: %s} to metrics.".formatted(goal.metric()),
        List.of(new Patch("metrics.metrics", more)));
  }

  /** Rule 14: nobody who may approve is at work while releases may begin. */
  private static List<Finding> hours(Answers all) {
    Deploy.ReleasePolicy policy = all.get(Deploy.ReleasePolicy.class);
    List<Page.Author> approvers =
        all.get(Page.Authors.class).authors().stream()
            .filter(each -> Role.of(each.role()).atLeast(Role.APPROVER))
            .toList();
    if (policy.approvals() == 0 || policy.windows().isEmpty() || approvers.isEmpty()) {
      return List.of();
    }
    List<String> work = approvers.stream().map(Page.Author::hours).distinct().toList();
    Optional<BitSet> open = WeekHours.of(policy.windows());
    Optional<BitSet> present = WeekHours.of(work);
    if (open.isEmpty() || present.isEmpty()) {
      return List.of(
          unknown(
              14,
              List.of("deploy.release_policy", "product.authors"),
              "A window or working hours cannot be read; write them as Mon-Thu 09:00-16:00 UTC."));
    }
    return open.get().intersects(present.get())
        ? List.of()
        : List.of(
            new Finding(
                14,
                level(all, "deploy.release_policy", "product.authors"),
                List.of("deploy.release_policy", "product.authors"),
                "Nobody may approve while releasing is allowed: windows %s, approvers at work %s."
                    .formatted(String.join(", ", policy.windows()), String.join(", ", work)),
                "Release while an approver is at work: %s.".formatted(work.getFirst()),
                List.of(
                    new Patch(
                        "deploy.release_policy.windows", Json.tree(List.of(work.getFirst()))))));
  }

  // ---- what the rules share ----

  /** An error, or a warning where one of the two sides is an unconfirmed default. */
  static Level level(Answers all, String one, String other) {
    boolean confirmed = !all.given(one).set().isEmpty() && !all.given(other).set().isEmpty();
    return confirmed ? Level.ERROR : Level.WARN;
  }

  /** The same; a warning as well where the field that the repair changes is such a default. */
  static Level level(Answers all, String one, String other, String repaired) {
    return stated(all, repaired) ? level(all, one, other) : Level.WARN;
  }

  /** Whether the document states the field that a path leads into. */
  private static boolean stated(Answers all, String path) {
    Question<?> question = Patch.question(path);
    String rest = path.substring(Math.min(path.length(), question.key().length() + 1));
    return all.given(question.key()).set().contains(rest.split("[.\\[]", 2)[0]);
  }

  static Finding unknown(int rule, List<String> questions, String message) {
    return new Finding(rule, Level.UNKNOWN, questions, message, "", List.of());
  }

  static Patch patch(String path, String value) {
    return new Patch(path, text(value));
  }

  private static JsonNode text(String value) {
    return Json.mapper().getNodeFactory().textNode(value);
  }

  /** A time as a person writes it: {@code 30d}, {@code 1h30m}, {@code 250ms}. */
  static String words(Duration time) {
    if (time.isZero()) {
      return "0s";
    }
    StringBuilder text = new StringBuilder();
    append(text, time.toDaysPart(), "d");
    append(text, time.toHoursPart(), "h");
    append(text, time.toMinutesPart(), "m");
    append(text, time.toSecondsPart(), "s");
    append(text, time.toMillisPart(), "ms");
    return text.toString();
  }

  private static void append(StringBuilder text, long amount, String unit) {
    if (amount != 0) {
      text.append(amount).append(unit);
    }
  }
}
