package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.monitoring.Incident.TraceEntry;
import dev.espalier.monitoring.RetrainDecision.Outcome;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Events;
import dev.espalier.platform.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What follows from a judged window: alerts, one incident per cause, decisions to retrain, and the
 * recognition that it is over. All ids are made of the window, so that a repeat changes nothing.
 */
final class Responder {
  private static final Duration WEEK = Duration.ofDays(7);
  private final WatchStore alerts;
  private final IncidentStore incidents;
  private final MonitoringConfig config;
  private final Events events;
  private final InstantSource machine;

  Responder(
      WatchStore alerts,
      IncidentStore incidents,
      MonitoringConfig config,
      Events events,
      InstantSource machine) {
    this.alerts = alerts;
    this.incidents = incidents;
    this.config = config;
    this.events = events;
    this.machine = machine;
  }

  /** One judged window of one monitor with its alert rule. */
  record Case(
      CanvasVersion canvas,
      String name,
      Spec.Monitor monitor,
      Spec.Alert rule,
      MonitorWindow window,
      double bound,
      Instant now) {
    String product() {
      return canvas.product();
    }

    String family() {
      return monitor.metric().orElse(monitor.type());
    }

    String id(String prefix) {
      String key = product() + '|' + name + '|' + window.to();
      return prefix + "_" + Digest.of(key).hex().substring(0, 24);
    }

    boolean matters() {
      return monitor.type().equals("performance_drop") || !rule.action().equals("none");
    }
  }

  AlertRule.Position respond(Case matter, AlertRule.Position before, AlertRule.Position next) {
    if (next.state() == AlertState.FIRING && before.state() != AlertState.FIRING) {
      fire(matter);
    }
    Optional<Incident> open = open(matter);
    if (open.isPresent() && over(matter, open.get(), next)) {
      recover(matter, open.get());
      return new AlertRule.Position(AlertState.RESOLVED, matter.window().to());
    }
    if (next.state() == AlertState.RESOLVED && before.state() == AlertState.FIRING) {
      resolveAlerts(matter);
    }
    if (next.state() == AlertState.FIRING && open.isPresent()) {
      consider(matter, open.get());
    }
    return next;
  }

  private Optional<Incident> open(Case matter) {
    return incidents.incidents(matter.product()).stream()
        .filter(incident -> incident.unresolved() && incident.cause().equals(matter.family()))
        .findFirst();
  }

  private void fire(Case matter) {
    MonitorWindow window = matter.window();
    Optional<String> held = held(matter);
    String words = sentence(matter) + held.map(why -> " " + why).orElse("");
    Optional<String> incident =
        matter.matters() ? Optional.of(incident(matter, words)) : Optional.empty();
    Alert alert =
        new Alert(
            matter.id("alert"),
            matter.product(),
            matter.name(),
            window.version(),
            held.isPresent() ? "warn" : severity(matter),
            "firing",
            matter.now(),
            Optional.empty(),
            window.value(),
            window.low(),
            window.high(),
            window.n(),
            matter.bound(),
            words,
            matter.rule().runbook(),
            incident,
            Alert.Purpose.LIVE);
    boolean quiet =
        silent(matter)
            || incident
                .flatMap(incidents::find)
                .map(known -> known.quiet(matter.now()))
                .orElse(false);
    alerts.fire(alert, quiet ? List.of() : called(alert, matter));
    incident.ifPresent(id -> trace(id, "alert", alert.id(), words, matter.now()));
    events.publish(matter.product(), "alert.fired", alert);
  }

  private static String severity(Case matter) {
    return matter.monitor().type().equals("prediction_drift") ? "warn" : matter.rule().severity();
  }

  /** Why a page is held to a warning: the week's pages are used up. */
  private Optional<String> held(Case matter) {
    if (!severity(matter).equals("page")) {
      return Optional.empty();
    }
    Instant week = matter.now().minus(WEEK);
    long pages =
        alerts.alerts(Optional.of(matter.product())).stream()
            .filter(alert -> alert.purpose() == Alert.Purpose.LIVE)
            .filter(alert -> alert.severity().equals("page") && alert.firedAt().isAfter(week))
            .filter(alert -> !alert.id().equals(matter.id("alert")))
            .count();
    return matter.canvas().specs(Spec.PageBudget.class).stream()
        .filter(budget -> pages >= budget.perWeek())
        .findFirst()
        .map(budget ->
            "Held to a warning: %d of %d pages of this week have been sent (monitoring.alerts.pages_per_week)."
                .formatted(pages, budget.perWeek()));
  }

  /** True while the rule asks for silence after its last alert. */
  private boolean silent(Case matter) {
    Optional<Duration> silence =
        matter.canvas().specs(Spec.AlertHandling.class).stream()
            .filter(handling -> handling.on().equals(matter.name()))
            .flatMap(handling -> handling.silence().stream())
            .findFirst();
    return silence.isPresent()
        && alerts.alerts(Optional.of(matter.product())).stream()
            .filter(alert -> alert.monitor().equals(matter.name()))
            .filter(alert -> !alert.id().equals(matter.id("alert")))
            .anyMatch(alert -> alert.firedAt().plus(silence.get()).isAfter(matter.now()));
  }

