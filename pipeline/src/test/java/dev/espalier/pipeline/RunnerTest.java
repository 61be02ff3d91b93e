package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the canvas lets runs work, a run starts, and nowhere else. */
class RunnerTest {
  @TempDir Path folder;

  static CanvasVersion with(CanvasVersion canvas, Spec spec) {
    List<Resource> resources =
        new ArrayList<>(
            canvas.resources().stream()
                .filter(one -> !one.spec().getClass().equals(spec.getClass()))
                .toList());
    resources.add(Resource.of("mail", "mail@1.0.0#ct", spec));
    return new CanvasVersion(
        canvas.product(),
        canvas.version(),
        canvas.digest(),
        canvas.contentDigest(),
        canvas.parent(),
        canvas.appliedAt(),
        canvas.appliedBy(),
        resources);
  }

  private static void refused(Runner runner, CanvasVersion canvas, String words) {
    assertThatThrownBy(() -> runner.admit(canvas))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessageContaining(words);
  }

  @Test
  void runs_start_on_a_machine_with_the_labels_that_the_canvas_asks_for() {
    CanvasVersion labelled =
        with(Bench.canvas("read"), new Spec.RunnerLabels(Set.of("train", "big")));
    refused(new Runner(Set.of("train"), Optional.empty()), labelled, "labelled [big]");
    refused(new Runner(Set.of(), Optional.empty()), labelled, "labelled nothing");
    new Runner(Set.of("train", "big", "old"), Optional.empty()).admit(labelled);
    try (Bench bench = new Bench(folder, new TestStep("read", _ -> "rows"))) {
      assertThatThrownBy(() -> bench.pipelines.start(labelled, Bench.manual(), 1))
          .hasMessageContaining("ct.where.labels");
      assertThat(bench.pipelines.runs("mail")).as("nothing has begun").isEmpty();
    }
  }

  @Test
  void runs_stay_in_the_region_where_the_machine_is_known_to_stand_elsewhere() {
    CanvasVersion european =
        with(Bench.canvas("read"), new Spec.Placement("embedded", Set.of("eu", "ch"), "law"));
    refused(new Runner(Set.of(), Optional.of("us-east-1")), european, "stay in [ch, eu]");
    refused(new Runner(Set.of(), Optional.of("europa")), european, "stands in europa");
    new Runner(Set.of(), Optional.of("eu-central-1")).admit(european);
    new Runner(Set.of(), Optional.of("ch")).admit(european);
    new Runner(Set.of(), Optional.empty()).admit(european);
  }
}
