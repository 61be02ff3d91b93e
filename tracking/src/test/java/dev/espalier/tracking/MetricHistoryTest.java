package dev.espalier.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Database;
import dev.espalier.platform.Json;
import dev.espalier.platform.TestDatabase;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricHistoryTest {
  @TempDir Path folder;
  private MlflowServer server;

  @BeforeEach
  void open() {
    server = new MlflowServer(folder);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private void log(String run, String key, List<MetricPoint> points) {
    server
        .tracking
        .runs()
        .log(
            run,
            points.stream()
                .map(point ->
                    new Runs.LoggedMetric(
                        -1, key, point, Optional.empty(), Optional.empty(), Optional.empty()))
                .toList(),
            List.of(),
            List.of());
  }

  private List<MetricPoint> history(String run, String key) {
    return server.tracking.runs().history(run, key, Optional.empty(), Integer.MAX_VALUE - 1);
  }

  @Test
  void a_block_gives_back_its_points_exactly() {
    List<MetricPoint> points =
        List.of(
            new MetricPoint(0, Long.MIN_VALUE, -0.0),
            new MetricPoint(0, Long.MAX_VALUE, Double.MIN_VALUE),
            new MetricPoint(1, -5, Double.NaN),
            new MetricPoint(1_700_000_000_000L, 7, Double.POSITIVE_INFINITY),
            new MetricPoint(Long.MAX_VALUE, 0, Double.NEGATIVE_INFINITY));
    assertThat(MetricBlock.decode(MetricBlock.encode(points))).isEqualTo(points);
    List<MetricPoint> steady =
        IntStream.range(0, 1_000)
            .mapToObj(i -> new MetricPoint(1_700_000_000_000L + 10L * i, i, i * 0.1))
            .toList();
    assertThat(MetricBlock.encode(steady)).hasSizeLessThan(12_000);
  }

  /** Appends in any order and size, with repeats, against a plain set. */
  @Test
  void keeps_every_distinct_point_once_in_random_trials() {
    Random random = new Random(11);
    for (int trial = 0; trial < 12; trial++) {
      String run = server.run();
      TreeSet<MetricPoint> expected = new TreeSet<>(MetricPoint.BY_TIME);
      int spread = 1 + random.nextInt(400);
      for (int call = 0; call < 25; call++) {
        List<MetricPoint> points = new ArrayList<>();
        for (int i = random.nextInt(call % 5 == 0 ? 300 : 4); i >= 0; i--) {
          double value =
              random.nextInt(10) == 0 ? Double.NaN : random.nextInt(3) == 0 ? random.nextInt() : 1;
          points.add(new MetricPoint(random.nextInt(spread), random.nextInt(spread) - 3, value));
        }
        log(run, "m", points);
        expected.addAll(points);
      }
      assertThat(history(run, "m")).containsExactlyElementsOf(expected);
      MetricPoint latest = server.tracking.runs().get(run).metrics().getFirst().point();
      assertThat(latest).isEqualTo(expected.stream().max(MetricPoint.BY_STEP).orElseThrow());
      List<MetricPoint> paged = new ArrayList<>();
      String token = "";
      do {
        JsonNode page =
            server
                .get(
                    "metrics/get-history?run_id=%s&metric_key=m&max_results=57&page_token=%s"
                        .formatted(run, token))
                .body();
        page.path("metrics")
            .forEach(point ->
                paged.add(
                    new MetricPoint(
                        point.path("timestamp").asLong(),
                        point.path("step").asLong(),
                        point.path("value").asText().equals("NaN")
                            ? Double.NaN
                            : point.path("value").asDouble())));
        token = page.path("next_page_token").asText("");
      } while (!token.isEmpty());
      assertThat(paged).containsExactlyElementsOf(expected);
    }
  }

  @Test
  void sixteen_writers_on_one_run_lose_nothing() throws Exception {
    String run = server.run();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < 16; writer++) {
        int w = writer;
        writers.add(
            threads.submit(() -> {
              for (int i = 0; i < 40; i++) {
                server.ok(
                    "runs/log-batch",
                    """
                    {"run_id":"%s","metrics":[{"key":"shared","value":%d,"timestamp":%d,"step":%d},
                     {"key":"own%d","value":1,"timestamp":1,"step":%d}],
                     "params":[{"key":"p%d-%d","value":"x"}],"tags":[{"key":"t","value":"%d"}]}
                    """
                        .formatted(run, w, i, i, w, i, w, i % 5, w));
              }
            }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    assertThat(history(run, "shared")).hasSize(640);
    RunInfo.Full full = server.tracking.runs().get(run);
    assertThat(full.metrics()).hasSize(17);
    assertThat(full.params()).hasSize(80);
    assertThat(full.metrics().getLast().point()).isEqualTo(new MetricPoint(39, 39, 15));
  }

  @Test
  void an_absent_page_size_means_everything_and_never_an_endless_loop() {
    String run = server.run();
    log(run, "m", IntStream.range(0, 30).mapToObj(i -> new MetricPoint(i, i, i)).toList());
    for (String size : List.of("", "&max_results=0")) {
      JsonNode all =
          server.get("metrics/get-history?run_id=%s&metric_key=m".formatted(run) + size).body();
      assertThat(all.path("metrics")).hasSize(30);
      assertThat(all.has("next_page_token")).isFalse();
    }
    assertThat(server.get("metrics/get-history?run_id=%s&metric_key=none".formatted(run)).body())
        .isEmpty();
    assertThat(
            server
                .get("metrics/get-history?run_id=%s&metric_key=m&max_results=25001".formatted(run))
                .status())
        .isEqualTo(400);
    assertThat(
            server
                .get(
                    "metrics/get-history?run_id=%s&metric_key=m&max_results=5&page_token=x"
                        .formatted(run))
                .status())
        .isEqualTo(400);
    assertThat(server.get("metrics/get-history?run_id=none&metric_key=m").status()).isEqualTo(404);
  }

  @Test
  void samples_keep_the_ends_and_the_extremes() {
    String run = server.run();
    List<MetricPoint> points = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      points.add(new MetricPoint(i, i, i == 1_234 ? 99 : i == 4_321 ? -99 : Math.sin(i)));
    }
    for (int from = 0; from < points.size(); from += 1_000) {
      log(run, "m", points.subList(from, from + 1_000));
    }
    JsonNode sample =
        server
            .get(
                "metrics/get-history-bulk-interval?run_ids=%s&metric_key=m&max_results=50"
                    .formatted(run))
            .body()
            .path("metrics");
    List<Integer> steps = new ArrayList<>();
    sample.forEach(point -> steps.add(point.path("step").asInt()));
    assertThat(steps).hasSizeBetween(48, 50).isSorted().contains(0, 1_234, 4_321, 4_999);
    assertThat(sample.get(0).path("run_id").asText()).isEqualTo(run);
    String path = "metrics/get-history-bulk-interval?metric_key=m&run_ids=" + run;
    assertThat(server.get(path + "&start_step=10&end_step=12").body().path("metrics")).hasSize(3);
    assertThat(server.get(path + "&start_step=10").message()).contains("both must be specified");
    assertThat(server.get(path + "&start_step=10&end_step=2").message())
        .contains("end_step must be");
    assertThat(server.get(path + "&max_results=2501").message()).contains("between 1 and 2500");
    JsonNode bulk =
        server
            .call(
                "GET",
                "/ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id=%s&metric_key=m&max_results=10"
                    .formatted(run),
                "")
            .body();
    assertThat(bulk.path("metrics")).hasSize(10);
    assertThat(server.call("GET", "/api/2.0/mlflow/metrics/get-history-bulk?run_id=x", "").code())
        .isEqualTo("ENDPOINT_NOT_FOUND");
    assertThat(
            server
                .call("GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk?metric_key=m", "")
                .status())
        .isEqualTo(400);
  }

  @Test
  void a_small_sample_is_the_last_points_of_importance() {
    List<MetricPoint> points =
        List.of(
            new MetricPoint(1, 1, 5),
            new MetricPoint(2, 2, Double.NaN),
            new MetricPoint(3, 3, 7),
            new MetricPoint(4, 4, 1),
            new MetricPoint(5, 5, 6));
    assertThat(Sampling.of(points, 1)).extracting(MetricPoint::step).containsExactly(5L);
    assertThat(Sampling.of(points, 2)).extracting(MetricPoint::step).containsExactly(1L, 5L);
    assertThat(Sampling.of(points, 4))
        .extracting(MetricPoint::step)
        .containsExactly(1L, 3L, 4L, 5L);
  }

  /** The first version of the tables knew pipelines only; what they held must survive. */
  @Test
  void carries_runs_over_from_the_first_tables() {
    Path other = folder.resolve("earlier");
    assertThat(other.toFile().mkdirs()).isTrue();
    try (Database database = TestDatabase.in(other)) {
      Tracking _ = new Tracking(database);
      database.write(handle -> {
        handle.execute(
            "INSERT INTO tracked_run VALUES ('run_1','mail','first','FINISHED','2026-01-01T00:00:00Z','2026-01-01T01:00:00Z')");
        handle.execute(
            "INSERT INTO tracked_run VALUES ('run_2','mail','second','RUNNING','2026-01-02T00:00:00Z',NULL)");
        handle.execute("INSERT INTO tracked_tag VALUES ('run_1','canvas','1.0.0')");
        handle.execute("INSERT INTO tracked_param VALUES ('run_1','seed','7')");
        handle.execute(
            "INSERT INTO tracked_metric VALUES ('run_1','loss',0,'2026-01-01T00:00:00Z',0.5)");
        return handle.execute(
            "INSERT INTO tracked_metric VALUES ('run_1','loss',1,'2026-01-01T00:00:00Z',0.25)");
      });
      Tracking carried = new Tracking(database);
      TrackedRun run = carried.run("run_1").orElseThrow();
      assertThat(run.status()).isEqualTo(RunStatus.FINISHED);
      assertThat(run.finishedAt()).contains(Instant.parse("2026-01-01T01:00:00Z"));
      assertThat(run.tags()).isEqualTo(Map.of("canvas", "1.0.0"));
      assertThat(run.params()).isEqualTo(Map.of("seed", "7"));
      assertThat(run.history()).hasSize(2);
      assertThat(carried.runs("mail")).extracting(TrackedRun::id).containsExactly("run_2", "run_1");
      assertThat(new Tracking(database).runs("mail")).hasSize(2);
    }
  }

  /** One truth: a client sees a pipeline's run, and the pipeline's readers see what it adds. */
  @Test
  void runs_of_pipelines_and_of_clients_are_the_same_records() {
    server.tracking.start(
        "mail", "run_x", "nightly", Map.of("cause", "new data"), Instant.ofEpochMilli(5));
    server.tracking.metric("run_x", "loss", 0.5, 0, Instant.ofEpochMilli(6));
    String experiment =
        server
            .get("experiments/get-by-name?experiment_name=mail")
            .body()
            .at("/experiment/experiment_id")
            .asText();
    JsonNode found =
        server.ok(
            "runs/search",
            "{\"experiment_ids\":[%s],\"filter\":\"metrics.loss < 1 AND tags.cause = 'new data'\"}"
                .formatted(Json.write(experiment)));
    assertThat(found.at("/runs/0/info/run_id").asText()).isEqualTo("run_x");
    server.ok(
        "runs/set-tag",
        "{\"run_id\":\"run_x\",\"key\":\"mlflow.note.content\",\"value\":\"good\"}");
    assertThat(server.tracking.run("run_x").orElseThrow().tags())
        .containsEntry("mlflow.note.content", "good");
    String mine =
        server.run("{\"experiment_id\":\"%s\",\"run_name\":\"by hand\"}".formatted(experiment));
    assertThat(server.tracking.runs("mail")).extracting(TrackedRun::id).contains(mine);
    server.ok("experiments/delete", "{\"experiment_id\":\"%s\"}".formatted(experiment));
    server.tracking.start("mail", "run_y", "next", Map.of(), Instant.ofEpochMilli(9));
    assertThat(server.tracking.runs("mail"))
        .as("a pipeline takes its experiment back into use")
        .extracting(TrackedRun::id)
        .containsExactly("run_y");
  }
}
