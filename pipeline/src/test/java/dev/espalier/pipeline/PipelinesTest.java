package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.pipeline.TestStep.Text;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelinesTest {
  private static final CanvasVersion TWO = Bench.canvas("read", "count");
  @TempDir Path folder;
  private final AtomicReference<String> world = new AtomicReference<>("mail");
  private final AtomicReference<String> unit = new AtomicReference<>("letters");

  private TestStep read() {
    return new TestStep("read", _ -> world.get()).probe(world::get);
  }

  private TestStep count() {
    return new TestStep(
            "count",
            context -> context.input("read", Text.class).text().length() + " " + unit.get())
        .after("read")
        .params(() -> Map.of("unit", unit.get()));
  }

  private static List<String> states(Run run) {
    return run.steps().stream().map(StepRun::state).toList();
  }

  private static Spec.Step retried(String name, int retries) {
    return new Spec.Step(name, Bench.LONG, retries, true);
  }

  @Test
  void a_product_that_was_given_up_is_not_trained() {
    Spec.Step step = Bench.step("read");
    try (Bench bench = new Bench(folder, read())) {
      CanvasVersion over = Bench.canvas(List.of(verdict("no_go")), step);
      assertThat(bench.pipelines.allows(over)).isFalse();
      assertThatThrownBy(() -> bench.pipelines.start(over, Bench.manual(), 1))
          .isInstanceOf(EspalierException.class)
          .hasMessageContaining("feasibility.verdict")
          .hasMessageContaining("no_go");
      assertThat(bench.pipelines.due(over, () -> 1_000_000)).isEmpty();
      assertThat(bench.pipelines.runs("mail")).isEmpty();

      CanvasVersion again = Bench.canvas(List.of(verdict("conditional")), step);
      assertThat(bench.pipelines.due(again, () -> 1_000_000)).isPresent();
      assertThat(bench.run(again).succeeded()).isTrue();
    }
  }

  private static Spec verdict(String verdict) {
    return new Spec.Feasibility(
        Optional.empty(), Optional.empty(), 1, 1, Optional.empty(), "majority", List.of(), verdict);
  }

  @Test
  void runs_steps_in_order_and_keeps_their_outputs() {
    // Declared in the wrong order: inputs decide, not the list.
    try (Bench bench = new Bench(folder, read(), count())) {
      Run run = bench.run(Bench.canvas("count", "read"));

      assertThat(run.state()).isEqualTo("SUCCEEDED");
      assertThat(run.succeeded()).isTrue();
      assertThat(run.finishedAt()).isPresent();
      assertThat(run.steps()).extracting(StepRun::name).containsExactly("read", "count");
      assertThat(states(run)).containsExactly("SUCCEEDED", "SUCCEEDED");
      assertThat(run.step("count").orElseThrow().executor()).isEqualTo("in-process");
      assertThat(run.step("count").orElseThrow().beganAfter().orElseThrow())
          .as("a step begins when what it needs has ended")
          .isGreaterThanOrEqualTo(run.step("read").orElseThrow().endedAfter().orElseThrow())
          .isBetween(0L, run.step("count").orElseThrow().endedAfter().orElseThrow());
      assertThat(bench.pipelines.output(run.id(), "count", Text.class))
          .contains(new Text("4 letters"));
      assertThat(bench.pipelines.output(run.id(), "none", Text.class)).isEmpty();
      assertThatThrownBy(() -> bench.pipelines.output(run.id(), "count", int[].class))
          .hasMessageContaining("another shape");
      assertThat(bench.tracking.run(run.id()).orElseThrow().status().name()).isEqualTo("FINISHED");
      assertThat(bench.events.after(0, 100))
          .extracting(Events.Event::type)
          .startsWith("run.started")
          .endsWith("run.finished")
          .contains("run.step");
      assertThat(bench.pipelines.runs("mail")).extracting(Run::id).containsExactly(run.id());
      assertThat(folder.resolve("work").resolve(run.id())).doesNotExist();
    }
  }

  @Test
  void takes_everything_from_the_cache_the_second_time() {
    try (Bench bench = new Bench(folder, read(), count())) {
      Run first = bench.run(TWO);
      Run second = bench.run(TWO);

      assertThat(states(second)).containsExactly("CACHED", "CACHED");
      assertThat(second.succeeded()).isTrue();
      assertThat(second.step("count").orElseThrow().cacheReason()).isEqualTo("HIT " + first.id());
      assertThat(second.step("count").orElseThrow().output())
          .isEqualTo(first.step("count").orElseThrow().output());
      assertThat(bench.pipelines.explain(second.id(), "count").decision()).isEqualTo("CACHED");
    }
  }

  @Test
  void names_the_changed_param_when_a_step_runs_again() {
    try (Bench bench = new Bench(folder, read(), count())) {
      Run first = bench.run(TWO);
      unit.set("characters");
      Run second = bench.run(TWO);

      assertThat(states(second)).containsExactly("CACHED", "SUCCEEDED");
      assertThat(second.step("count").orElseThrow().cacheReason()).isEqualTo("CHANGED params.unit");
      Explanation why = bench.pipelines.explain(second.id(), "count");
      assertThat(why.decision()).isEqualTo("RUN");
      assertThat(why.nearestRun()).contains(first.id());
      assertThat(why.differences())
          .extracting(Explanation.Difference::leaf)
          .containsExactly("params.unit");
      assertThat(why.differences().getFirst().before()).contains("\"letters\"");
      assertThat(why.differences().getFirst().after()).contains("\"characters\"");
    }
  }

  @Test
  void runs_again_what_reads_changed_content_and_stops_where_content_is_equal() {
    TestStep trim =
        new TestStep("trim", context -> context.input("read", Text.class).text().strip())
            .after("read");
    TestStep last =
        new TestStep("last", context -> context.input("trim", Text.class).text()).after("trim");
    CanvasVersion canvas = Bench.canvas("read", "trim", "last");
    try (Bench bench = new Bench(folder, read(), trim, last)) {
      bench.run(canvas);
      world.set("mail ");
      Run run = bench.run(canvas);

      assertThat(states(run)).containsExactly("SUCCEEDED", "SUCCEEDED", "CACHED");
      assertThat(run.steps())
          .extracting(StepRun::cacheReason)
          .startsWith("CHANGED probe", "CHANGED input.read");
    }
  }

  @Test
  void never_caches_a_step_whose_canvas_says_so() {
    CanvasVersion canvas = Bench.canvas(new Spec.Step("read", Bench.LONG, 0, false));
    try (Bench bench = new Bench(folder, read())) {
      bench.run(canvas);
      Run run = bench.run(canvas);
      assertThat(states(run)).containsExactly("SUCCEEDED");
      assertThat(run.steps().getFirst().cacheReason()).isEqualTo("POLICY_NEVER");
    }
  }

  @Test
  void runs_an_effect_every_time_with_one_key_per_run() {
    List<String> keys = new CopyOnWriteArrayList<>();
    TestStep effect =
        new TestStep(
                "send",
                context -> {
                  keys.add(context.idempotencyKey());
                  if (keys.size() == 1) {
                    throw new TransientFailure("busy");
                  }
                  return "sent";
                })
            .effect();
    CanvasVersion canvas = Bench.canvas(retried("send", 2));
    try (Bench bench = new Bench(folder, effect)) {
      Run first = bench.run(canvas);
      Run second = bench.run(canvas);

      String key = first.id() + "/send";
      assertThat(keys).containsExactly(key, key, second.id() + "/send");
      assertThat(states(second)).containsExactly("SUCCEEDED");
      assertThat(second.steps().getFirst().cacheReason()).isEqualTo("EFFECT");
    }
  }

  @Test
  void runs_again_when_an_artifact_that_the_output_names_is_gone() throws Exception {
    TestStep write =
        new TestStep(
            "write",
            context -> context.artifacts().put("model".getBytes(StandardCharsets.UTF_8)).text());
    CanvasVersion canvas = Bench.canvas("write");
    try (Bench bench = new Bench(folder, write)) {
      Run first = bench.run(canvas);
      Digest model =
          new Digest(bench.pipelines.output(first.id(), "write", Text.class).orElseThrow().text());
      String hex = model.text().substring("sha256:".length());
      try (var files = Files.walk(folder.resolve("artifacts"))) {
        Path blob =
            files
                .filter(Files::isRegularFile)
                .filter(file -> hex.endsWith(file.getFileName().toString()))
                .findFirst()
                .orElseThrow();
        Files.delete(blob);
      }
      Run second = bench.run(canvas);

      assertThat(second.steps().getFirst().cacheReason()).isEqualTo("EVICTED");
      assertThat(states(second)).containsExactly("SUCCEEDED");
      assertThat(bench.artifacts.exists(model)).isTrue();
    }
  }

  @Test
  void stops_when_a_step_complains_the_same_way_twice() {
    TestStep broken =
        new TestStep(
            "read",
            _ -> {
              throw new IllegalStateException("no labels");
            });
    try (Bench bench = new Bench(folder, broken, count())) {
      Run run = bench.run(Bench.canvas(retried("read", 9), Bench.step("count")));

      assertThat(run.state()).isEqualTo("FAILED");
      assertThat(states(run)).containsExactly("FAILED", "UPSTREAM_FAILED");
      assertThat(run.steps().getFirst().attempt()).isEqualTo(2);
      assertThat(run.steps().getFirst().failure()).contains("USER: no labels");
      assertThat(bench.tracking.run(run.id()).orElseThrow().status().name()).isEqualTo("FAILED");
      assertThat(bench.pipelines.log(run.id(), "read", 0))
          .extracting(LogLine::attempt)
          .containsExactly(1, 2);
    }
  }

  @Test
  void retries_different_complaints_as_often_as_the_canvas_allows() {
    AtomicInteger attempts = new AtomicInteger();
    TestStep broken =
        new TestStep(
            "read",
            _ -> {
              throw new IllegalStateException("row " + attempts.incrementAndGet());
            });
    try (Bench bench = new Bench(folder, broken)) {
      Run run = bench.run(Bench.canvas(retried("read", 2)));

      assertThat(attempts).hasValue(3);
      assertThat(run.steps().getFirst().failure()).contains("USER: row 3");
      assertThat(run.steps().getFirst().attempt()).isEqualTo(3);
    }
  }

  @Test
  void retries_a_transient_failure_even_when_it_repeats_itself() {
    AtomicInteger attempts = new AtomicInteger();
    TestStep flaky =
        new TestStep(
            "read",
            _ -> {
              if (attempts.incrementAndGet() < 4) {
                throw new TransientFailure("busy", new IllegalStateException());
              }
              return "mail";
            });
    try (Bench bench = new Bench(folder, flaky)) {
      Run run = bench.run(Bench.canvas(retried("read", 3)));

      assertThat(run.succeeded()).isTrue();
      assertThat(run.steps().getFirst().attempt()).isEqualTo(4);
      assertThat(run.steps().getFirst().failure()).isEmpty();
    }
  }

  @Test
  void ends_a_step_that_is_late_whether_it_listens_or_not() {
    CountDownLatch never = new CountDownLatch(1);
    TestStep listens = new TestStep("read", PipelinesTest::untilCancelled);
    TestStep deaf =
        new TestStep(
            "deaf",
            _ -> {
              never.await();
              return "";
            });
    Duration timeout = Duration.ofMillis(80);
    CanvasVersion canvas =
        Bench.canvas(
            new Spec.Step("read", timeout, 0, true), new Spec.Step("deaf", timeout, 1, true));
    try (Bench bench = new Bench(folder, listens, deaf)) {
      Run run = bench.run(canvas);

      assertThat(states(run)).containsExactly("FAILED", "FAILED");
      assertThat(run.steps().getFirst().failure().orElseThrow()).startsWith("TIMEOUT: longer than");
      assertThat(run.steps().getLast().attempt()).isEqualTo(2);
    }
  }

  private static String untilCancelled(StepContext context) {
    while (true) {
      context.checkCancelled();
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void cancels_what_works_and_what_waits() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    TestStep read =
        new TestStep(
            "read",
            context -> {
              started.countDown();
              return untilCancelled(context);
            });
    try (Bench bench = new Bench(folder, Duration.ofSeconds(30), read, count())) {
      String id = bench.pipelines.start(TWO, Bench.manual(), 1);
      started.await();
      assertThatThrownBy(() -> bench.pipelines.await(id, Duration.ofMillis(1)))
          .hasMessageContaining("still working");
      bench.pipelines.cancel(id);
      Run run = bench.pipelines.await(id, Bench.LONG);

      assertThat(run.state()).isEqualTo("CANCELLED");
      assertThat(states(run)).containsExactly("CANCELLED", "CANCELLED");
      assertThat(bench.tracking.run(id).orElseThrow().status().name()).isEqualTo("KILLED");
      assertThatThrownBy(() -> bench.pipelines.cancel(id)).hasMessageContaining("not working");
    }
  }

  @Test
  void refuses_a_second_run_while_one_works() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    TestStep read =
        new TestStep(
            "read",
            _ -> {
              go.await();
              return "mail";
            });
    try (Bench bench = new Bench(folder, read, count())) {
      String id = bench.pipelines.start(TWO, Bench.manual(), 1);
      assertThatThrownBy(() -> bench.pipelines.start(TWO, Bench.manual(), 1))
          .isInstanceOf(EspalierException.class)
          .hasMessageContaining(id);
      go.countDown();
      assertThat(bench.pipelines.await(id, Bench.LONG).succeeded()).isTrue();
      assertThat(bench.run(TWO).succeeded()).isTrue();
    }
  }

  @Test
  void plans_before_anything_ran_and_after() {
    try (Bench bench = new Bench(folder, read(), count())) {
      assertThat(bench.pipelines.plan(TWO, 1))
          .extracting(Explanation::decision)
          .containsExactly("RUN", "RUN?");
      bench.run(TWO);
      assertThat(bench.pipelines.plan(TWO, 1))
          .extracting(Explanation::decision)
          .containsExactly("CACHED", "CACHED");
      assertThat(bench.pipelines.plan(TWO, 2))
          .extracting(Explanation::decision)
          .containsExactly("RUN", "RUN?");
    }
  }

  @Test
  void keeps_the_head_and_tail_of_a_long_log_in_order() {
    TestStep chatty =
        new TestStep(
            "read",
            context -> {
              for (int line = 0; line < 2_000; line++) {
                context.log("line " + line);
              }
              context.log("x".repeat(9_000));
              context.log("end");
              return "";
            });
    try (Bench bench = new Bench(folder, chatty)) {
      Run run = bench.run(Bench.canvas("read"));
      List<LogLine> lines = bench.pipelines.log(run.id(), "read", 0);

      assertThat(lines).extracting(LogLine::seq).isSorted().doesNotHaveDuplicates();
      assertThat(lines).hasSizeLessThan(700);
      assertThat(lines.getFirst().message()).isEqualTo("line 0");
      assertThat(lines.getLast().message()).isEqualTo("end");
      assertThat(lines).anyMatch(line -> line.message().endsWith("lines cut …"));
      List<Integer> numbers =
          lines.stream()
              .map(LogLine::message)
              .filter(text -> text.startsWith("line "))
              .map(text -> Integer.parseInt(text.substring(5)))
              .toList();
      assertThat(numbers).isSorted();
      assertThat(bench.pipelines.log(run.id(), "read", lines.getLast().seq())).isEmpty();
    }
  }

  @Test
  void keeps_order_when_a_short_line_would_fit_after_a_cut_one() {
    TestStep chatty =
        new TestStep(
            "read",
            context -> {
              context.log("a".repeat(1_000));
              context.log("b".repeat(100));
              context.log("c");
              return "";
            });
    try (Bench bench = new Bench(folder, chatty)) {
      Run run = bench.run(Bench.canvas("read"));
      assertThat(bench.pipelines.log(run.id(), "read", 0))
          .extracting(line -> line.message().substring(0, 1))
          .containsExactly("a", "…", "b", "c");
    }
  }

  @Test
  void shows_progress_and_hands_metrics_to_tracking() {
    TestStep step =
        new TestStep(
            "read",
            context -> {
              context.progress(1, 3, "rows");
              context.progress(2, 3, "rows");
              context.progress(3, 3, "rows");
              context.metric("loss", 0.5);
              context.metric("loss", 0.25);
              return context.product() + context.cause().trigger() + context.canvas().version();
            });
    try (Bench bench = new Bench(folder, step)) {
      Run run = bench.run(Bench.canvas("read"));

      assertThat(run.steps().getFirst().progress()).contains(new StepRun.Progress(3, 3, "rows"));
      assertThat(bench.tracking.run(run.id()).orElseThrow().metrics()).containsEntry("loss", 0.25);
      assertThat(bench.tracking.run(run.id()).orElseThrow().history()).hasSize(2);
      assertThat(bench.pipelines.output(run.id(), "read", Text.class).orElseThrow().text())
          .isEqualTo("mailmanual1.0.0");
    }
  }

  @Test
  void tells_a_step_that_it_asked_for_what_it_has_not() {
    TestStep wrong = new TestStep("read", context -> context.input("none", Text.class).text());
    TestStep shape =
        new TestStep("shape", context -> "" + context.input("ok", int[].class).length).after("ok");
    TestStep ok = new TestStep("ok", _ -> "fine");
    try (Bench bench = new Bench(folder, wrong, shape, ok)) {
      Run run = bench.run(Bench.canvas("read", "ok", "shape"));

      assertThat(run.step("read").orElseThrow().failure().orElseThrow()).contains("no input");
      assertThat(run.step("shape").orElseThrow().failure().orElseThrow()).contains("is not a");
      assertThat(run.step("ok").orElseThrow().state()).isEqualTo("SUCCEEDED");
    }
  }

  @Test
  void knows_neither_runs_nor_steps_that_do_not_exist() {
    try (Bench bench = new Bench(folder, read())) {
      Run run = bench.run(Bench.canvas("read"));
      assertThatThrownBy(() -> bench.pipelines.run("run_none")).hasMessageContaining("run_none");
      assertThatThrownBy(() -> bench.pipelines.explain(run.id(), "none"))
          .hasMessageContaining("no step 'none'");
    }
  }
}
