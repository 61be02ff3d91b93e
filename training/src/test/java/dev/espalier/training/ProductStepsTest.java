package dev.espalier.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Row;
import dev.espalier.data.Split;
import dev.espalier.evaluation.GateResult;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProductStepsTest {
  @TempDir private Path folder;
  private TestPipeline pipeline;

  @BeforeEach
  void open() {
    pipeline = new TestPipeline(folder);
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  private void data(int from, int to) {
    pipeline.datasets.addRows(TestPipeline.DATASET, TestPipeline.rows(from, to), 0);
  }

  @Test
  void two_hundred_rows_become_a_registered_challenger() {
    data(0, 200);
    Registered registered = pipeline.run(TestPipeline.canvas(), "first");

    ModelVersion version =
        pipeline.registry.version(TestPipeline.PRODUCT, registered.version().orElseThrow());
    assertThat(version.rung()).isEqualTo("linear");
    assertThat(version.metrics()).containsKeys("macro_f1", "false_spam");
    assertThat(version.meta())
        .containsKeys("data_snapshot", "split", "trained_through", "seed", "code", "labels");
    assertThat(pipeline.registry.alias(TestPipeline.PRODUCT, Registry.CHALLENGER))
        .map(ModelVersion::version)
        .contains(version.version());
    try (Engine engine = new Bundles(pipeline.artifacts).load(version.bundle())) {
      assertThat(engine.score(List.of("win free money")).getFirst()[1]).isGreaterThan(0.5);
    }
  }

  @Test
  void the_verdict_is_one_sentence_and_every_rung_has_a_row() {
    data(0, 600);
    pipeline.run(TestPipeline.canvas(), "first");
    Evaluated evaluated = pipeline.output("evaluate", Evaluated.class);

    assertThat(evaluated.verdict().sentence()).startsWith("bag_of_words reaches macro_f1");
    assertThat(evaluated.rungs()).extracting(RungScore::id).contains("majority", "bag_of_words");
    assertThat(evaluated.candidate().slices()).containsKeys("half=even", "half=odd");
    assertThat(evaluated.baseline()).contains("majority");
    assertThat(evaluated.champion()).isEmpty();
  }

  @Test
  void registering_again_changes_nothing() {
    data(0, 200);
    CanvasVersion canvas = TestPipeline.canvas();
    Registered first = pipeline.run(canvas, "first");
    Registered again = pipeline.step(canvas, "first", "run_1", new RegisterStep(pipeline.registry));

    assertThat(again).isEqualTo(first);
    assertThat(pipeline.registry.versions(TestPipeline.PRODUCT)).hasSize(1);
    assertThat(pipeline.registry.aliasHistory(TestPipeline.PRODUCT)).hasSize(1);
  }

  @Test
  void a_failed_gate_registers_nothing_and_says_which() {
    data(0, 200);
    Spec.Gate impossible =
        new Spec.Gate(
            "macro_f1", Spec.Op.ABOVE, 1, Spec.Versus.ABSOLUTE, Optional.empty(), 1, "block", true);
    Registered registered = pipeline.run(TestPipeline.canvas(impossible), "first");

    assertThat(registered.version()).isEmpty();
    assertThat(registered.reason()).contains("macro_f1");
    assertThat(pipeline.registry.versions(TestPipeline.PRODUCT)).isEmpty();
  }

  @Test
  void a_retraining_meets_the_champion_on_rows_new_to_both() {
    data(0, 200);
    Registered first = pipeline.run(TestPipeline.canvas(), "first");
    Split trained = split();
    champion(first);
    data(200, 320);
    Registered second = pipeline.run(TestPipeline.canvas(versusChampion()), "decay");
    Split parts = split();

    assertThat(parts.test())
        .isNotEmpty()
        .doesNotContainAnyElementsOf(trained.train())
        .doesNotContainAnyElementsOf(trained.valid())
        .doesNotContainAnyElementsOf(parts.train());
    Evaluated evaluated = pipeline.output("evaluate", Evaluated.class);
    assertThat(evaluated.championVersion()).isEqualTo(first.version());
    assertThat(evaluated.champion()).isPresent();
    assertThat(pipeline.gates().results())
        .filteredOn(row -> row.versus() == Spec.Versus.CHAMPION)
        .extracting(GateResult::n)
        .containsExactly((long) parts.test().size());
    assertThat(second.reason()).isNotBlank();
  }

  @Test
  void rows_that_the_champion_was_trained_on_never_test_it() {
    data(0, 200);
    champion(pipeline.run(TestPipeline.canvas(), "first"));
    data(200, 212);
    pipeline.run(TestPipeline.canvas(), "decay");
    SplitParts parts = pipeline.output("split", SplitParts.class);

    // A fifth of 212 rows would be 42; the champion was trained on rows 0 to 159.
    assertThat(parts.moved()).isZero();
    assertThat(parts.test()).isBetween(40L, 52L);
  }

  @Test
  void a_test_part_that_the_champion_knows_wholly_stops_the_run() {
    data(0, 200);
    champion(pipeline.run(TestPipeline.canvas(), "first"));
    Spec.Split random = new Spec.Split("random", 0.96, 0, 0.04, 1);

    assertThatThrownBy(() -> pipeline.run(only(random), "manual"))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("new to the champion");
  }

  @Test
  void a_retraining_reads_its_data_window_and_the_first_run_everything() {
    data(0, 200);
    Spec.Retrain retrain =
        new Spec.Retrain(List.of("decay"), Duration.ofHours(99), Duration.ofDays(1), 3, "champion");

    pipeline.run(TestPipeline.canvas(retrain), "first");
    assertThat(pipeline.output("ingest", Ingested.class).used()).isEqualTo(200);

    pipeline.run(TestPipeline.canvas(retrain), "decay");
    assertThat(pipeline.output("ingest", Ingested.class).used()).isEqualTo(100);
  }

  @Test
  void what_is_older_than_the_retention_is_never_trained_on() {
    data(0, 200);
    Spec.Dataset brief =
        new Spec.Dataset(
            TestPipeline.DATASET,
            "training",
            "text,label",
            Duration.ofDays(7),
            Duration.ofHours(49),
            Duration.ofDays(2));

    pipeline.run(only(brief), "first");

    assertThat(pipeline.output("ingest", Ingested.class).rows()).isEqualTo(200);
    assertThat(pipeline.output("ingest", Ingested.class).used()).isEqualTo(50);
  }

  @Test
  void a_run_reads_the_rows_of_the_dataset_that_the_canvas_names() {
    data(0, 200);
    pipeline.datasets.addRows("others", TestPipeline.rows(200, 360), 0);
    Spec.Dataset others =
        new Spec.Dataset(
            "others",
            "training",
            "text,label",
            Duration.ofDays(7),
            Duration.ofDays(365),
            Duration.ofDays(2));

    pipeline.run(only(others), "first");

    assertThat(pipeline.output("ingest", Ingested.class).dataset()).isEqualTo("others");
    assertThat(pipeline.output("ingest", Ingested.class).rows()).isEqualTo(160);
  }

  @Test
  void data_with_one_label_stop_before_training() {
    pipeline.datasets.addRows(
        TestPipeline.DATASET,
        TestPipeline.rows(0, 60).stream()
            .filter(row -> row.label().equals(Optional.of("ham")))
            .toList(),
        0);

    assertThatThrownBy(() -> pipeline.run(TestPipeline.canvas(), "first"))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("at least two labels");
    assertThat(pipeline.outputs).doesNotContainKey("train");
  }

  @Test
  void rows_without_a_label_are_left_out() {
    data(0, 200);
    Row unlabelled =
        new Row(
            "new",
            TestPipeline.rows(200, 201).getFirst().at(),
            "who knows",
            Optional.empty(),
            java.util.Map.of());
    pipeline.datasets.addRows(TestPipeline.DATASET, List.of(unlabelled), 0);
    pipeline.run(TestPipeline.canvas(), "first");

    assertThat(pipeline.output("ingest", Ingested.class).rows()).isEqualTo(201);
    assertThat(pipeline.output("prepare", Prepared.class).rows()).isEqualTo(200);
  }

  @Test
  void probes_follow_what_the_steps_read_outside() {
    data(0, 200);
    CanvasVersion canvas = TestPipeline.canvas();
    String before = new IngestStep(pipeline.datasets).probe(canvas);
    String noChampion = new SplitStep(pipeline.datasets, pipeline.registry).probe(canvas);
    champion(pipeline.run(canvas, "first"));
    data(200, 210);

    assertThat(new IngestStep(pipeline.datasets).probe(canvas)).isNotEqualTo(before);
    assertThat(new SplitStep(pipeline.datasets, pipeline.registry).probe(canvas))
        .isNotEqualTo(noChampion);
    assertThat(new EvaluateStep(pipeline.registry, pipeline.registered).probe(canvas)).isNotBlank();
  }

  @Test
  void the_champion_proves_its_data_were_checked() {
    data(0, 200);
    CanvasVersion canvas = TestPipeline.canvas();
    TrainingEvidence evidence = new TrainingEvidence(pipeline.registry);
    java.time.Instant now = TestPipeline.rows(200, 201).getFirst().at();
    assertThat(evidence.observe(TestPipeline.PRODUCT, canvas, now)).isEmpty();

    Registered registered = pipeline.run(canvas, "first");
    champion(registered);

    assertThat(evidence.observe(TestPipeline.PRODUCT, canvas, now))
        .singleElement()
        .satisfies(observation -> {
          assertThat(observation.clause()).isEqualTo("leakage");
          assertThat(observation.pass()).contains(true);
          assertThat(observation.n()).isEqualTo(200);
        });
    assertThat(
            TrainingEvidence.trainedThrough(
                pipeline.registry.version(
                    TestPipeline.PRODUCT, registered.version().orElseThrow())))
        .contains(TestPipeline.rows(159, 160).getFirst().at());
  }

  @Test
  void missing_metadata_refuse_the_registration() {
    data(0, 200);
    Spec.RegistryPolicy strict =
        new Spec.RegistryPolicy(true, Set.of("signed_by_the_king"), "semver", Set.of());

    assertThatThrownBy(() -> pipeline.run(only(strict), "first"))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("signed_by_the_king");
  }

  /** The test canvas with one specification in place of that of its kind. */
  private static CanvasVersion only(Spec spec) {
    return TestPipeline.withLastOf(TestPipeline.canvas(spec), spec.getClass());
  }

  private static Spec.Gate versusChampion() {
    return new Spec.Gate(
        "macro_f1",
        Spec.Op.AT_LEAST,
        0.5,
        Spec.Versus.CHAMPION,
        Optional.empty(),
        1,
        "extend",
        true);
  }

  private void champion(Registered registered) {
    pipeline.registry.moveAlias(
        TestPipeline.PRODUCT,
        Registry.CHAMPION,
        Optional.empty(),
        registered.version().orElseThrow(),
        "test",
        "released");
  }

  private Split split() {
    SplitParts parts = pipeline.output("split", SplitParts.class);
    return Json.read(pipeline.artifacts.read(parts.split()), Split.class);
  }
}
