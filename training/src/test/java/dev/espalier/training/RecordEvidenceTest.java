package dev.espalier.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.data.CheckReport;
import dev.espalier.pipeline.Cause;
import dev.espalier.pipeline.PipelineConfig;
import dev.espalier.pipeline.Pipelines;
import dev.espalier.pipeline.StepContext;
import dev.espalier.pipeline.StepLogic;
import dev.espalier.platform.Ids;
import dev.espalier.platform.Json;
import dev.espalier.platform.Program;
import dev.espalier.registry.Registry;
import dev.espalier.tracking.Tracking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordEvidenceTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final Instant NOW = Instant.parse("2026-04-01T00:00:00Z");
  @TempDir Path folder;
  @TempDir Path program;
  private TestPipeline bench;
  private Tracking tracking;
  private Pipelines pipelines;

  @BeforeEach
  void open() {
    bench = new TestPipeline(folder);
    tracking = new Tracking(bench.database);
    pipelines =
        new Pipelines(
            bench.database,
            bench.artifacts,
            tracking,
            bench.clocks,
            bench.events,
            new Ids(InstantSource.system(), new SplittableRandom(3)),
            List.of(new Checked()),
            PipelineConfig.in(folder.resolve("work"), Optional.empty()));
  }

  @AfterEach
  void close() {
    System.clearProperty(Program.FOLDER);
    pipelines.close();
    bench.close();
  }

  /** A step that leaves the statistics of three rows. */
  private static final class Checked implements StepLogic<Validated> {
    @Override
    public String name() {
      return "validate";
    }

    @Override
    public Class<Validated> output() {
      return Validated.class;
    }

    @Override
    public JsonNode params(CanvasVersion canvas, long seed) {
      return Json.mapper().createObjectNode();
    }

    @Override
    public Validated run(StepContext context) {
      context.metric("rows", 3);
      return new Validated(new CheckReport(3, 0, 0, 0, 0, Map.of("ham", 3L), List.of()));
    }
  }

  private static CanvasVersion canvas(Set<String> metadata, Set<String> kinds) {
    return TestPipeline.canvas(
        new Spec.Pipeline(List.of(new Spec.Step("validate", Duration.ofMinutes(1), 0, true)), 0.9),
        new Spec.RunMetadata(metadata),
        new Spec.MetadataSchema(kinds));
  }

  private void run(CanvasVersion canvas) {
    String id = pipelines.start(canvas, new Cause("manual", "a test", Optional.empty()), 1);
    assertThat(pipelines.await(id, Duration.ofMinutes(2)).succeeded()).isTrue();
  }

  private Map<String, Observation> observe(CanvasVersion canvas) {
    return new RecordEvidence(pipelines, tracking, bench.registry)
        .observe(TestPipeline.PRODUCT, canvas, NOW).stream()
            .collect(
                Collectors.toMap(
                    seen -> seen.question() + " " + seen.clause(), Function.identity()));
  }

  private void packaged(String state) throws IOException {
    Files.writeString(program.resolve("commit"), COMMIT + " " + state + "\n");
    System.setProperty(Program.FOLDER, program.toString());
  }

  @Test
  void nothing_is_said_before_a_run() {
    assertThat(observe(canvas(Set.of("params"), Set.of("run")))).isEmpty();
  }

  @Test
  void a_run_that_carries_all_that_is_asked_is_complete() throws IOException {
    packaged("clean");
    CanvasVersion canvas =
        canvas(
            Set.of("params", "metrics", "rng_state", "env", "commit"),
            Set.of("run", "trigger", "steps", "times", "params", "statistics"));
    run(canvas);
    Map<String, Observation> seen = observe(canvas);
    assertThat(seen.get("analysis.metadata completeness").value()).hasValue(1);
    assertThat(seen.get("analysis.metadata completeness").n()).isEqualTo(1);
    assertThat(seen.get("metadata.kinds completeness").value()).hasValue(1);
    assertThat(seen.get("foundations.vcs clean_commit").value()).hasValue(1);
  }

  @Test
  void what_a_run_lacks_is_named_and_counts() {
    CanvasVersion canvas = canvas(Set.of("params", "commit"), Set.of("splits", "model", "run"));
    run(canvas);
    Map<String, Observation> seen = observe(canvas);
    assertThat(seen.get("analysis.metadata completeness").value()).hasValue(0.5);
    assertThat(seen.get("analysis.metadata completeness").detail())
        .contains("1 of 2 are missing", "lacks commit");
    assertThat(seen.get("metadata.kinds completeness").value()).hasValue(1 / 3.0);
    assertThat(seen.get("foundations.vcs clean_commit").value()).hasValue(0);
  }

  @Test
  void changed_sources_are_no_clean_commit() throws IOException {
    packaged("changed");
    CanvasVersion canvas = canvas(Set.of("commit"), Set.of("run"));
    run(canvas);
    Map<String, Observation> seen = observe(canvas);
    assertThat(seen.get("analysis.metadata completeness").value()).hasValue(1);
    assertThat(seen.get("foundations.vcs clean_commit").value()).hasValue(0);
  }

  @Test
  void versions_name_their_commit_and_promotions_come_from_recorded_jobs() throws IOException {
    bench.datasets.addRows(TestPipeline.DATASET, TestPipeline.rows(0, 200), 0);
    CanvasVersion canvas = canvas(Set.of("params"), Set.of("run"));
    run(canvas);
    String without = bench.run(TestPipeline.canvas(), "first").version().orElseThrow();
    Map<String, Observation> before = observe(canvas);
    assertThat(before.get("data.per_model commits").value()).hasValue(0);
    assertThat(before.get("data.per_model commits").detail()).contains(without);
    assertThat(before).doesNotContainKey("foundations.notebooks promoted");

    packaged("clean");
    bench.datasets.addRows(TestPipeline.DATASET, TestPipeline.rows(200, 400), 0);
    String with = bench.run(TestPipeline.canvas(), "new_data").version().orElseThrow();
    promote(Optional.empty(), without);
    promote(Optional.of(without), with);
    tracked("run_2", "JOB");
    Map<String, Observation> after = observe(canvas);
    assertThat(after.get("data.per_model commits").value()).hasValue(0.5);
    Observation promoted = after.get("foundations.notebooks promoted");
    assertThat(promoted.n()).isEqualTo(2);
    assertThat(promoted.value()).as("nobody recorded what made the first").hasValue(1);
    assertThat(promoted.detail()).contains(without);

    tracked("run_1", "JOB");
    assertThat(observe(canvas).get("foundations.notebooks promoted").value()).hasValue(0);
  }

  @Test
  void a_version_that_a_notebook_made_is_no_job() {
    bench.datasets.addRows(TestPipeline.DATASET, TestPipeline.rows(0, 200), 0);
    CanvasVersion canvas = canvas(Set.of("params"), Set.of("run"));
    run(canvas);
    promote(Optional.empty(), bench.run(TestPipeline.canvas(), "first").version().orElseThrow());
    tracked("run_1", "NOTEBOOK");
    assertThat(observe(canvas).get("foundations.notebooks promoted").value()).hasValue(1);
  }

  private void promote(Optional<String> from, String to) {
    bench.registry.moveAlias(
        TestPipeline.PRODUCT, Registry.CHAMPION, from, to, "a test", "it is the best");
  }

  private void tracked(String run, String source) {
    tracking.start(TestPipeline.PRODUCT, run, run, Map.of(Pipelines.SOURCE_TYPE, source), NOW);
  }
}
