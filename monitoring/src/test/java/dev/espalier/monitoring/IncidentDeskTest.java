package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Caller;
import dev.espalier.platform.EspalierException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people do with an incident, and what follows for alerts, escalations and evidence. */
class IncidentDeskTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Caller ANA = Caller.named("ana");
  @TempDir Path folder;

  /** Days of 40 ham, of which {@code wrong} are called spam; labels at once. */
  private static void days(World world, int from, int to, int wrong, String version) {
    for (int day = from; day < to; day++) {
      for (int i = 0; i < 40; i++) {
        Instant at = World.START.plus(DAY.multipliedBy(day)).plusSeconds(i * 600L);
        world.at(at);
        String id = "d%d-%d".formatted(day, i);
        world.monitoring.accept(World.answer(id, at, i < wrong ? "spam" : "ham", version));
        world.monitoring.feedback(id, "ham", at, "person");
      }
      world.at(World.START.plus(DAY.multipliedBy(day + 1)));
      world.tick();
    }
  }

  private static Incident broken(World world) {
    days(world, 0, 8, 1, "1.0.0");
    days(world, 8, 16, 16, "1.0.0");
    return world.monitoring.incidents(World.PRODUCT).getFirst();
  }

  private static Incident find(World world) {
    return world.monitoring.incidents(World.PRODUCT).getFirst();
  }

  @Test
  void one_cause_is_one_incident_however_long_it_lasts() {
    try (World world = new World(folder)) {
      Incident incident = broken(world);
      days(world, 16, 24, 16, "1.0.0");
      assertThat(world.monitoring.incidents(World.PRODUCT)).hasSize(1);
      assertThat(incident.state()).isEqualTo("open");
      assertThat(world.monitoring.alerts(Optional.of(World.PRODUCT))).hasSize(1);
    }
  }

  @Test
  void an_acknowledgement_names_who_and_why_and_a_verdict_may_follow_later() {
    try (World world = new World(folder)) {
      Incident incident = broken(world);

      Incident seen =
          world.monitoring.acknowledge(
              ANA, World.PRODUCT, incident.id(), Optional.empty(), Optional.of("I look into it"));
      assertThat(seen.state()).isEqualTo("acknowledged");
      assertThat(seen.acknowledgedAt()).contains(world.clocks.now(World.PRODUCT));
      assertThat(seen.worth()).isEmpty();
      assertThat(seen.trace().getLast().text()).isEqualTo("Acknowledged by ana: I look into it.");

      world.machine.advance(Duration.ofMinutes(3));
      Incident judged =
          world.monitoring.acknowledge(
              ANA, World.PRODUCT, incident.id(), Optional.of("Actionable"), Optional.empty());
      assertThat(judged.worth()).contains(Worth.ACTIONABLE);
      assertThat(judged.acknowledgedAt()).isEqualTo(seen.acknowledgedAt());
      assertThat(judged.trace()).hasSize(seen.trace().size() + 1);
    }
  }

  @Test
  void an_acknowledged_incident_still_recovers_by_itself_and_keeps_its_verdict() {
    try (World world = new World(folder)) {
      Incident incident = broken(world);
      world.monitoring.acknowledge(
          ANA, World.PRODUCT, incident.id(), Optional.of("actionable"), Optional.empty());
      days(world, 16, 26, 0, "1.1.0");
      Incident after = find(world);
      assertThat(after.state()).isEqualTo("resolved");
      assertThat(after.worth()).contains(Worth.ACTIONABLE);
      assertThat(after.has("recovered")).isTrue();
    }
  }

  @Test
  void what_a_person_resolves_stays_resolved_while_the_same_breach_lasts() {
    try (World world = new World(folder)) {
      Incident incident = broken(world);
      assertThat(world.monitoring.pending(World.PRODUCT)).isNotEmpty();
      Incident resolved =
          world.monitoring.resolve(
              ANA, World.PRODUCT, incident.id(), "noise", Optional.of("a test mailing"));
      assertThat(resolved.state()).isEqualTo("resolved");
      assertThat(resolved.worth()).contains(Worth.NOISE);
      assertThat(world.monitoring.pending(World.PRODUCT)).as("starts no retraining").isEmpty();
      assertThat(world.monitoring.alerts(Optional.of(World.PRODUCT)))
          .allSatisfy(alert -> assertThat(alert.state()).isEqualTo("resolved"));

      days(world, 16, 20, 16, "1.0.0");
      assertThat(world.monitoring.incidents(World.PRODUCT)).hasSize(1);

      days(world, 20, 32, 0, "1.0.0");
      days(world, 32, 42, 16, "1.0.0");
      assertThat(world.monitoring.incidents(World.PRODUCT))
          .as("a new breach after a recovery is a new incident")
          .hasSize(2);
    }
  }

  @Test
  void refuses_what_makes_no_sense_and_names_what_does() {
    try (World world = new World(folder)) {
      Incident incident = broken(world);
      Instant now = world.clocks.now(World.PRODUCT);
      assertThatThrownBy(() ->
              world.monitoring.acknowledge(
                  ANA, World.PRODUCT, incident.id(), Optional.of("usefull"), Optional.empty()))
          .hasMessageContaining("actionable, noise, expected, drill");
      assertThatThrownBy(() ->
              world.monitoring.acknowledge(
                  ANA, "another", incident.id(), Optional.empty(), Optional.empty()))
          .isInstanceOf(EspalierException.class)
          .hasMessageContaining("another has no incident");
      assertThatThrownBy(() ->
              world.monitoring.acknowledge(
                  ANA,
                  World.PRODUCT,
                  incident.id(),
                  Optional.empty(),
                  Optional.of("x".repeat(1001))))
          .hasMessageContaining("1 to 1000");
      assertThatThrownBy(() ->
              world.monitoring.snooze(ANA, World.PRODUCT, incident.id(), now, Optional.empty()))
          .hasMessageContaining("at most 30 days ahead");
      assertThatThrownBy(() ->
              world.monitoring.snooze(
                  ANA,
                  World.PRODUCT,
                  incident.id(),
                  now.plus(Duration.ofDays(31)),
                  Optional.empty()))
          .isInstanceOf(EspalierException.class);
      world.monitoring.resolve(ANA, World.PRODUCT, incident.id(), "expected", Optional.empty());
      assertThatThrownBy(() ->
              world.monitoring.resolve(
                  ANA, World.PRODUCT, incident.id(), "noise", Optional.empty()))
          .hasMessageContaining("was resolved at");
      assertThatThrownBy(() ->
              world.monitoring.snooze(
                  ANA, World.PRODUCT, incident.id(), now.plus(DAY), Optional.empty()))
          .hasMessageContaining("was resolved at");
      assertThat(find(world).worth()).contains(Worth.EXPECTED);
    }
  }

  @Test
  void a_page_that_nobody_acknowledges_is_called_again_once() {
    try (World world = new World(folder)) {
      Incident incident = broken(world);
      world.monitoring.deliver();
      assertThat(find(world).escalatedAt()).isEmpty();

      world.machine.advance(Duration.ofMinutes(16));
      world.monitoring.deliver();
      Optional<Instant> escalated = find(world).escalatedAt();
      assertThat(escalated).contains(world.machine.instant());

      world.machine.advance(Duration.ofHours(5));
      world.monitoring.deliver();
      assertThat(find(world).escalatedAt()).isEqualTo(escalated);
      assertThat(incident.escalatedAt()).isEmpty();
    }
  }

  @Test
  void an_acknowledged_page_is_not_called_again_and_a_snoozed_one_later() {
    try (World world = new World(folder)) {
      Incident incident = broken(world);
      Instant until = world.clocks.now(World.PRODUCT).plus(Duration.ofHours(2));
      Incident snoozed =
          world.monitoring.snooze(ANA, World.PRODUCT, incident.id(), until, Optional.of("lunch"));
      assertThat(snoozed.snoozedUntil()).contains(until);
      world.machine.advance(Duration.ofMinutes(60));
      world.monitoring.deliver();
      assertThat(find(world).escalatedAt()).as("put off").isEmpty();
      world.machine.advance(Duration.ofMinutes(61));
      world.monitoring.deliver();
      assertThat(find(world).escalatedAt()).isPresent();
    }
  }

  private static CanvasVersion patient(Duration escalate, Spec... more) {
    CanvasVersion canvas =
        World.with(
            World.canvas("auto", "full", List.of("inbox")),
            "false_spam_rise",
            new Spec.AlertHandling(
                "false_spam_rise", Optional.empty(), Optional.empty(), escalate));
    for (Spec spec : more) {
      canvas = World.with(canvas, spec.resourceKind(), spec);
    }
    return canvas;
  }

  @Test
  void the_canvas_says_how_long_a_page_may_wait() {
    CanvasVersion canvas = patient(Duration.ofDays(40));
    try (World world = new World(folder, canvas, MonitoringConfig.defaults())) {
      Incident _ = broken(world);
      world.machine.advance(Duration.ofHours(2));
      world.monitoring.deliver();
      assertThat(find(world).escalatedAt()).as("longer than this machine's default").isEmpty();
      world.machine.advance(Duration.ofDays(41));
      world.monitoring.deliver();
      assertThat(find(world).escalatedAt()).isPresent();
    }
  }

  @Test
  void on_the_clock_of_a_replay_the_second_in_line_is_called_in_time() {
    CanvasVersion canvas =
        patient(
            Duration.ofDays(30),
            new Spec.Product("mail", "ana", List.of("ana", "ben")),
            new Spec.ModelOwner("ana", Optional.of("bea")));
    try (World world = new World(folder, canvas, MonitoringConfig.defaults())) {
      Incident _ = broken(world);
      Instant fired = world.monitoring.alerts(Optional.of(World.PRODUCT)).getFirst().firedAt();
      world.at(fired.plus(Duration.ofDays(29)));
      world.tick();
      world.monitoring.deliver();
      assertThat(find(world).escalatedAt()).isEmpty();
      world.at(fired.plus(Duration.ofDays(31)));
      world.tick();
      world.monitoring.deliver();
      assertThat(find(world).escalatedAt()).isPresent();
      assertThat(find(world).trace())
          .anyMatch(link -> link.ref().equals("escalated") && link.text().contains("bea"));
    }
  }

  @Test
  void an_acknowledgement_withdraws_the_second_call() {
    try (World world = new World(folder)) {
      Incident incident = broken(world);
      world.monitoring.acknowledge(
          ANA, World.PRODUCT, incident.id(), Optional.empty(), Optional.empty());
      world.machine.advance(Duration.ofHours(1));
      world.monitoring.deliver();
      assertThat(find(world).escalatedAt()).isEmpty();
      assertThat(world.monitoring.outbox().count(World.PRODUCT, "withdrawn")).isEqualTo(1);
    }
  }

  @Test
  void precision_rests_on_judged_incidents_and_rehearsals_do_not_count() {
    Instant at = World.START;
    List<Incident> incidents =
        List.of(
            judged("a", at, Worth.ACTIONABLE, 600),
            judged("b", at, Worth.NOISE, 1200),
            judged("c", at, Worth.ACTIONABLE, 0),
            judged("d", at, Worth.EXPECTED, 0),
            judged("e", at, Worth.DRILL, 0),
            Incident.opened("f", "mail", "t", "c", "1", at));
    IncidentDesk.Answered answered = IncidentDesk.answered(incidents);
    assertThat(answered.incidents()).isEqualTo(6);
    assertThat(answered.acknowledged()).isEqualTo(5);
    assertThat(answered.judged()).isEqualTo(4);
    assertThat(answered.actionable()).isEqualTo(2);
    assertThat(answered.meanToAcknowledge()).hasValue(360);
    assertThat(answered.meanToResolve()).isEmpty();
  }

  private static Incident judged(String id, Instant opened, Worth worth, long seconds) {
    return new Incident(
        id,
        "mail",
        "t",
        "c",
        "1",
        "acknowledged",
        opened,
        Optional.empty(),
        Optional.of(opened.plusSeconds(seconds)),
        Optional.of("ana"),
        Optional.of(worth),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  @Test
  void the_precision_of_alerts_becomes_evidence_only_when_somebody_has_judged() {
    try (World world = new World(folder)) {
      Incident incident = broken(world);
      MonitoringEvidence evidence =
          new MonitoringEvidence(
              world.monitoring, (_, _, _) -> Optional.empty(), _ -> new java.util.TreeMap<>());
      assertThat(precision(world, evidence)).isEmpty();
      world.monitoring.resolve(ANA, World.PRODUCT, incident.id(), "actionable", Optional.empty());
      Observation seen = precision(world, evidence).orElseThrow();
      assertThat(seen.value()).hasValue(1);
      assertThat(seen.n()).isEqualTo(1);
      assertThat(seen.interval().orElseThrow().low()).isLessThan(0.5);
      assertThat(seen.detail()).contains("1 of 1 judged incidents were actionable");
    }
  }

  private static Optional<Observation> precision(World world, MonitoringEvidence evidence) {
    return evidence.observe(World.PRODUCT, world.canvas, world.clocks.now(World.PRODUCT)).stream()
        .filter(seen -> seen.clause().equals("precision"))
        .findFirst();
  }
}
