package dev.espalier.monitoring;

import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.ProductClocks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What people do with incidents: acknowledge them, put them off, end them, and say whether they
 * were worth the interruption. Each act is one transaction and a note in the incident's trace.
 */
final class IncidentDesk {
  private static final int MAX_REASON = 1000;
  private static final Duration LONGEST_SNOOZE = Duration.ofDays(30);
  private final IncidentStore incidents;
  private final ProductClocks clocks;
  private final InstantSource machine;
  private final Events events;

  IncidentDesk(
      IncidentStore incidents, ProductClocks clocks, InstantSource machine, Events events) {
    this.incidents = incidents;
    this.clocks = clocks;
    this.machine = machine;
    this.events = events;
  }

  /** Who acts, on which incident of which product, and why. */
  record Act(String product, String incident, String by, Optional<String> reason) {
    Act {
      if (reason.isPresent() && (reason.get().isBlank() || reason.get().length() > MAX_REASON)) {
        throw EspalierException.invalidField(
            "reason",
            "length",
            "A reason has 1 to %d characters.".formatted(MAX_REASON),
            Optional.empty());
      }
    }

    private String words(String what) {
      return what + " by " + by + reason.map(why -> ": " + why).orElse("") + ".";
    }
  }

  /**
   * Says that somebody has seen it; nobody else is called any more. On a resolved incident, and a
   * second time, it gives or changes the verdict only.
   */
  Incident acknowledge(Act act, Optional<Worth> worth) {
    Incident before = find(act);
    Instant now = clocks.now(act.product());
    incidents.acknowledge(
        before.id(), now, act.by(), worth, note(act, "Acknowledged" + as(worth), now));
    return told(act);
  }

  /**
   * Calls nobody for a while.
   *
   * @throws EspalierException INVALID when {@code until} is not ahead, or more than 30 days;
   *     CONFLICT on a resolved incident
   */
  Incident snooze(Act act, Instant until) {
    Incident before = unresolved(act);
    Instant now = clocks.now(act.product());
    if (!until.isAfter(now) || until.isAfter(now.plus(LONGEST_SNOOZE))) {
      throw EspalierException.invalidField(
          "until",
          "range",
          "An incident is put off to a time after %s, at most 30 days ahead.".formatted(now),
          Optional.of(now.plus(Duration.ofHours(4)).toString()));
    }
    Instant wake = machine.instant().plus(Duration.between(now, until));
    incidents.snooze(before.id(), until, wake, note(act, "Put off until %s".formatted(until), now));
    return told(act);
  }

  /**
   * Ends an incident by a person's decision. Its alerts end with it; the same breach, as long as it
   * lasts, opens no other, and starts no retraining.
   *
   * @throws EspalierException CONFLICT on a resolved incident
   */
  Incident resolve(Act act, Worth worth) {
    Incident before = unresolved(act);
    Instant now = clocks.now(act.product());
    incidents.resolve(
        before.id(), now, act.by(), worth, note(act, "Resolved" + as(Optional.of(worth)), now));
    return told(act);
  }

  private static String as(Optional<Worth> worth) {
    return worth.map(each -> " as " + each.name().toLowerCase(Locale.ROOT)).orElse("");
  }

  private Incident.TraceEntry note(Act act, String what, Instant now) {
    String words = act.words(what);
    String key = act.by() + ' ' + EventTime.text(machine.instant()) + ' ' + words;
    return new Incident.TraceEntry(now, "note", "act:" + Digest.of(key).brief(), words);
  }

  private Incident find(Act act) {
    return incidents
        .find(act.incident())
        .filter(incident -> incident.product().equals(act.product()))
        .orElseThrow(() ->
            EspalierException.notFound(
                "%s has no incident '%s'.".formatted(act.product(), act.incident())));
  }

  private Incident unresolved(Act act) {
    Incident incident = find(act);
    if (!incident.unresolved()) {
      throw EspalierException.conflict(
          "Incident %s was resolved at %s. Acknowledge it to give a verdict."
              .formatted(incident.id(), incident.resolvedAt().map(Instant::toString).orElse("")));
    }
    return incident;
  }

  private Incident told(Act act) {
    Incident after = find(act);
    events.publish(act.product(), "incident.updated", after);
    return after;
  }

  /**
   * How a product's incidents were answered.
   *
   * @param judged incidents that a person judged, rehearsals left out
   * @param actionable those of them that were worth it
   * @param meanToAcknowledge seconds of product time, over acknowledged incidents
   * @param meanToResolve seconds of product time, over resolved incidents
   */
  record Answered(
      long incidents,
      long acknowledged,
      long judged,
      long actionable,
      OptionalDouble meanToAcknowledge,
      OptionalDouble meanToResolve) {}

  static Answered answered(List<Incident> incidents) {
    List<Worth> worths =
        incidents.stream()
            .flatMap(incident -> incident.worth().stream())
            .filter(Worth::counts)
            .toList();
    return new Answered(
        incidents.size(),
        incidents.stream().filter(incident -> incident.acknowledgedAt().isPresent()).count(),
        worths.size(),
        worths.stream().filter(Worth.ACTIONABLE::equals).count(),
        incidents.stream()
            .flatMap(each -> each.acknowledgedAt().map(at -> seconds(each, at)).stream())
            .mapToDouble(Double::doubleValue)
            .average(),
        incidents.stream()
            .flatMap(each -> each.resolvedAt().map(at -> seconds(each, at)).stream())
            .mapToDouble(Double::doubleValue)
            .average());
  }

  private static double seconds(Incident incident, Instant at) {
    return Math.max(0, Duration.between(incident.openedAt(), at).toMillis() / 1000.0);
  }
}