  /** One message now for each webhook of the route. */
  List<Outbox.Message> messages(Alert alert, List<String> route) {
    return route.contains("webhook")
        ? config.webhooks().stream()
            .map(hook ->
                message(alert.id(), alert, hook.toString(), machine.instant(), Optional.empty()))
            .toList()
        : List.of();
  }

  /** What a page wakes: everybody now, and again later unless somebody acknowledges. */
  private List<Outbox.Message> called(Alert alert, Case matter) {
    List<String> route = matter.rule().route();
    List<Outbox.Message> all = new ArrayList<>(messages(alert, route));
    if (alert.severity().equals("page") && alert.incidentId().isPresent()) {
      String incident = alert.incidentId().get();
      Instant later = machine.instant().plus(patience(matter.canvas(), matter.name()));
      List<String> receivers = new ArrayList<>(List.of(Outbox.INBOX));
      if (route.contains("webhook")) {
        config.webhooks().forEach(hook -> receivers.add(hook.toString()));
      }
      receivers.forEach(
          to -> all.add(message(incident + "_again", alert, to, later, Optional.of(incident))));
    }
    return all;
  }

  /** How long a page may stay without an answer: as the canvas says, else as this machine does. */
  private Duration patience(CanvasVersion canvas, String monitor) {
    return declared(canvas, monitor).orElse(config.escalateAfter());
  }

  private static Optional<Duration> declared(CanvasVersion canvas, String monitor) {
    return canvas.specs(Spec.AlertHandling.class).stream()
        .filter(handling -> handling.on().equals(monitor))
        .map(Spec.AlertHandling::escalate)
        .findFirst();
  }

  /**
   * Lets what waits to be escalated go out now where the product's clock says that nobody answered
   * in time: in a replay days pass in seconds.
   */
  void escalate(CanvasVersion canvas, Instant now) {
    for (Incident incident : incidents.incidents(canvas.product())) {
      boolean waits =
          incident.state().equals(Incident.OPEN)
              && incident.escalatedAt().isEmpty()
              && !incident.quiet(now);
      if (waits) {
        alerts.alerts(Optional.of(canvas.product())).stream()
            .filter(alert -> alert.incidentId().equals(Optional.of(incident.id())))
            .filter(alert -> alert.severity().equals("page"))
            .filter(alert ->
                declared(canvas, alert.monitor())
                    .filter(patience -> !alert.firedAt().plus(patience).isAfter(now))
                    .isPresent())
            .findFirst()
            .ifPresent(_ -> {
              escalated(incident, canvas, now);
              incidents.hasten(incident.id(), machine.instant());
            });
      }
    }
  }

  /** Says on the incident who is called now that nobody answered. */
  void escalated(Incident incident, CanvasVersion canvas, Instant now) {
    trace(
        incident.id(),
        "note",
        "escalated",
        "Nobody took it up in time; called again: %s.".formatted(second(canvas)),
        now);
  }

  /** The second in line: the model owner's deputy, else the members besides the owner. */
  private static String second(CanvasVersion canvas) {
    Optional<String> deputy =
        canvas.specs(Spec.ModelOwner.class).stream()
            .flatMap(owner -> owner.deputy().stream())
            .findFirst();
    Optional<Spec.Product> product = canvas.specs(Spec.Product.class).stream().findFirst();
    List<String> others =
        product.stream()
            .flatMap(one -> one.members().stream())
            .map(member -> member.split(":", 2)[0])
            .filter(user -> !user.equals(product.get().owner()))
            .toList();
    return deputy.orElseGet(() ->
        others.isEmpty()
            ? product.map(Spec.Product::owner).orElse("everybody") + ", who is alone"
            : String.join(", ", others));
  }

  private static Outbox.Message message(
      String key, Alert alert, String receiver, Instant at, Optional<String> incident) {
    return new Outbox.Message(
        key + "_" + Digest.of(receiver).hex().substring(0, 8),
        alert.product(),
        receiver,
        Json.write(alert),
        0,
        at,
        incident);
  }

  private String incident(Case matter, String words) {
    Optional<Incident> open = open(matter);
    if (open.isPresent()) {
      return open.get().id();
    }
    Incident incident =
        Incident.opened(
            matter.id("incident"),
            matter.product(),
            words,
            matter.family(),
            matter.window().version(),
            matter.now());
    incidents.open(incident);
    events.publish(matter.product(), "incident.opened", incident);
    return incident.id();
  }

  /** Over when all of the interval is on the good side again, on whichever version serves. */
  private static boolean over(Case matter, Incident incident, AlertRule.Position next) {
    MonitorWindow window = matter.window();
    if (window.verdict() == Verdict.INSUFFICIENT || window.verdict() == Verdict.ALERT) {
      return false;
    }
    if (window.version().equals(incident.version())) {
      return next.state() == AlertState.RESOLVED;
    }
    Spec.Op breach = matter.monitor().breach();
    return !breach.holds(window.high(), matter.bound())
        && !breach.holds(window.low(), matter.bound());
  }

