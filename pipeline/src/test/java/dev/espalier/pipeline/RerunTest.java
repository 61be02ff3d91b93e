package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RerunTest {
  private static final Duration LONG = Duration.ofHours(1);
  @TempDir Path folder;

  private static List<Observation> drill(Bench bench, CanvasVersion canvas, Duration longest) {
    return new RerunDrill(bench.pipelines, longest).run("mail", canvas, bench.clocks.now("mail"));
  }

  @Test
  void a_pure_workflow_gives_the_same_again_and_leaves_no_trace() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    TestStep read =
        new TestStep(
            "read",
            _ -> {
              calls.incrementAndGet();
              return "mail";
            });
    TestStep count =
        new TestStep("count", context -> context.input("read", TestStep.Text.class).text() + " 4")
            .after("read");
    CanvasVersion canvas = Bench.canvas("read", "count");
    try (Bench bench = new Bench(folder, read, count)) {
      Run run = bench.run(canvas);
      List<Observation> seen = drill(bench, canvas, LONG);

      assertThat(calls).hasValue(2);
      Observation same = seen.getFirst();
      assertThat(same.question()).isEqualTo("ct.workflow");
      assertThat(same.clause()).isEqualTo("rerun");
      assertThat(same.subject()).isEqualTo(run.id());
      assertThat(same.pass()).contains(true);
      assertThat(same.n()).isEqualTo(2);
      assertThat(same.detail()).isEqualTo("Executed again: read, count gave the same.");
      assertThat(bench.pipelines.runs("mail")).containsExactly(run);
      try (var files = Files.walk(folder)) {
        assertThat(files.filter(file -> file.startsWith(folder.resolve("work"))))
            .as("no work folder is left")
            .isEmpty();
      }
    }
  }

  @Test
  void training_again_proves_reproduction_where_models_are_stored_for_it() {
    AtomicInteger calls = new AtomicInteger();
    TestStep train = new TestStep("train", _ -> "weights " + Math.min(2, calls.incrementAndGet()));
    CanvasVersion plain = Bench.canvas("train");
    CanvasVersion stored =
        RunnerTest.with(
            plain, new Spec.ModelStore("embedded_cas", Set.of("reproducibility"), "prod forever"));
    try (Bench bench = new Bench(folder, train)) {
      Run _ = bench.run(plain);
      assertThat(drill(bench, plain, LONG))
          .extracting(Observation::clause)
          .containsExactly("rerun");
      Observation other = drill(bench, stored, LONG).getLast();
      assertThat(other.question() + " " + other.clause()).isEqualTo("registry.store reproduce");
      assertThat(other.pass()).as("it gave weights 2, not 1").contains(false);
      assertThat(other.detail()).contains("train");
    }
  }

  @Test
  void a_step_that_gives_something_else_is_named_with_the_field() {
    AtomicInteger calls = new AtomicInteger();
    TestStep dice = new TestStep("dice", _ -> "roll " + calls.incrementAndGet());
    CanvasVersion canvas = Bench.canvas("dice");
    try (Bench bench = new Bench(folder, dice)) {
      bench.run(canvas);
      Observation seen = drill(bench, canvas, LONG).getFirst();
      assertThat(seen.pass()).contains(false);
      assertThat(seen.detail()).contains("dice: .text was \"roll 1\" and is \"roll 2\"");
    }
  }

  @Test
  void what_measures_the_attempt_may_differ() {
    AtomicInteger calls = new AtomicInteger();
    TestStep timed = new TestStep("timed", _ -> "" + calls.incrementAndGet()).measuring("text");
    CanvasVersion canvas = Bench.canvas("timed");
    try (Bench bench = new Bench(folder, timed)) {
      bench.run(canvas);
      assertThat(drill(bench, canvas, LONG).getFirst().pass()).contains(true);
    }
  }

  @Test
  void effects_slow_steps_and_steps_with_another_key_are_left_out_and_named() {
    AtomicInteger sent = new AtomicInteger();
    Map<String, String> params = new java.util.concurrent.ConcurrentHashMap<>(Map.of("a", "1"));
    TestStep read = new TestStep("read", _ -> "mail");
    TestStep prepare = new TestStep("prepare", _ -> "p").after("read").params(() -> params);
    TestStep send =
        new TestStep("send", _ -> "" + sent.incrementAndGet()).after("prepare").effect();
    CanvasVersion canvas = Bench.canvas("read", "prepare", "send");
    try (Bench bench = new Bench(folder, read, prepare, send)) {
      bench.run(canvas);
      params.put("a", "2");
      Observation seen = drill(bench, canvas, LONG).getFirst();
      assertThat(seen.pass()).contains(true);
      assertThat(seen.n()).isEqualTo(1);
      assertThat(seen.detail())
          .contains("read gave the same")
          .contains("prepare: its key has changed since")
          .contains("send: it has an effect");
      assertThat(sent).hasValue(1);
      assertThat(drill(bench, canvas, Duration.ofMillis(-1)))
          .as("nothing executed is no evidence")
          .isEmpty();
    }
  }

  @Test
  void a_failing_re_run_is_a_difference_and_no_run_is_no_evidence() {
    AtomicInteger calls = new AtomicInteger();
    TestStep fragile =
        new TestStep(
            "fragile",
            _ -> {
              if (calls.incrementAndGet() > 1) {
                throw new IllegalStateException("the file is gone");
              }
              return "x";
            });
    CanvasVersion canvas = Bench.canvas("fragile");
    try (Bench bench = new Bench(folder, fragile)) {
      assertThat(drill(bench, canvas, LONG)).isEmpty();
      bench.run(canvas);
      Observation seen = drill(bench, canvas, LONG).getFirst();
      assertThat(seen.pass()).contains(false);
      assertThat(seen.detail()).contains("it failed, USER: the file is gone");
    }
  }

  @Test
  void compares_numbers_with_a_tolerance_and_everything_else_exactly() {
    JsonNode before =
        Json.tree(
            """
            {"a":[1,0.1,{"b":"x"}],"millis":5,"n":null}
            """);
    assertThat(
            Rerun.difference(
                "",
                before,
                Json.tree("{\"a\":[1.0,0.1000000000001,{\"b\":\"x\"}],\"millis\":9,\"n\":null}"),
                Set.of("millis")))
        .isEmpty();
    assertThat(difference(before, "{\"a\":[1,0.1,{\"b\":\"y\"}],\"n\":null}"))
        .contains(".a[2].b was \"x\" and is \"y\"");
    assertThat(difference(before, "{\"a\":[1,0.1],\"n\":null}").orElseThrow()).startsWith(".a was");
    assertThat(difference(before, "{\"a\":[1,0.2,{\"b\":\"x\"}],\"n\":null}"))
        .contains(".a[1] was 0.1 and is 0.2");
    assertThat(difference(before, "{\"a\":[1,0.1,{\"b\":\"x\"}]}"))
        .contains(".n was null and is absent");
  }

  private static Optional<String> difference(JsonNode before, String now) {
    return Rerun.difference("", before, Json.tree(now), Set.of("millis"));
  }
}
