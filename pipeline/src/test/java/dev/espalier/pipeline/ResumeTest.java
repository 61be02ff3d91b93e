package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.pipeline.TestStep.Text;
import dev.espalier.platform.EspalierException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumeTest {
  private static final CanvasVersion CANVAS = Bench.canvas("read", "fit", "judge");
  @TempDir Path folder;
  private final AtomicInteger reads = new AtomicInteger();

  private StepLogic<?>[] steps(CountDownLatch reached, CountDownLatch go) {
    return new StepLogic<?>[] {
      new TestStep("read", _ -> "rows " + (reads.incrementAndGet() > 0)),
      new TestStep(
              "fit",
              context -> {
                reached.countDown();
                go.await();
                return "model of " + context.input("read", Text.class).text() + context.seed();
              })
          .after("read"),
      new TestStep("judge", context -> "good " + context.input("fit", Text.class)).after("fit")
    };
  }

  private static CountDownLatch open() {
    return new CountDownLatch(0);
  }

  private static List<Optional<JsonNode>> outputs(Run run) {
    return run.steps().stream().map(StepRun::output).toList();
  }

  /** Starts a run and stops the process in its second step. */
  private String interrupted() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    try (Bench bench = new Bench(folder, steps(reached, new CountDownLatch(1)))) {
      String id = bench.pipelines.start(CANVAS, Bench.manual(), 5);
      reached.await();
      return id;
    }
  }

  @Test
  void goes_on_from_the_last_step_that_ended_and_ends_with_equal_outputs() throws Exception {
    String id = interrupted();
    Path other = Files.createDirectories(folder.resolve("other"));
    try (Bench again = new Bench(folder, steps(open(), open()));
        Bench unbroken = new Bench(other, steps(open(), open()))) {
      assertThat(again.pipelines.resume((_, _) -> CANVAS)).containsExactly(id);
      Run resumed = again.pipelines.await(id, Bench.LONG);
      assertThat(reads).as("the first step ran once").hasValue(1);
      Run whole = unbroken.run(CANVAS, 5);

      assertThat(resumed.state()).isEqualTo("SUCCEEDED");
      assertThat(resumed.step("fit").orElseThrow().attempt()).isEqualTo(2);
      assertThat(outputs(resumed)).isEqualTo(outputs(whole));
      assertThat(again.pipelines.resume((_, _) -> CANVAS)).isEmpty();
    }
  }

  @Test
  void marks_a_run_as_failed_when_its_workflow_changed() throws Exception {
    String id = interrupted();
    try (Bench again = new Bench(folder, steps(open(), open()))) {
      assertThat(again.pipelines.resume((_, _) -> Bench.canvas("read", "fit"))).isEmpty();
      Run run = again.pipelines.run(id);

      assertThat(run.state()).isEqualTo("FAILED");
      assertThat(run.steps())
          .extracting(StepRun::state)
          .containsExactly("SUCCEEDED", "CANCELLED", "CANCELLED");
      assertThat(again.run(CANVAS).succeeded()).isTrue();
    }
  }

  @Test
  void marks_a_run_as_failed_when_its_canvas_is_gone() throws Exception {
    String id = interrupted();
    try (Bench again = new Bench(folder, steps(open(), open()))) {
      again.pipelines.resume((_, version) -> {
        throw EspalierException.notFound("No canvas " + version);
      });
      assertThat(again.pipelines.run(id).state()).isEqualTo("FAILED");
    }
  }

  @Test
  void gives_a_step_up_that_keeps_killing_its_process() throws Exception {
    String id = interrupted();
    for (int crash = 0; crash < 5; crash++) {
      CountDownLatch reached = new CountDownLatch(1);
      try (Bench bench = new Bench(folder, steps(reached, new CountDownLatch(1)))) {
        bench.pipelines.resume((_, _) -> CANVAS);
        reached.await();
      }
    }
    try (Bench last = new Bench(folder, steps(open(), open()))) {
      last.pipelines.resume((_, _) -> CANVAS);
      Run run = last.pipelines.await(id, Bench.LONG);
      assertThat(run.steps())
          .extracting(StepRun::state)
          .containsExactly("SUCCEEDED", "FAILED", "UPSTREAM_FAILED");
      assertThat(run.step("fit").orElseThrow().failure().orElseThrow()).startsWith("LOST");
    }
  }

  @Test
  void a_cancelled_run_stays_cancelled_over_a_restart() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    String id;
    try (Bench bench =
        new Bench(folder, Duration.ofMinutes(5), steps(reached, new CountDownLatch(1)))) {
      id = bench.pipelines.start(CANVAS, Bench.manual(), 5);
      reached.await();
      bench.pipelines.cancel(id);
    }
    try (Bench again = new Bench(folder, steps(open(), open()))) {
      again.pipelines.resume((_, _) -> CANVAS);
      assertThat(again.pipelines.await(id, Bench.LONG).state()).isEqualTo("CANCELLED");
    }
  }
}
