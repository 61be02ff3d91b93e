package dev.espalier.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Database;
import dev.espalier.platform.TestDatabase;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrackingTest {
  private static final Instant AT = Instant.parse("2026-11-20T00:00:00Z");
  @TempDir Path folder;
  private Database database;
  private Tracking tracking;

  @BeforeEach
  void open() {
    database = TestDatabase.in(folder);
    tracking = new Tracking(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void start(String id) {
    tracking.start("mail", id, "first", Map.of("canvas", "1.0.0"), AT);
  }

  @Test
  void keeps_what_a_run_was_given_and_measured() {
    start("r1");
    tracking.params("r1", Map.of("seed", "7"));
    tracking.metric("r1", "loss", 0.5, 0, AT);
    tracking.metric("r1", "loss", 0.25, 1, AT.plusSeconds(1));
    tracking.finish("r1", RunStatus.FINISHED, AT.plusSeconds(2));

    TrackedRun run = tracking.run("r1").orElseThrow();
    assertThat(run.status()).isEqualTo(RunStatus.FINISHED);
    assertThat(run.startedAt()).isEqualTo(AT);
    assertThat(run.finishedAt()).contains(AT.plusSeconds(2));
    assertThat(run.tags()).containsExactly(Map.entry("canvas", "1.0.0"));
    assertThat(run.params()).containsExactly(Map.entry("seed", "7"));
    assertThat(run.metrics()).containsExactly(Map.entry("loss", 0.25));
    assertThat(run.history())
        .containsExactly(
            new TrackedRun.Point("loss", 0.5, 0, AT),
            new TrackedRun.Point("loss", 0.25, 1, AT.plusSeconds(1)));
  }

  @Test
  void the_same_calls_twice_leave_the_same_record() {
    for (int time = 0; time < 2; time++) {
      start("r1");
      tracking.params("r1", Map.of("seed", "7"));
      tracking.metric("r1", "loss", 0.5, 0, AT);
      tracking.finish("r1", RunStatus.FAILED, AT.plusSeconds(time));
    }
    TrackedRun run = tracking.run("r1").orElseThrow();
    assertThat(run.history()).hasSize(1);
    assertThat(run.finishedAt()).as("the first closing stands").contains(AT);
    assertThat(tracking.runs("mail")).hasSize(1);
  }

  @Test
  void a_later_value_of_the_same_step_is_the_latest_and_the_earlier_one_stays() {
    start("r1");
    tracking.metric("r1", "loss", 0.5, 3, AT);
    tracking.metric("r1", "loss", 0.1, 3, AT.plusMillis(1));
    tracking.metric("r1", "loss", 0.9, 2, AT.plusSeconds(1));
    TrackedRun run = tracking.run("r1").orElseThrow();
    assertThat(run.metrics()).containsEntry("loss", 0.1);
    assertThat(run.history()).hasSize(3);
  }

  @Test
  void ranges_that_an_earlier_version_did_not_keep_are_reckoned_when_the_tables_open() {
    start("r1");
    int _ =
        database.write(handle -> {
          // More than one carrying over takes at a time.
          IntStream.range(0, 600).forEach(i -> tracking.metric("r1", "m" + i, i, 0, AT));
          tracking.metric("r1", "m5", 2, 1, AT.plusSeconds(1));
          return handle.execute("UPDATE run_metric SET low = NULL, high = NULL");
        });
    Tracking again = new Tracking(database);
    Map<String, MetricRange> ranges = new HashMap<>();
    again.runs().get("r1").metrics().forEach(one -> ranges.put(one.key(), one.range()));
    assertThat(ranges).hasSize(600).containsEntry("m599", new MetricRange(599, 599));
    assertThat(ranges.get("m5")).isEqualTo(new MetricRange(2, 5));
    int unknown =
        database.read(handle ->
            handle
                .createQuery("SELECT count(*) FROM run_metric WHERE high IS NULL")
                .mapTo(Integer.class)
                .one());
    assertThat(unknown).isZero();
  }

  @Test
  void a_finished_run_does_not_change_its_status() {
    start("r1");
    tracking.finish("r1", RunStatus.KILLED, AT);
    tracking.finish("r1", RunStatus.FINISHED, AT);
    assertThat(tracking.run("r1").orElseThrow().status()).isEqualTo(RunStatus.KILLED);
  }

  @Test
  void refuses_contradictions() {
    start("r1");
    tracking.params("r1", Map.of("seed", "7"));
    assertThatThrownBy(() -> tracking.params("r1", Map.of("seed", "8")))
        .hasMessageContaining("already logged with value='7'");
    assertThatThrownBy(() -> tracking.start("other", "r1", "x", Map.of("t", "u"), AT))
        .hasMessageContaining("belongs to experiment 'mail'");
    assertThat(tracking.run("r1").orElseThrow().tags()).doesNotContainKey("t");
  }

  @Test
  void refuses_runs_that_nobody_started() {
    assertThatThrownBy(() -> tracking.params("none", Map.of())).hasMessageContaining("none");
    assertThatThrownBy(() -> tracking.metric("none", "loss", 1, 0, AT))
        .hasMessageContaining("none");
    assertThatThrownBy(() -> tracking.finish("none", RunStatus.FAILED, AT))
        .hasMessageContaining("none");
    assertThat(tracking.run("none")).isEmpty();
    assertThat(tracking.runs("none")).isEmpty();
  }

  @Test
  void refuses_bad_names_texts_and_numbers() {
    start("r1");
    assertThatThrownBy(() -> tracking.start(" ", "r2", "x", Map.of(), AT))
        .hasMessageContaining("1 to 250");
    assertThatThrownBy(() -> tracking.start("mail", "x".repeat(251), "x", Map.of(), AT))
        .hasMessageContaining("1 to 250");
    assertThatThrownBy(() -> tracking.params("r1", Map.of("p", "x".repeat(6_001))))
        .hasMessageContaining("6000");
    tracking.params("r1", Map.of("p", "x".repeat(6_000)));
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> tracking.metric("r1", "loss", bad, 0, AT))
          .hasMessageContaining("loss");
    }
    assertThatThrownBy(() -> tracking.finish("r1", RunStatus.RUNNING, AT))
        .hasMessageContaining("RUNNING");
  }

  @Test
  void lists_the_newest_run_first_without_its_history() {
    start("r1");
    tracking.metric("r1", "loss", 0.5, 0, AT);
    tracking.start("mail", "r2", "second", Map.of(), AT.plusSeconds(60));
    List<TrackedRun> runs = tracking.runs("mail");
    assertThat(runs).extracting(TrackedRun::id).containsExactly("r2", "r1");
    assertThat(runs.getLast().metrics()).containsEntry("loss", 0.5);
    assertThat(runs.getLast().history()).isEmpty();
  }

  @Test
  void joins_the_transaction_of_its_caller() {
    assertThatThrownBy(() ->
            database.write(_ -> {
              start("r1");
              throw new IllegalStateException("rolled back");
            }))
        .hasMessageContaining("rolled back");
    assertThat(tracking.run("r1")).isEmpty();
  }

  @Test
  void takes_values_from_many_threads_and_keeps_them_over_a_restart() throws Exception {
    start("r1");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<? extends Future<?>> calls =
          IntStream.range(0, 40)
              .mapToObj(step -> threads.submit(() -> tracking.metric("r1", "loss", step, step, AT)))
              .toList();
      for (Future<?> call : calls) {
        call.get();
      }
    }
    database.close();
    open();
    TrackedRun run = tracking.run("r1").orElseThrow();
    assertThat(run.history()).hasSize(40);
    assertThat(run.metrics()).containsEntry("loss", 39.0);
  }
}
