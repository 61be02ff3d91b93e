package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import java.nio.file.Path;
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
}
