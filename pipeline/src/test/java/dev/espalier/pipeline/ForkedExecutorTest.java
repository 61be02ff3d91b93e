package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.canvas.Spec;
import dev.espalier.pipeline.TestStep.Text;
import dev.espalier.platform.Digest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForkedExecutorTest {
  @TempDir Path folder;

  private StepRun only(StepLogic<?> step) {
    try (Bench bench = new Bench(folder, step)) {
      return bench.run(Bench.canvas(step.name())).steps().getFirst();
    }
  }

  @Test
  void brings_back_output_artifact_progress_metrics_and_log() {
    TestStep read = new TestStep("read", _ -> "mail");
    try (Bench bench = new Bench(folder, read, new ForkedSteps.Speaks())) {
      Run run = bench.run(Bench.canvas("read", "Speaks"), 9);

      StepRun step = run.step("Speaks").orElseThrow();
      assertThat(step.state()).as("%s", step.failure()).isEqualTo("SUCCEEDED");
      assertThat(step.executor()).isEqualTo("forked-jvm");
      assertThat(step.progress()).contains(new StepRun.Progress(2, 2, "rows"));
      assertThat(step.cpuMillis()).isPositive();
      String blob = Digest.of("mail").text();
      assertThat(bench.artifacts.exists(new Digest(blob))).isTrue();
      assertThat(bench.pipelines.output(run.id(), "Speaks", Text.class))
          .contains(new Text("mail 3 9 " + blob + " true manual"));
      assertThat(bench.tracking.run(run.id()).orElseThrow().metrics()).containsEntry("loss", 0.25);
      assertThat(bench.pipelines.log(run.id(), "Speaks", 0))
          .extracting(LogLine::message)
          .contains("héllo", "printed");
    }
  }

  @Test
  void a_step_may_use_what_the_canvas_allows_and_never_more_than_the_machine_is_set_to() {
    long most = mebibytes(measured());
    String small = measured(new Spec.Runner(1, 32L << 20));
    assertThat(mebibytes(small)).isLessThanOrEqualTo(32).isLessThan(most);
    assertThat(small).as("processors").endsWith(", 1");
    assertThat(mebibytes(measured(new Spec.Runner(1, 1L << 40)))).isEqualTo(most);
  }

  private static long mebibytes(String measured) {
    return Long.parseLong(measured.split(" ", 2)[0]);
  }

  private String measured(Spec... more) {
    ForkedSteps.Measures step = new ForkedSteps.Measures();
    try (Bench bench = new Bench(folder, step)) {
      Run run =
          bench.run(Bench.canvas(List.of(more), new Spec.Step(step.name(), Bench.LONG, 0, false)));
      return bench.pipelines.output(run.id(), step.name(), Text.class).orElseThrow().text();
    }
  }

  @Test
  void reports_the_exception_of_a_step() {
    StepRun step = only(new ForkedSteps.Throws());
    assertThat(step.failure()).contains("USER: bad rows");
  }

  @Test
  void keeps_the_canvas_in_the_parent() {
    StepRun step = only(new ForkedSteps.WantsCanvas());
    assertThat(step.failure().orElseThrow()).contains("not the canvas");
  }

  @Test
  void needs_a_class_that_it_can_make() {
    StepRun step = only(new ForkedSteps.Unmade(folder));
    assertThat(step.failure().orElseThrow()).contains("public class and constructor");
  }

  @Test
  void calls_a_child_that_leaves_without_a_result_lost() {
    StepRun step = only(new ForkedSteps.Exits());
    assertThat(step.failure()).contains("LOST: exit 7 without a result");
  }

  @Test
  void says_when_the_heap_of_the_child_is_full() {
    StepRun step = only(new ForkedSteps.Eats());
    assertThat(step.failure().orElseThrow()).startsWith("OUT_OF_MEMORY");
  }

  @Test
  void kills_a_child_that_is_late() {
    ForkedSteps.Stays step = new ForkedSteps.Stays();
    try (Bench bench = new Bench(folder, step)) {
      Run run = bench.run(Bench.canvas(new Spec.Step("Stays", Duration.ofMillis(10), 0, true)));
      assertThat(run.steps().getFirst().failure().orElseThrow()).startsWith("TIMEOUT");
    }
  }

  @Test
  void cancelling_a_run_kills_the_child() throws Exception {
    ForkedSteps.Stays step = new ForkedSteps.Stays();
    try (Bench bench = new Bench(folder, step)) {
      String id = bench.pipelines.start(Bench.canvas("Stays"), Bench.manual(), 1);
      ProcessHandle child = child();
      bench.pipelines.cancel(id);
      Run run = bench.pipelines.await(id, Bench.LONG);

      assertThat(run.state()).isEqualTo("CANCELLED");
      child.onExit().get(30, TimeUnit.SECONDS);
      assertThat(child.isAlive()).isFalse();
    }
  }

  /** The child of this very JVM that runs steps, once it is there. */
  private static ProcessHandle child() {
    long deadline = System.nanoTime() + Bench.LONG.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<ProcessHandle> found = ProcessHandle.current().children().findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      LockSupport.parkNanos(1_000_000);
    }
    throw new AssertionError("no child was started");
  }

  @Test
  void says_that_it_has_no_class_path_when_forking_is_not_configured() {
    assertThatThrownBy(
            () -> new ForkedJvm(List.of(), List.of(), 64 << 20, "artifacts", java.util.Set.of()))
        .hasMessageContaining("class path");
    assertThatThrownBy(
            () -> new ForkedJvm(List.of(folder), List.of(), 1, "artifacts", java.util.Set.of()))
        .hasMessageContaining("16 MiB");
  }
}