  private void recover(Case matter, Incident incident) {
    MonitorWindow window = matter.window();
    Duration took = Duration.between(incident.openedAt(), matter.now());
    boolean byRelease = !window.version().equals(incident.version());
    String words =
        "%s is %s [%s, %s] with n = %d on version %s, %s after the incident opened%s."
            .formatted(
                matter.family(),
                number(window.value()),
                number(window.low()),
                number(window.high()),
                window.n(),
                window.version(),
                days(took),
                byRelease ? "" : ", without a new version");
    trace(incident.id(), byRelease ? "recovered" : "note", window.version(), words, matter.now());
    incidents.finished(
        "incident", incident.id(), byRelease ? Outcome.PROMOTED : Outcome.NOT_PROMOTED);
    incidents.resolve(incident.id(), matter.now());
    resolveAlerts(matter);
    incidents
        .find(incident.id())
        .ifPresent(after -> events.publish(matter.product(), "incident.updated", after));
  }

  private void resolveAlerts(Case matter) {
    if (alerts.resolve(matter.product(), matter.name(), matter.now()) > 0) {
      events.publish(matter.product(), "alert.resolved", matter.window());
    }
  }

  /** Records the answer to "retrain now?", also when it is no. */
  private void consider(Case matter, Incident incident) {
    Optional<Spec.Retrain> retrain = matter.canvas().specs(Spec.Retrain.class).stream().findFirst();
    if (!matter.rule().action().equals("retrain") || retrain.isEmpty()) {
      return;
    }
    settle(matter, incident, retrain.get());
    RetrainPolicy policy = new RetrainPolicy(retrain.get().cooldown(), retrain.get().maxFailures());
    List<RetrainDecision> history =
        incidents.decisions(matter.product()).stream()
            .filter(decision -> !decision.id().equals(matter.id("decision")))
            .toList();
    RetrainPolicy.Answer answer =
        !retrains(matter.canvas())
            ? new RetrainPolicy.Answer(
                false, "No: monitoring is not there for retraining (monitoring.required.purpose).")
            : matter.window().verdict() == Verdict.ALERT
                ? policy.decide(history, matter.now(), sentence(matter))
                : new RetrainPolicy.Answer(
                    false,
                    "No: the window to %s shows no breach (n = %d, %s)."
                        .formatted(
                            matter.window().to(), matter.window().n(), matter.window().verdict()));
    incidents.record(
        new RetrainDecision(
            matter.id("decision"),
            matter.product(),
            matter.now(),
            answer.fire(),
            matter.monitor().type().equals("performance_drop") ? "decay" : "drift",
            answer.reason(),
            incident.id(),
            alertOf(incident),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  private static boolean retrains(CanvasVersion canvas) {
    return canvas.specs(Spec.MonitoringPolicy.class).stream()
        .allMatch(policy -> policy.purpose().contains("retrain_trigger"));
  }

  private static String alertOf(Incident incident) {
    return incident.trace().stream()
        .filter(link -> link.kind().equals("alert"))
        .map(TraceEntry::ref)
        .reduce("", (_, later) -> later);
  }

  /** A new champion ended the retraining; so did a cooldown in which no rollout began. */
  private void settle(Case matter, Incident incident, Spec.Retrain retrain) {
    if (!matter.window().version().equals(incident.version())) {
      incidents.finished("incident", incident.id(), Outcome.PROMOTED);
      return;
    }
    for (RetrainDecision decision : incidents.decisions(matter.product())) {
      if (decision.outcome().isEmpty() && decision.startedAt().isPresent()) {
        Instant started = decision.startedAt().get();
        boolean rollout =
            incident.trace().stream()
                .anyMatch(link -> link.kind().equals("rollout") && !link.at().isBefore(started));
        if (!rollout && !matter.now().isBefore(started.plus(retrain.cooldown()))) {
          incidents.finished("run", decision.runId().orElse(""), Outcome.NOT_PROMOTED);
        }
      }
    }
  }

  private void trace(String incident, String kind, String ref, String words, Instant at) {
    boolean _ = incidents.trace(incident, new TraceEntry(at, kind, ref, words));
  }

  private static String sentence(Case matter) {
    MonitorWindow window = matter.window();
    return "%s of version %s is %s [%s, %s] with n = %d from %s to %s; the bound is %s."
        .formatted(
            matter.family(),
            window.version(),
            number(window.value()),
            number(window.low()),
            number(window.high()),
            window.n(),
            window.from().toString().substring(0, 10),
            window.to().toString().substring(0, 10),
            number(matter.bound()));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String days(Duration took) {
    return String.format(Locale.ROOT, "%.1f days", took.toMinutes() / 1440.0);
  }
}
