package dev.espalier.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.pipeline.Cause;
import dev.espalier.pipeline.ForkedJvm;
import dev.espalier.pipeline.PipelineConfig;
import dev.espalier.pipeline.Pipelines;
import dev.espalier.pipeline.Run;
import dev.espalier.platform.Ids;
import dev.espalier.tracking.Tracking;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole pipeline as it runs in production: durable, training in a process of its own. */
class ForkedLadderTest {
  @TempDir private Path folder;

  @Test
  void the_pipeline_trains_in_another_process_and_registers_a_version() {
    try (TestPipeline stores = new TestPipeline(folder);
        Pipelines pipelines = pipelines(stores)) {
      stores.datasets.addRows(TestPipeline.DATASET, TestPipeline.rows(0, 200), 0);
      String id = pipelines.start(canvas(), new Cause("first", "test", Optional.empty()), 7);
      Run run = pipelines.await(id, Duration.ofMinutes(2));

      assertThat(run.steps())
          .as("%s", run)
          .allSatisfy(step -> assertThat(step.state()).isEqualTo("SUCCEEDED"));
      assertThat(run.step("train").orElseThrow().executor()).isEqualTo("forked-jvm");
      TrainedLadder ladder = pipelines.output(id, "train", TrainedLadder.class).orElseThrow();
      assertThat(ladder.rungs())
          .extracting(TrainedRung::id)
          .containsExactly("v0", "v1", "v2", "v3");
      assertThat(ladder.rungs())
          .allSatisfy(rung ->
              assertThat(rung.bundle().isPresent()).isNotEqualTo(rung.skipped().isPresent()));
      Registered registered = pipelines.output(id, "register", Registered.class).orElseThrow();
      assertThat(stores.registry.versions(TestPipeline.PRODUCT))
          .singleElement()
          .satisfies(version ->
              assertThat(version.version()).isEqualTo(registered.version().orElseThrow()));
    }
  }

  private static CanvasVersion canvas() {
    CanvasVersion canvas =
        TestPipeline.canvas(
            new Spec.Architecture("encoder", 1, 2, 16, 32, 32, 400, "bpe", 0.1),
            new Spec.Pipeline(
                Stream.of(
                        "ingest",
                        "validate",
                        "split",
                        "prepare",
                        "train",
                        "evaluate",
                        "gate",
                        "register")
                    .map(name -> new Spec.Step(name, Duration.ofMinutes(2), 0, true))
                    .toList(),
                0.95),
            new Spec.Ladder(
                List.of(
                    new Spec.Rung("v0", "majority", "the floor"),
                    new Spec.Rung("v1", "linear", "words decide"),
                    new Spec.Rung("v2", "frozen_encoder", "meaning helps"),
                    new Spec.Rung("v3", "encoder", "context helps")),
                0.01,
                "majority"));
    return TestPipeline.withLastOf(canvas, Spec.Ladder.class);
  }

  private Pipelines pipelines(TestPipeline stores) {
    List<Path> classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .map(Path::toAbsolutePath)
            .toList();
    ForkedJvm jvm =
        new ForkedJvm(
            classPath,
            List.of(
                "-Dai.djl.offline=true",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-D" + TrainStep.CACHE + "=" + folder.resolve("cache"),
                "-DDJL_CACHE_DIR=" + System.getProperty("user.home") + "/.djl.ai"),
            512L << 20,
            folder.resolve("artifacts").toString(),
            ForkedJvm.MINIMAL_ENVIRONMENT);
    return new Pipelines(
        stores.database,
        stores.artifacts,
        new Tracking(stores.database),
        stores.clocks,
        stores.events,
        new Ids(Instant::now, new SplittableRandom(1)),
        List.of(
            new IngestStep(stores.datasets),
            new ValidateStep(stores.datasets),
            new SplitStep(stores.datasets, stores.registry),
            new PrepareStep(stores.datasets),
            new TrainStep(),
            new EvaluateStep(stores.registry, stores.registered),
            new GateStep(),
            new RegisterStep(stores.registry)),
        PipelineConfig.in(folder.resolve("work"), Optional.of(jvm)));
  }
}
