package dev.espalier.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.Observation;
import dev.espalier.data.CheckReport;
import dev.espalier.model.Bundles;
import dev.espalier.model.Signature;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import dev.espalier.registry.Registration;
import dev.espalier.registry.Registry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingEvidenceTest {
  @TempDir Path folder;

  private static List<Observation> observe(TestPipeline bench, long leakage) {
    Signature signature = new Signature(Signature.TEXT_CLASSIFICATION, List.of("ham", "spam"), 100);
    Digest bundle =
        new Bundles(bench.artifacts)
            .write(
                "majority",
                signature,
                Map.of(
                    Bundles.SHARES, "{\"ham\":0.8,\"spam\":0.2}".getBytes(StandardCharsets.UTF_8)),
                Map.of());
    CheckReport checks = new CheckReport(200, 0, leakage, 3, 0, Map.of("ham", 200L), List.of());
    bench.registry.register(
        new Registration(
            TestPipeline.PRODUCT,
            bundle,
            "run_1",
            Digest.of("rows"),
            "1.0.0",
            Digest.of("canvas"),
            "majority",
            signature,
            Json.tree("{}"),
            Json.tree("{}"),
            new TreeMap<>(),
            new TreeMap<>(Map.of(RegisterStep.CHECKS, Json.write(checks)))),
        "key");
    bench.registry.moveAlias(
        TestPipeline.PRODUCT, Registry.CHAMPION, Optional.empty(), "1.0.0", "ann", "first");
    return new TrainingEvidence(bench.registry)
        .observe(
            TestPipeline.PRODUCT, TestPipeline.canvas(), Instant.parse("2026-04-01T00:00:00Z"));
  }

  @Test
  void a_champion_that_was_tested_on_rows_of_its_training_fails_the_leakage() {
    try (TestPipeline bench = new TestPipeline(folder)) {
      Observation seen = observe(bench, 5).getFirst();
      assertThat(seen.clause()).isEqualTo("leakage");
      assertThat(seen.pass()).contains(false);
      assertThat(seen.detail()).startsWith("5 of 200 rows leak");
    }
  }

  @Test
  void a_champion_without_shared_rows_passes_the_leakage() {
    try (TestPipeline bench = new TestPipeline(folder)) {
      assertThat(observe(bench, 0).getFirst().pass()).contains(true);
    }
  }
}
