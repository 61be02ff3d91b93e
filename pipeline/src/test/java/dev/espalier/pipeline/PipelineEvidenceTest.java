package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineEvidenceTest {
  @TempDir Path folder;

  @Test
  void says_nothing_before_a_run_ended_and_shares_after() {
    AtomicBoolean broken = new AtomicBoolean();
    TestStep read =
        new TestStep(
                "read",
                _ -> {
                  if (broken.get()) {
                    throw new IllegalStateException("no rows");
                  }
                  return "mail";
                })
            .params(() -> Map.of("broken", broken.toString()));
    TestStep more = new TestStep("more", _ -> "");
    CanvasVersion canvas = Bench.canvas("read");
    try (Bench bench = new Bench(folder, read, more)) {
      PipelineEvidence evidence = new PipelineEvidence(bench.pipelines, List.of(read, more));
      bench.clocks.replay("mail", Bench.START);
      assertThat(evidence.observe("mail", canvas, bench.clocks.now("mail"))).isEmpty();

      bench.run(canvas);
      bench.run(Bench.canvas("read", "more"));
      broken.set(true);
      bench.run(canvas);
      Map<String, Observation> seen =
          evidence.observe("mail", canvas, bench.clocks.now("mail")).stream()
              .collect(Collectors.toMap(one -> one.question() + " " + one.clause(), one -> one));

      assertThat(seen)
          .containsOnlyKeys(
              "ct.schedule budget",
              "ct.where runner",
              "ct.where cause",
              "ct.workflow dag",
              "ct.workflow success");
      assertThat(seen.get("ct.where runner").value()).hasValue(1.0);
      assertThat(seen.get("ct.where cause").value()).hasValue(1.0);
      assertThat(seen.get("ct.workflow dag").value()).hasValue(2.0 / 3);
      assertThat(seen.get("ct.workflow success").value()).hasValue(2.0 / 3);
      assertThat(seen.get("ct.workflow success").n()).isEqualTo(3);
      assertThat(seen.get("ct.schedule budget").detail()).contains("3 runs");
      assertThat(seen.get("ct.schedule budget").source()).isEqualTo("/api/v1/pipelines/mail/runs");
    }
  }

  @Test
  void counts_due_times_without_a_run_and_measures_the_interval() {
    TestStep read = new TestStep("read", _ -> "mail");
    CanvasVersion canvas = Bench.canvas("read");
    try (Bench bench = new Bench(folder, read)) {
      PipelineEvidence evidence = new PipelineEvidence(bench.pipelines, List.of(read));
      bench.clocks.replay("mail", Bench.START);
      for (int day = 0; day < 8; day++) {
        // Due at 03:00; the run of day 3 is late by 30 minutes, those of days 5 and 6 never start.
        Duration late = Duration.ofHours(3).plusMinutes(day == 3 ? 30 : 0);
        bench.clocks.advance("mail", Bench.START.plus(Duration.ofDays(day)).plus(late));
        if (day != 5 && day != 6) {
          var cause = bench.pipelines.due(canvas, () -> 0).orElseThrow();
          assertThat(cause.trigger()).isEqualTo("schedule");
          bench.pipelines.await(bench.pipelines.start(canvas, cause, 1), Bench.LONG);
          assertThat(bench.pipelines.due(canvas, () -> 0)).as("once").isEmpty();
        }
      }
      Map<String, Observation> seen =
          evidence.observe("mail", canvas, bench.clocks.now("mail")).stream()
              .collect(Collectors.toMap(one -> one.question() + " " + one.clause(), one -> one));
      assertThat(seen.get("ct.schedule missed").value()).hasValue(2);
      assertThat(seen.get("ct.schedule missed").n()).isEqualTo(8);
      assertThat(seen.get("ct.schedule missed").detail()).contains("2026-11-25T03:00:00Z");
      assertThat(seen.get("ct.schedule interval").n()).isEqualTo(6);
      assertThat(seen.get("ct.schedule interval").value()).hasValue(0);
    }
  }

  @Test
  void answers_from_memory_until_a_run_ends() {
    TestStep read = new TestStep("read", _ -> "mail");
    CanvasVersion canvas = Bench.canvas("read");
    try (Bench bench = new Bench(folder, read)) {
      PipelineEvidence evidence = new PipelineEvidence(bench.pipelines, List.of(read));
      bench.clocks.replay("mail", Bench.START);
      bench.run(canvas);
      var now = bench.clocks.now("mail");
      List<Observation> first = evidence.observe("mail", canvas, now);
      assertThat(evidence.observe("mail", canvas, now)).isSameAs(first);
      bench.run(canvas);
      assertThat(evidence.observe("mail", canvas, now)).isNotSameAs(first);
    }
  }
}
