package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.serving.InferenceRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceTest {
  @TempDir Path folder;

  private static void twoWeeks(World world) {
    for (int i = 0; i < 280; i++) {
      Instant at = World.START.plus(Duration.ofHours(i));
      world.at(at);
      world.monitoring.accept(
          World.answer("p" + i, at, i % 4 == 0 || i % 50 == 1 ? "spam" : "ham", "1.0.0"));
      world.monitoring.feedback("p" + i, i % 4 == 0 ? "spam" : "ham", at, "person");
    }
    world.at(World.START.plus(Duration.ofDays(14)));
    world.tick();
  }

  private static Map<String, Observation> observe(World world) {
    return observe(world, world.canvas);
  }

  private static Map<String, Observation> observe(World world, CanvasVersion canvas) {
    return new MonitoringEvidence(
            world.monitoring, (_, _, _) -> Optional.of(0.02), _ -> new java.util.TreeMap<>())
        .observe(World.PRODUCT, canvas, world.clocks.now(World.PRODUCT)).stream()
            .collect(
                Collectors.toMap(
                    seen -> seen.question() + " " + seen.clause(), Function.identity()));
  }

  @Test
  void says_nothing_before_anything_happened() {
    try (World world = new World(folder)) {
      assertThat(observe(world)).isEmpty();
    }
  }

  @Test
  void reports_each_clause_with_its_n() {
    try (World world = new World(folder)) {
      twoWeeks(world);

      Map<String, Observation> seen = observe(world);

      assertThat(seen)
          .containsKeys(
              "monitoring.required logged",
              "monitoring.required monitored",
              "monitoring.required evaluated",
              "monitoring.ml window:false_spam",
              "monitoring.ml window:macro_f1",
              "monitoring.ml pending",
              "monitoring.decay ran:false_spam_rise",
              "monitoring.alerts pages",
              "feedback coverage",
              "feedback join",
              "feedback delay",
              "feedback used_next",
              "metrics present:false_spam",
              "metrics gap",
              "evaluation online",
              "serving.mode p95",
              "serving.mode availability",
              "serving.fallback rate");
      Observation logged = seen.get("monitoring.required logged");
      assertThat(logged.value()).hasValue(1);
      assertThat(logged.n()).isEqualTo(280);
      assertThat(seen.get("serving.mode p95").value()).hasValue(0.9);
      assertThat(seen.get("metrics gap").detail()).contains("offline 0.020");
    }
  }

  @Test
  void the_drift_drill_finds_the_injected_shift_and_counts_false_alarms_without_touching_the_log() {
    try (World world = new World(folder)) {
      twoWeeks(world);
      MonitorView before = world.monitoring.view(World.PRODUCT);

      List<Observation> seen =
          new DriftDrill(world.monitoring)
              .run(World.PRODUCT, world.canvas, world.clocks.now(World.PRODUCT));

      assertThat(seen).extracting(Observation::clause).containsExactly("injected", "false_alarms");
      assertThat(seen.getFirst().pass()).contains(true);
      assertThat(seen.getLast().value().orElseThrow()).isLessThanOrEqualTo(0.05);
      assertThat(seen.getLast().n()).isEqualTo(200);
      assertThat(world.monitoring.view(World.PRODUCT)).isEqualTo(before);
      assertThat(world.monitoring.incidents(World.PRODUCT)).isEmpty();
    }
  }

  @Test
  void the_gap_between_offline_and_online_has_its_interval() {
    try (World world = new World(folder)) {
      twoWeeks(world);
      Observation gap = observe(world).get("metrics gap");
      assertThat(gap.pass()).contains(true);
      Observation.Interval interval = gap.interval().orElseThrow();
      assertThat(gap.value().orElseThrow()).isBetween(interval.low(), interval.high());
      assertThat(gap.detail()).contains("false_spam", "gap ");
    }
  }

  @Test
  void the_online_evaluation_is_as_old_as_its_last_window() {
    try (World world = new World(folder)) {
      twoWeeks(world);
      Instant end = world.clocks.now(World.PRODUCT);
      assertThat(observe(world).get("evaluation online").observedAt())
          .isBeforeOrEqualTo(end)
          .isAfter(end.minus(Duration.ofDays(2)));
    }
  }

  @Test
  void a_delay_counts_the_labels_that_still_wait() {
    try (World world = new World(folder)) {
      for (int i = 0; i < 100; i++) {
        world.monitoring.accept(World.answer("p" + i, World.START, "ham", "1.0.0"));
        if (i < 60) {
          world.monitoring.feedback("p" + i, "ham", World.START.plusSeconds(60), "person");
        }
      }
      world.at(World.START.plus(Duration.ofDays(1)));
      world.tick();
      Observation delay = observe(world).get("feedback delay");
      assertThat(delay.n()).isEqualTo(60);
      assertThat(delay.detail()).contains("half within 60 s", "40 of the newest 100 wait");
      assertThat(delay.detail()).contains("the labels that came");
    }
  }

  @Test
  void the_log_forgets_in_time_and_evidence_of_one_that_does_not_says_so() {
    try (World world = new World(folder)) {
      twoWeeks(world);
      assertThat(observe(world).get("monitoring.required retention").pass()).contains(true);

      CanvasVersion brief =
          World.with(
              World.without(world.canvas, Spec.InferenceLog.class),
              "log",
              new Spec.InferenceLog(1, "full", Duration.ofDays(9)));
      Observation late = observe(world, brief).get("monitoring.required retention");
      assertThat(late.pass()).contains(false);
      assertThat(late.detail()).contains("9 days may be kept");

      world.monitoring.evaluate(World.PRODUCT, brief);
      assertThat(observe(world, brief).get("monitoring.required retention").pass())
          .as("the next look forgets")
          .contains(true);
    }
  }

  @Test
  void answers_that_were_no_numbers_are_counted_and_low_confidence_is_not_among_them() {
    try (World world = new World(folder)) {
      twoWeeks(world);
      assertThat(observe(world).get("serving.fallback numbers").value()).hasValue(0);
      world.monitoring.accept(
          instead("n1", world.clocks.now(World.PRODUCT), "post_fail: a probability is not finite"));
      world.monitoring.accept(
          instead("n2", world.clocks.now(World.PRODUCT), "post_fail: confidence below the limit"));
      world.monitoring.accept(
          instead("n3", world.clocks.now(World.PRODUCT), "timeout: over 500 ms"));
      world.monitoring.flush();
      Observation seen = observe(world).get("serving.fallback numbers");
      assertThat(seen.n()).isEqualTo(283);
      assertThat(seen.value().orElseThrow()).isCloseTo(1 / 283.0, within(1e-9));
    }
  }

  private static InferenceRecord instead(String id, Instant at, String reason) {
    InferenceRecord plain = World.answer(id, at, "ham", "1.0.0");
    return new InferenceRecord(
        plain.predictionId(),
        plain.product(),
        plain.at(),
        plain.receivedAt(),
        plain.unit(),
        plain.text(),
        plain.label(),
        plain.probabilities(),
        plain.modelVersion(),
        plain.routedVersion(),
        plain.arm(),
        "baseline",
        Optional.of(reason),
        plain.latencyMicros(),
        plain.error(),
        plain.consumer(),
        plain.candidateWeight(),
        plain.attempts());
  }

  private World lasting() {
    return new World(
        folder,
        World.with(
            World.canvas("auto", "full", List.of("inbox")),
            "durability",
            new Spec.Durability("false_spam", Duration.ofDays(30), "retrain")),
        MonitoringConfig.defaults());
  }

  private static void weeks(World world, int weeks, double decayPerWeek) {
    java.util.SplittableRandom random = new java.util.SplittableRandom(6);
    world.monitoring.release(World.PRODUCT, "1.0.0", World.START);
    for (int i = 0; i < weeks * 300; i++) {
      Instant at = World.START.plus(Duration.ofSeconds(i * 7 * 86_400L / 300));
      String truth = i % 3 == 0 ? "spam" : "ham";
      boolean wrong = random.nextDouble() < 0.03 + decayPerWeek * (i / 300);
      String said = wrong == truth.equals("ham") ? "spam" : "ham";
      world.monitoring.accept(World.answer("w" + i, at, said, "1.0.0"));
      world.monitoring.feedback("w" + i, truth, at, "person");
    }
    world.at(World.START.plus(Duration.ofDays(7L * weeks + 3)));
    world.tick();
  }

  @Test
  void the_half_life_of_a_decaying_version_comes_from_its_weekly_metric() {
    try (World world = lasting()) {
      weeks(world, 8, 0.01);
      Observation seen = observe(world).get("registry.decay half_life");
      assertThat(seen.subject()).isEqualTo("1.0.0");
      // false_spam begins near 3 % and grows by 1 point a week: doubled after about three weeks.
      assertThat(seen.value().orElseThrow())
          .isBetween(
              (double) Duration.ofDays(7).toSeconds(), (double) Duration.ofDays(60).toSeconds());
      Observation.Interval interval = seen.interval().orElseThrow();
      assertThat(seen.value().orElseThrow()).isBetween(interval.low(), interval.high());
      assertThat(seen.detail()).contains("over 8 weeks");
    }
  }

  @Test
  void too_few_weeks_are_no_half_life() {
    try (World world = lasting()) {
      weeks(world, 3, 0.0);
      assertThat(observe(world)).doesNotContainKey("registry.decay half_life");
    }
  }

  @Test
  void the_value_of_a_thousand_answers_comes_from_the_declared_costs() {
    CanvasVersion canvas =
        World.with(
            World.canvas("auto", "full", List.of("inbox")),
            "costs",
            new Spec.Costs(
                Map.of(
                    "currency", "EUR", "ham->spam", "0.20", "spam->ham", "0.01", "correct", "0")));
    try (World world = new World(folder, canvas, MonitoringConfig.defaults())) {
      twoWeeks(world);
      Observation seen = observe(world).get("value value_per_1000");
      // 280 answers, of which 6 of 210 ham were called spam: -1.20 EUR in all.
      assertThat(seen.n()).isEqualTo(280);
      assertThat(seen.value().orElseThrow()).isCloseTo(-1.2 / 280 * 1000, within(1e-9));
      assertThat(seen.interval().orElseThrow().low()).isLessThan(seen.value().orElseThrow());
      assertThat(seen.detail()).startsWith("-4.29 EUR per 1,000 answers [");
    }
  }

  @Test
  void a_cost_falls_back_on_the_default_of_its_kind() {
    PredictionView wrong = labelled("ham", "spam");
    PredictionView right = labelled("ham", "ham");
    assertThat(ValueEvidence.cost(Map.of("ham->spam", "5.00 EUR"), wrong)).isEqualTo(5);
    assertThat(ValueEvidence.cost(Map.of("default_wrong", "0.5"), wrong)).isEqualTo(0.5);
    assertThat(ValueEvidence.cost(Map.of(), wrong)).isEqualTo(1);
    assertThat(ValueEvidence.cost(Map.of("default_wrong", "0.5"), right)).isZero();
    assertThat(ValueEvidence.cost(Map.of("correct", "-0.02"), right)).isEqualTo(-0.02);
  }

  private static PredictionView labelled(String actual, String given) {
    return new PredictionView(
        "p",
        World.PRODUCT,
        World.START,
        Optional.of(given),
        new java.util.TreeMap<>(Map.of("ham", 0.5, "spam", 0.5)),
        "1",
        "champion",
        1,
        Optional.of(actual),
        1);
  }
}
