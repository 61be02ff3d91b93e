package dev.espalier.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Row;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LadderTrainerTest {
  private static final List<String> LABELS = List.of("ham", "spam");
  @TempDir private Path folder;
  private LocalArtifactStore artifacts;
  private final List<Long> heard = new ArrayList<>();

  @BeforeEach
  void open() {
    artifacts = new LocalArtifactStore(folder.resolve("artifacts"));
  }

  @Test
  void every_rung_becomes_a_bundle_that_loads_and_proves_itself() {
    List<TrainedRung> rungs = train("majority", "linear");

    assertThat(rungs).extracting(TrainedRung::id).containsExactly("majority", "linear");
    Bundles bundles = new Bundles(artifacts);
    for (TrainedRung rung : rungs) {
      assertThat(bundles.golden(rung.bundle().orElseThrow())).hasSize(40);
      assertThat(rung.facts()).containsKeys("parameters", "config", "seed", "rows");
      try (Engine engine = bundles.load(rung.bundle().orElseThrow())) {
        assertThat(engine.signature().labels()).isEqualTo(LABELS);
      }
    }
    try (Engine linear = bundles.load(rungs.getLast().bundle().orElseThrow())) {
      assertThat(linear.score(List.of("win money 3")).getFirst()[1]).isGreaterThan(0.5);
      assertThat(linear.score(List.of("lunch 3")).getFirst()[1]).isLessThan(0.5);
    }
  }

  @Test
  void the_same_task_gives_the_same_bundles() {
    assertThat(train("majority", "linear").getLast().bundle())
        .isEqualTo(train("majority", "linear").getLast().bundle());
  }

  @Test
  void a_model_is_calibrated_on_rows_that_its_first_pass_did_not_see() {
    List<String> lines = new ArrayList<>();
    TrainedRung plain = train(40, lines, "linear").getFirst();
    assertThat(lines).anyMatch(line -> line.startsWith("linear is not calibrated: 0 validation"));
    assertThat(plain.facts()).doesNotContainKey(Bundles.TEMPERATURE);

    TrainedRung calibrated = train(80, lines, "linear").getFirst();
    assertThat(calibrated.facts())
        .containsEntry("calibrationRows", "40")
        .containsEntry("rows", "80");
    double temperature = Double.parseDouble(calibrated.facts().get(Bundles.TEMPERATURE));
    assertThat(temperature).isBetween(0.5, 2.0).isNotEqualTo(1);
    Bundles bundles = new Bundles(artifacts);
    assertThat(bundles.manifest(calibrated.bundle().orElseThrow()).facts())
        .containsEntry(Bundles.TEMPERATURE, String.valueOf(temperature));
    try (Engine engine = bundles.load(calibrated.bundle().orElseThrow())) {
      // These rows are easy, the model is always right: 40 of them justify about 1 − 1/42.
      assertThat(engine.score(List.of("win money prize 3")).getFirst()[1]).isBetween(0.9, 0.995);
    }
  }

  @Test
  void an_encoders_head_is_calibrated_too() {
    List<String> lines = new ArrayList<>();
    TrainedRung rung = train(80, lines, "frozen_encoder").getFirst();

    assertThat(rung.facts()).containsKeys(Bundles.TEMPERATURE, "maxTokens");
    // The second pass finds the first one's vectors.
    assertThat(lines).anyMatch(line -> line.startsWith("40 of 80 vectors came from the cache"));
    new Bundles(artifacts).load(rung.bundle().orElseThrow()).close();
  }

  @Test
  void progress_climbs_to_the_whole() {
    train("majority", "linear");

    assertThat(heard).isSorted().endsWith(2_000L);
  }

  @Test
  void a_rung_that_nothing_trains_is_skipped_with_its_reason() {
    List<TrainedRung> rungs = train("majority", "decoder");

    assertThat(rungs.getLast().bundle()).isEmpty();
    assertThat(rungs.getLast().skipped()).contains("nothing here trains a decoder");
    assertThat(rungs.getFirst().bundle()).isPresent();
  }

  @Test
  void the_frozen_encoder_reads_its_vectors_from_the_cache_the_second_time() {
    List<String> lines = new ArrayList<>();
    train(lines, "frozen_encoder");
    List<TrainedRung> again = train(lines, "frozen_encoder");

    assertThat(lines).anyMatch(line -> line.startsWith("40 of 40 vectors came from the cache"));
    try (Engine engine = new Bundles(artifacts).load(again.getFirst().bundle().orElseThrow())) {
      assertThat(engine.score(List.of("free money prize")).getFirst()[1]).isGreaterThan(0.5);
    }
  }

  private List<TrainedRung> train(String... approaches) {
    return train(new ArrayList<>(), approaches);
  }

  private List<TrainedRung> train(List<String> lines, String... approaches) {
    return train(40, lines, approaches);
  }

  /** Trains on 40 rows; what {@code all} has beyond them is the validation part. */
  private List<TrainedRung> train(int all, List<String> lines, String... approaches) {
    List<Spec.Rung> rungs = new ArrayList<>();
    for (String approach : approaches) {
      rungs.add(new Spec.Rung(approach, approach, "it helps"));
    }
    LadderTask task = LadderTask.of(new Spec.Ladder(rungs, 0.01, "majority"), Optional.empty(), 42);
    LadderTrainer.Listener listener =
        new LadderTrainer.Listener() {
          @Override
          public void progress(long done, long total) {
            heard.add(done);
          }

          @Override
          public void log(String line) {
            lines.add(line);
          }
        };
    List<Row> rows = rows(all);
    return new LadderTrainer(
            task,
            LABELS,
            rows.subList(0, 40),
            rows.subList(40, all),
            artifacts,
            folder.resolve("cache"),
            listener)
        .train();
  }

  private static List<Row> rows(int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean spam = i % 4 == 0;
      rows.add(
          new Row(
              "row-" + i,
              Instant.EPOCH.plusSeconds(i),
              spam ? "win money prize " + i : "lunch with the team " + i,
              Optional.of(spam ? "spam" : "ham"),
              Map.of()));
    }
    return rows;
  }
}
