package dev.espalier.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Row;
import dev.espalier.model.Engine;
import dev.espalier.model.Signature;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Ids;
import dev.espalier.registry.Registry;
import dev.espalier.training.CiRun.Check;
import dev.espalier.training.CiRun.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContinuousIntegrationTest {
  @TempDir Path folder;
  private TestPipeline world;
  private final List<String> lint = new ArrayList<>();

  @BeforeEach
  void open() {
    world = new TestPipeline(folder);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private ContinuousIntegration checks() {
    return checks(Map.of("lint", _ -> List.copyOf(lint), "unit", _ -> List.of()));
  }

  private ContinuousIntegration checks(Map<String, Function<CanvasVersion, List<String>>> outside) {
    return new ContinuousIntegration(
        world.database,
        world.datasets,
        world.artifacts,
        world.clocks,
        world.events,
        new Ids(InstantSource.system(), new Random(5)),
        folder.resolve("scratch"),
        outside);
  }

  private static CanvasVersion canvas(String... checks) {
    return TestPipeline.canvas(
        new Spec.Ci(
            Set.of(checks), "builtin", Set.of("canvas_change"), Duration.ofMinutes(15), true));
  }

  private static final String[] ALL = {
    "lint",
    "unit",
    "data_contract",
    "train_smoke",
    "behavioural",
    "repro",
    "security_scan",
    "integration"
  };

  private void data(int rows) {
    world.datasets.addRows(TestPipeline.DATASET, TestPipeline.rows(0, rows), 0);
  }

  private static Check check(CiRun run, String name) {
    return run.checks().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void every_check_passes_on_sound_data_and_says_what_it_saw() {
    data(300);
    CiRun run = checks().run(canvas(ALL), 200);
    assertThat(run.checks()).extracting(Check::outcome).containsOnly(Outcome.PASSED);
    assertThat(run.checks()).extracting(Check::name).containsExactlyInAnyOrder(ALL);
    assertThat(run.green()).isTrue();
    assertThat(run.sample()).isEqualTo(200);
    assertThat(check(run, "train_smoke").detail()).contains("macro_f1").contains("majority");
    assertThat(check(run, "repro").detail()).contains("the same bundle");
  }

  @Test
  void only_what_the_canvas_asks_for_runs_and_without_an_answer_the_defaults() {
    data(120);
    assertThat(checks().run(canvas("security_scan"), 100).checks())
        .extracting(Check::name)
        .containsExactly("security_scan");
    assertThat(checks().run(TestPipeline.canvas(), 100).checks())
        .extracting(Check::name)
        .containsExactlyElementsOf(ContinuousIntegration.DEFAULT);
  }

  @Test
  void a_lint_problem_turns_it_red_and_is_quoted() {
    data(120);
    lint.add("Rule 3: retraining every week cannot keep data younger than a day.");
    CiRun run = checks().run(canvas("lint", "data_contract"), 100);
    assertThat(run.green()).isFalse();
    assertThat(check(run, "lint").outcome()).isEqualTo(Outcome.FAILED);
    assertThat(check(run, "lint").detail()).contains("Rule 3");
    assertThat(check(run, "data_contract").outcome()).isEqualTo(Outcome.PASSED);
  }

  @Test
  void data_with_one_label_fail_the_contract_and_the_training() {
    List<Row> same =
        TestPipeline.rows(0, 60).stream()
            .map(row -> new Row(row.id(), row.at(), row.text(), Optional.of("ham"), Map.of()))
            .toList();
    world.datasets.addRows(TestPipeline.DATASET, same, 0);
    CiRun run = checks().run(canvas("data_contract"), 60);
    assertThat(check(run, "data_contract").outcome()).isEqualTo(Outcome.FAILED);
    assertThat(check(run, "data_contract").detail()).contains("Fewer than two labels");
  }

  @Test
  void a_check_that_nothing_runs_is_skipped_and_cannot_make_a_run_green() {
    data(60);
    CiRun run = checks(Map.of()).run(canvas("sign"), 50);
    assertThat(check(run, "sign").outcome()).isEqualTo(Outcome.SKIPPED);
    assertThat(run.green()).isFalse();
  }

  @Test
  void the_sample_is_the_same_for_the_same_rows_in_any_order() {
    List<Row> rows = new ArrayList<>(TestPipeline.rows(0, 150));
    SampleChecks one = sample(rows);
    Collections.shuffle(rows, new Random(3));
    SampleChecks other = sample(rows);
    assertThat(other.trainSmoke()).isEqualTo(one.trainSmoke());
    assertThat(other.securityScan()).isEqualTo(one.securityScan());
  }

  private SampleChecks sample(List<Row> rows) {
    return new SampleChecks(
        canvas(ALL), List.copyOf(rows), 80, world.artifacts, folder.resolve("scratch"), 42);
  }

  @Test
  void nothing_is_registered_by_checking() {
    data(120);
    CiRun _ = checks().run(canvas(ALL), 100);
    assertThat(world.registry.versions(TestPipeline.PRODUCT)).isEmpty();
  }

  @Test
  void a_product_without_labelled_rows_is_told_how_to_get_some() {
    assertThatThrownBy(() -> checks().run(canvas(ALL), 100))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessageContaining("espalier data add mail");
  }

  @Test
  void a_sample_out_of_range_is_refused() {
    for (int sample : new int[] {-1, 0, 9, 100_001}) {
      assertThatThrownBy(() -> checks().run(canvas(ALL), sample))
          .isInstanceOfSatisfying(
              EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID))
          .hasMessageContaining("10 to 100000");
    }
  }

  @Test
  void two_runs_of_one_product_at_once_are_one_run_and_one_conflict() throws Exception {
    data(60);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    ContinuousIntegration checks =
        checks(
            Map.of(
                "lint",
                _ -> {
                  begun.countDown();
                  try {
                    go.await();
                  } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                  }
                  return List.of();
                }));
    AtomicReference<CiRun> first = new AtomicReference<>();
    Thread working = Thread.ofVirtual().start(() -> first.set(checks.run(canvas("lint"), 50)));
    begun.await();
    assertThat(checks.working(TestPipeline.PRODUCT)).isTrue();
    assertThatThrownBy(() -> checks.run(canvas("lint"), 50))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    go.countDown();
    working.join();
    assertThat(first.get().green()).isTrue();
    assertThat(checks.runs(TestPipeline.PRODUCT)).hasSize(1);
    assertThat(checks.working(TestPipeline.PRODUCT)).isFalse();
  }

  @Test
  void green_is_asked_by_the_content_of_the_canvas_and_survives_a_restart() {
    data(120);
    CanvasVersion canvas = canvas("data_contract");
    assertThat(checks().green(TestPipeline.PRODUCT, canvas.contentDigest())).isFalse();
    CiRun run = checks().run(canvas, 100);
    assertThat(checks().green(TestPipeline.PRODUCT, canvas.contentDigest())).isTrue();
    assertThat(checks().green(TestPipeline.PRODUCT, Digest.of("other answers"))).isFalse();
    assertThat(checks().green("other", canvas.contentDigest())).isFalse();
    assertThat(checks().runs(TestPipeline.PRODUCT)).containsExactly(run);
  }

  @Test
  void checks_are_due_once_for_each_content_when_there_are_rows() {
    CanvasVersion canvas = canvas("data_contract");
    ContinuousIntegration checks = checks();
    assertThat(checks.due(canvas)).isFalse();
    data(120);
    assertThat(checks.due(canvas)).isTrue();
    CiRun _ = checks.run(canvas, 100);
    assertThat(checks.due(canvas)).isFalse();
  }

  @Test
  void a_promotion_without_green_checks_before_it_counts_against_the_answer() {
    data(300);
    CanvasVersion canvas = canvas("lint", "data_contract");
    ContinuousIntegration checks = checks();
    String version = world.run(canvas, "first").version().orElseThrow();
    promote(version);
    CiEvidence evidence = new CiEvidence(checks, world.registry);
    assertThat(seen(evidence, canvas, "green").value()).hasValue(0);
    assertThat(seen(evidence, canvas, "green").n()).isEqualTo(1);
  }

  @Test
  void a_promotion_after_green_checks_counts_and_checks_that_disagree_are_flaky() {
    data(300);
    CanvasVersion canvas = canvas("lint", "data_contract");
    ContinuousIntegration checks = checks();
    CiRun _ = checks.run(canvas, 100);
    String version = world.run(canvas, "first").version().orElseThrow();
    promote(version);
    lint.add("It is a matter of luck.");
    CiRun _ = checks.run(canvas, 100);
    CiEvidence evidence = new CiEvidence(checks, world.registry);
    assertThat(seen(evidence, canvas, "green").value()).hasValue(1);
    Observation flake = seen(evidence, canvas, "flake");
    assertThat(flake.n()).isEqualTo(2);
    assertThat(flake.value()).hasValue(0.5);
    assertThat(seen(evidence, canvas, "duration").n()).isEqualTo(2);
  }

  private void promote(String version) {
    world.registry.moveAlias(
        TestPipeline.PRODUCT, Registry.CHAMPION, Optional.empty(), version, "test", "first");
  }

  private Observation seen(CiEvidence evidence, CanvasVersion canvas, String clause) {
    return evidence
        .observe(TestPipeline.PRODUCT, canvas, world.clocks.now(TestPipeline.PRODUCT))
        .stream()
        .filter(each -> each.clause().equals(clause))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void a_model_that_shouts_at_capitals_fails_the_invariance_test() {
    List<String> texts = List.of("win money", "lunch notes", "team report");
    assertThat(Invariance.of(new CapitalsMatter(true), texts).share()).isLessThan(Invariance.LEAST);
    assertThat(Invariance.of(new CapitalsMatter(true), texts).worst()).isEqualTo("upper case");
    assertThat(Invariance.of(new CapitalsMatter(false), texts).share()).isEqualTo(1);
  }

  @Test
  void texts_that_a_change_leaves_alone_do_not_count() {
    Invariance.Result result = Invariance.of(new CapitalsMatter(false), List.of("ABC"));
    // Upper case and doubled spaces alter nothing here; a line end and a full stop do.
    assertThat(result.altered()).isEqualTo(2);
    assertThat(Invariance.of(new CapitalsMatter(true), List.of()).share()).isEqualTo(1);
  }

  /** Says spam when the text has a capital letter, if capitals matter. */
  private record CapitalsMatter(boolean matter) implements Engine {
    @Override
    public Signature signature() {
      return new Signature(Signature.TEXT_CLASSIFICATION, List.of("ham", "spam"), 1_000);
    }

    @Override
    public List<double[]> score(List<String> texts) {
      return texts.stream()
          .map(text ->
              matter && text.chars().anyMatch(Character::isUpperCase)
                  ? new double[] {0.1, 0.9}
                  : new double[] {0.9, 0.1})
          .toList();
    }

    @Override
    public void close() {}
  }
}
