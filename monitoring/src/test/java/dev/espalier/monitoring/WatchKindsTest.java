package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A resource of the canvas says otherwise, and what follows from the same days is otherwise. */
class WatchKindsTest {
  private static final Duration DAY = Duration.ofDays(1);
  @TempDir Path folder;

  private static CanvasVersion base() {
    return World.canvas("auto", "full", List.of("inbox"));
  }

  private static String monitor(CanvasVersion canvas) {
    return canvas.resources(Spec.Monitor.class).getFirst().name();
  }

  private World world(String name, CanvasVersion canvas) {
    Path own = folder.resolve(name);
    assertThat(own.toFile().mkdirs()).isTrue();
    return new World(own, canvas, MonitoringConfig.defaults());
  }

  /** Eight good days, eight bad ones. */
  private static void decay(World world) {
    for (int day = 0; day < 16; day++) {
      for (int i = 0; i < 40; i++) {
        Instant at = World.START.plus(DAY.multipliedBy(day)).plusSeconds(i * 600L);
        world.at(at);
        String id = "d%d-%d".formatted(day, i);
        world.monitoring.accept(
            World.answer(id, at, i < (day < 8 ? 1 : 16) ? "spam" : "ham", "1.0.0"));
        world.monitoring.feedback(id, "ham", at, "person");
      }
      world.at(World.START.plus(DAY.multipliedBy(day + 1)));
      world.tick();
    }
  }

  private static Alert alert(World world) {
    return world.monitoring.alerts(Optional.of(World.PRODUCT)).getFirst();
  }

  @Test
  void pages_beyond_the_weeks_budget_are_held_to_warnings_and_say_so() {
    try (World world = world("five", World.with(base(), "pages", new Spec.PageBudget(5)))) {
      decay(world);
      assertThat(alert(world).severity()).isEqualTo("page");
      assertThat(alert(world).text()).doesNotContain("Held to a warning");
    }
    try (World world = world("none", World.with(base(), "pages", new Spec.PageBudget(0)))) {
      decay(world);
      assertThat(alert(world).severity()).isEqualTo("warn");
      assertThat(alert(world).text()).contains("0 of 0 pages of this week have been sent");
      assertThat(world.monitoring.incidents(World.PRODUCT))
          .as("it is an incident all the same")
          .hasSize(1);
    }
  }

  @Test
  void retraining_is_decided_where_monitoring_is_there_for_it() {
    Spec.MonitoringPolicy all =
        new Spec.MonitoringPolicy(
            "mandatory", "optional", Set.of("degradation", "retrain_trigger"));
    try (World world = world("all", World.with(base(), "policy", all))) {
      decay(world);
      assertThat(world.monitoring.pending(World.PRODUCT)).isNotEmpty();
    }
    Spec.MonitoringPolicy only =
        new Spec.MonitoringPolicy("mandatory", "optional", Set.of("degradation"));
    try (World world = world("only", World.with(base(), "policy", only))) {
      decay(world);
      assertThat(world.monitoring.pending(World.PRODUCT)).isEmpty();
      assertThat(world.monitoring.decisions(World.PRODUCT))
          .isNotEmpty()
          .allSatisfy(no -> assertThat(no.reason()).contains("not there for retraining"));
    }
  }

  @Test
  void an_unanswered_page_is_called_again_after_the_patience_of_its_rule() {
    for (Duration patience : List.of(Duration.ofMinutes(15), Duration.ofDays(100))) {
      CanvasVersion canvas = base();
      Spec.AlertHandling handling =
          new Spec.AlertHandling(monitor(canvas), Optional.empty(), Optional.empty(), patience);
      try (World world = world("p" + patience.toDays(), World.with(canvas, "how", handling))) {
        decay(world);
        world.at(World.START.plus(DAY.multipliedBy(17)));
        world.tick();
        assertThat(
                world.monitoring.incidents(World.PRODUCT).getFirst().trace().stream()
                    .anyMatch(entry -> entry.ref().equals("escalated")))
            .as(patience.toString())
            .isEqualTo(patience.toDays() == 0);
      }
    }
  }

  private static List<Optional<Boolean>> loop(World world) {
    List<Observation> seen =
        new MonitoringEvidence(
                world.monitoring, (_, _, _) -> Optional.empty(), _ -> new java.util.TreeMap<>())
            .observe(World.PRODUCT, world.canvas, world.clocks.now(World.PRODUCT));
    return Stream.of("trace", "recovery", "helped")
        .map(clause ->
            seen.stream()
                .filter(one -> one.question().equals("monitoring.retrain"))
                .filter(one -> one.clause().equals(clause))
                .findFirst()
                .flatMap(Observation::pass))
        .toList();
  }

  @Test
  void a_loop_that_ended_with_its_run_is_no_trace_no_recovery_and_no_help() {
    try (World world = world("loop", base())) {
      decay(world);
      assertThat(loop(world)).as("nothing was retrained").containsOnly(Optional.empty());
      String incident = world.monitoring.incidents(World.PRODUCT).getFirst().id();
      Instant now = world.clocks.now(World.PRODUCT);
      world.monitoring.trace(incident, "run", "run-1", "Retraining started", now);
      assertThat(loop(world)).containsOnly(Optional.of(false));
      world.monitoring.trace(incident, "version", "1.1.0", "registered", now);
      world.monitoring.trace(incident, "rollout", "rol-1", "Rollout started", now);
      assertThat(loop(world)).containsOnly(Optional.of(false));
      world.monitoring.trace(incident, "recovered", "1.1.0", "It is good again", now);
      assertThat(loop(world)).containsOnly(Optional.of(true));
    }
  }
}
