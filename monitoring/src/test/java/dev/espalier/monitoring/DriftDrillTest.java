package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rehearsals and replays: an alarm that cannot be raised, or is raised for nothing, is found. */
class DriftDrillTest {
  private static final Duration WEEK = Duration.ofDays(7);
  @TempDir Path folder;

  private static Spec.Monitor drift(double alert) {
    return new Spec.Monitor(
        "prediction_drift",
        Optional.empty(),
        Optional.of("psi"),
        "training",
        WEEK,
        100,
        OptionalDouble.of(0.1),
        alert,
        Spec.Op.ABOVE,
        false);
  }

  private World lived(CanvasVersion canvas) {
    World world = new World(folder, canvas, MonitoringConfig.defaults());
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 21 * 40; i++) {
      Instant at = World.START.plusSeconds(i * 2160L);
      String truth = random.nextInt(4) == 0 ? "spam" : "ham";
      String said = random.nextInt(50) == 0 ? "spam" : truth;
      world.monitoring.accept(World.answer("p" + i, at, said, "1.0.0"));
      world.monitoring.feedback("p" + i, truth, at, "person");
    }
    world.at(World.START.plus(Duration.ofDays(22)));
    world.tick();
    return world;
  }

  private static List<Observation> run(World world) {
    return new DriftDrill(world.monitoring)
        .run(World.PRODUCT, world.canvas, world.clocks.now(World.PRODUCT));
  }

  @Test
  void every_monitor_is_rehearsed_with_its_delay_its_false_alarms_and_its_history() {
    CanvasVersion canvas =
        World.with(World.canvas("auto", "full", List.of("inbox")), "prediction_psi", drift(0.2));
    try (World world = lived(canvas)) {
      List<Observation> seen = run(world);
      assertThat(seen).extracting(Observation::clause).containsExactly("injected", "false_alarms");
      Observation injected = seen.getFirst();
      assertThat(injected.pass()).contains(true);
      assertThat(injected.detail())
          .contains("false_spam_rise", "prediction_psi", "found after", "days of a window of 7.0");
      Observation alarms = seen.getLast();
      assertThat(alarms.n()).isEqualTo(400);
      assertThat(alarms.value().orElseThrow()).isLessThanOrEqualTo(0.05);
      assertThat(alarms.detail()).contains("false_spam_rise would have fired 0 times in");
      assertThat(world.monitoring.incidents(World.PRODUCT)).isEmpty();
    }
  }

  @Test
  void a_monitor_that_nothing_can_trip_fails_the_rehearsal() {
    CanvasVersion canvas =
        World.with(World.canvas("auto", "full", List.of("inbox")), "prediction_psi", drift(1e6));
    try (World world = lived(canvas)) {
      Observation injected = run(world).getFirst();
      assertThat(injected.pass()).contains(false);
      assertThat(injected.detail()).contains("prediction_psi").contains("missed");
    }
  }

  @Test
  void without_a_quiet_window_there_is_nothing_to_rehearse() {
    try (World world = new World(folder)) {
      assertThat(run(world)).isEmpty();
    }
  }

  @Test
  void a_back_test_counts_the_beginnings_of_alarms() {
    List<Verdict> verdicts =
        List.of(
            Verdict.OK,
            Verdict.ALERT,
            Verdict.ALERT,
            Verdict.WARN,
            Verdict.OK,
            Verdict.INSUFFICIENT,
            Verdict.ALERT,
            Verdict.OK);
    List<MonitorWindow> windows =
        IntStream.range(0, verdicts.size())
            .mapToObj(i ->
                new MonitorWindow(
                    World.START.plus(Duration.ofDays(i)),
                    World.START.plus(Duration.ofDays(i + 1)),
                    WindowState.FINAL,
                    "1",
                    100,
                    0,
                    0,
                    0,
                    verdicts.get(i),
                    Optional.empty()))
            .toList();
    assertThat(DriftDrill.fired(new AlertRule(Duration.ZERO), windows)).isEqualTo(2);
    assertThat(DriftDrill.fired(new AlertRule(Duration.ofDays(1)), windows))
        .as("one that must last a day")
        .isEqualTo(1);
    assertThat(DriftDrill.fired(new AlertRule(Duration.ofDays(3)), windows)).isZero();
  }

  /**
   * 200 stationary histories per monitor type: pages on no change stay within what the level of
   * 0.05 allows (binomial, 99.9 %: at most 21 of 200), and do not vanish when the floor is zero.
   */
  @Test
  void stationary_replays_alarm_no_more_often_than_the_level_allows() {
    SplittableRandom random = new SplittableRandom(17);
    Judge.Frame frame =
        new Judge.Frame(World.START, World.START.plus(WEEK), "1", WindowState.FINAL);
    int psi = 0;
    int performance = 0;
    for (int replay = 0; replay < 200; replay++) {
      List<PredictionView> reference = rows(random, 800, 0.05);
      List<PredictionView> current = rows(random, 300, 0.05);
      psi += Judge.drift(frame, drift(0), reference, current).verdict() == Verdict.ALERT ? 1 : 0;
      performance +=
          Judge.performance(frame, bounded(0.05), metric(), current, 0.05).verdict()
                  == Verdict.ALERT
              ? 1
              : 0;
    }
    assertThat(psi).isBetween(1, 21);
    assertThat(performance).isBetween(0, 13);
  }

  private static Spec.Monitor bounded(double alert) {
    return new Spec.Monitor(
        "performance_drop",
        Optional.of("false_spam"),
        Optional.empty(),
        "training",
        WEEK,
        60,
        OptionalDouble.empty(),
        alert,
        Spec.Op.ABOVE,
        false);
  }

  private static Spec.Metric metric() {
    return new Spec.Metric(
        "false_spam", "rate", "rate(pred=spam | actual=ham)", "down", true, List.of(), 50, 0.95);
  }

  private static List<PredictionView> rows(SplittableRandom random, int n, double wrong) {
    List<PredictionView> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      boolean spam = random.nextDouble() < wrong;
      double score = spam ? 0.5 + random.nextDouble() / 2 : random.nextDouble() / 2;
      rows.add(
          new PredictionView(
              "r" + i,
              World.PRODUCT,
              World.START.plusSeconds(i),
              Optional.of(spam ? "spam" : "ham"),
              new TreeMap<>(Map.of("ham", 1 - score, "spam", score)),
              "1",
              "champion",
              900,
              Optional.of("ham"),
              i));
    }
    return rows;
  }
}
