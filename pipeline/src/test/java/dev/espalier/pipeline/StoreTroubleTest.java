package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.pipeline.TestStep.Text;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that cannot be written, or breaks, while a run works. */
class StoreTroubleTest {
  private static final int ALL_THERE_IS = 1_000_000_000;
  @TempDir Path folder;
  private final AtomicReference<Database> database = new AtomicReference<>();

  /** SQLite itself says that the disk is full when the file may not grow. */
  private static void room(Database database, int pages) {
    int _ =
        database.write(handle ->
            handle.createQuery("PRAGMA max_page_count = " + pages).mapTo(Integer.class).one());
  }

  @Test
  void a_run_waits_while_the_disk_is_full_says_so_and_goes_on() {
    TestStep fills =
        new TestStep(
            "read",
            _ -> {
              room(database.get(), 1);
              return "x".repeat(OutputStore.SMALL - 100);
            });
    TestStep count =
        new TestStep("count", context -> "" + context.input("read", Text.class).text().length())
            .after("read");
    try (Bench bench = new Bench(folder, fills, count)) {
      database.set(bench.database);
      String id = bench.pipelines.start(Bench.canvas("read", "count"), Bench.manual(), 1);
      while (bench.pipelines.run(id).blocked().isEmpty()) {
        LockSupport.parkNanos(1_000_000);
      }
      Run waiting = bench.pipelines.run(id);
      assertThat(waiting.state()).isEqualTo("RUNNING");
      assertThat(waiting.blocked().orElseThrow()).contains("The disk is full");
      assertThat(waiting.step("read").orElseThrow().state()).isEqualTo("LEASED");

      room(bench.database, ALL_THERE_IS);
      Run run = bench.pipelines.await(id, Bench.LONG);
      assertThat(run.state()).isEqualTo("SUCCEEDED");
      assertThat(run.blocked()).isEmpty();
      assertThat(run.step("read").orElseThrow().attempt()).as("its work was kept").isEqualTo(1);
    }
  }

  @Test
  void a_step_that_was_leased_in_a_commit_nobody_heard_of_is_begun() {
    TestStep read = new TestStep("read", _ -> "rows");
    TestStep count = new TestStep("count", _ -> "counted").after("read");
    try (Bench bench = new Bench(folder, read, count)) {
      int _ =
          bench.database.write(handle ->
              handle.execute(
                  """
                  CREATE TRIGGER answer_lost AFTER UPDATE OF state ON step_run
                  WHEN NEW.name = 'read' AND NEW.state = 'SUCCEEDED'
                  BEGIN
                    UPDATE step_run SET state = 'LEASED', attempt = 1
                    WHERE run_id = NEW.run_id AND name = 'count';
                  END
                  """));
      Run run = bench.run(Bench.canvas("read", "count"));
      assertThat(run.state()).isEqualTo("SUCCEEDED");
      assertThat(run.step("count").orElseThrow().attempt()).isEqualTo(1);
    }
  }

  @Test
  void a_run_whose_record_cannot_be_kept_ends_as_failed() {
    TestStep breaks =
        new TestStep(
            "read",
            _ -> {
              int _ = database.get().write(handle -> handle.execute("DROP TABLE step_output"));
              return "rows";
            });
    TestStep count = new TestStep("count", _ -> "never").after("read");
    try (Bench bench = new Bench(folder, breaks, count)) {
      database.set(bench.database);
      Run run = bench.run(Bench.canvas("read", "count"));
      assertThat(run.state()).isEqualTo("FAILED");
      assertThat(run.steps()).extracting(StepRun::state).containsOnly("CANCELLED");
      assertThat(bench.tracking.run(run.id()).orElseThrow().status().name()).isEqualTo("FAILED");
    }
  }

  @Test
  void small_outputs_are_rows_and_large_ones_artifacts() throws Exception {
    try (Bench bench = new Bench(folder)) {
      OutputStore outputs = new OutputStore(bench.database, bench.artifacts);
      OutputStore.Output small = outputs.prepare(Json.tree(new Text("a few words")));
      OutputStore.Output large = outputs.prepare(Json.tree(new Text("x".repeat(40_000))));
      assertThat(outputs.exists(small.digest())).as("not yet written").isFalse();
      String _ =
          bench.database.write(handle -> {
            OutputStore.keep(handle, small);
            OutputStore.keep(handle, small);
            OutputStore.keep(handle, large);
            return "";
          });

      assertThat(outputs.read(small.digest()).path("text").asText()).isEqualTo("a few words");
      assertThat(outputs.read(large.digest()).path("text").asText()).hasSize(40_000);
      assertThat(bench.artifacts.list()).containsExactly(large.digest());
      assertThat(Files.exists(folder.resolve("artifacts"))).isTrue();
      assertThatThrownBy(() -> outputs.read(Digest.of("never stored")))
          .isInstanceOf(EspalierException.class)
          .hasMessageContaining("No artifact");

      int _ = bench.database.write(handle -> handle.execute("UPDATE step_output SET json = '{}'"));
      assertThatThrownBy(() -> outputs.read(small.digest())).hasMessageContaining("damaged");
    }
  }
}
