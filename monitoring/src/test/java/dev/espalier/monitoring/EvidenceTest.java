package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.Observation;
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
    return new MonitoringEvidence(world.monitoring, (_, _, _) -> Optional.of(0.02))
        .observe(World.PRODUCT, world.canvas, world.clocks.now(World.PRODUCT)).stream()
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
}
