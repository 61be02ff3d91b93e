package dev.espalier.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Database;
import dev.espalier.platform.Json;
import dev.espalier.tracking.MlflowExperimentRoutes;
import dev.espalier.tracking.MlflowMetricRoutes;
import dev.espalier.tracking.MlflowRunRoutes;
import dev.espalier.tracking.Tracking;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Tracking over MLflow's REST: single metrics, batches, concurrent writers, and a large search. */
final class TrackingBench implements Bench {
  private static final int RUNS = 100_000;
  private static final int QUICK_RUNS = 10_000;
  private static final int BATCH = 1_000;

  @Override
  public Section measure(Setting setting) throws Exception {
    int runs = setting.quick() ? QUICK_RUNS : RUNS;
    try (Database database = Database.open(setting.work().resolve("tracking.db"));
        HttpClient client = HttpClient.newHttpClient()) {
      Tracking tracking = new Tracking(database);
      WebServer server =
          WebServer.builder()
              .host("127.0.0.1")
              .port(0)
              .routing(routing ->
                  routing
                      .register(new MlflowExperimentRoutes(tracking))
                      .register(new MlflowRunRoutes(tracking))
                      .register(new MlflowMetricRoutes(tracking)))
              .build()
              .start();
      try {
        Client calls = new Client(client, "http://127.0.0.1:" + server.port());
        return measure(setting, runs, tracking, database, calls);
      } finally {
        server.stop();
      }
    }
  }

  private static Section measure(
      Setting setting, int runs, Tracking tracking, Database database, Client calls)
      throws Exception {
    List<List<String>> rows = new ArrayList<>();
    writes(rows, "empty store", calls, setting.quick() ? 200 : 1_000);
    long start = System.nanoTime();
    fill(tracking, database, runs);
    double fillSeconds = (System.nanoTime() - start) / 1e9;
    writes(rows, "beside %,d runs".formatted(runs), calls, setting.quick() ? 200 : 1_000);
    String experiment =
        calls
            .get("experiments/get-by-name?experiment_name=bench")
            .at("/experiment/experiment_id")
            .asText();
    int rounds = setting.quick() ? 20 : 100;
    for (String search :
        List.of(
            "metrics.m0 > 0.5|metrics.m0 DESC",
            "metrics.m0 > 0.5|metrics.m1 ASC",
            "params.p0 = 'v3'|metrics.m2 DESC",
            "params.p0 = 'v3' AND metrics.m0 > 0.9|start_time DESC",
            "metrics.m0 > 0.9999|params.p1",
            "|metrics.m3 DESC")) {
      String[] parts = search.split("\\|", 2);
      Map<String, Object> body =
          Map.of(
              "experiment_ids",
              List.of(experiment),
              "filter",
              parts[0],
              "order_by",
              List.of(parts[1]),
              "max_results",
              100);
      double[] millis = new double[rounds];
      for (int i = -3; i < rounds; i++) {
        long from = System.nanoTime();
        JsonNode found = calls.post("runs/search", Json.write(body));
        if (!found.has("runs")) {
          throw new IllegalStateException("Nothing found: " + parts[0]);
        }
        millis[Math.max(0, i)] = (System.nanoTime() - from) / 1e6;
      }
      rows.add(
          List.of(
              "search 100 of %,d: `%s` by `%s`".formatted(runs, parts[0], parts[1]),
              quantiles(millis),
              "p95 ≤ 50 ms"));
    }
    rows.add(history(calls, setting.quick() ? 100_000 : 1_000_000));
    return new Section(
        "tracking",
        "Tracking over MLflow's REST",
        List.of("what", "measured", "goal"),
        rows,
        ("SQLite, WAL, `synchronous=FULL`; client and server in one process. Every run of the large"
                + " store has 5 params and 10 metrics; filling it, in batches without HTTP, took %.0f"
                + " s. Each search was called %d times after 3 to warm up.")
            .formatted(fillSeconds, rounds));
  }

  private static void writes(List<List<String>> rows, String where, Client calls, int count)
      throws Exception {
    String run = calls.run();
    double[] single = new double[count];
    for (int i = -50; i < count; i++) {
      long from = System.nanoTime();
      calls.post(
          "runs/log-metric",
          "{\"run_id\":\"%s\",\"key\":\"loss\",\"value\":0.5,\"timestamp\":%d,\"step\":%d}"
              .formatted(run, i + 100, i + 100));
      single[Math.max(0, i)] = (System.nanoTime() - from) / 1e6;
    }
    rows.add(List.of("log-metric, " + where, quantiles(single), ""));
    rows.add(
        List.of("log-batch of 1,000, one writer, " + where, points(calls, 1, 60), "≥ 80,000/s"));
    rows.add(List.of("log-batch of 1,000, 16 runs at once, " + where, points(calls, 16, 6), ""));
  }

  private static String points(Client calls, int writers, int batches) throws Exception {
    List<List<String>> bodies = new ArrayList<>();
    for (int writer = 0; writer < writers; writer++) {
      String run = calls.run();
      List<String> own = new ArrayList<>();
      for (int batch = 0; batch < batches; batch++) {
        own.add(batch(run, batch));
      }
      bodies.add(own);
    }
    long from = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> work = new ArrayList<>();
      for (List<String> own : bodies) {
        work.add(
            threads.submit(() -> {
              for (String body : own) {
                JsonNode _ = calls.post("runs/log-batch", body);
              }
              return own.size();
            }));
      }
      for (Future<Integer> each : work) {
        int _ = each.get();
      }
    } catch (ExecutionException failure) {
      throw new IllegalStateException("A writer failed", failure);
    }
    double seconds = (System.nanoTime() - from) / 1e9;
    return "%,.0f points/s".formatted((double) writers * batches * BATCH / seconds);
  }

  /** A thousand points of ten metrics, as one batch. */
  private static String batch(String run, int number) {
    StringBuilder body = new StringBuilder("{\"run_id\":\"" + run + "\",\"metrics\":[");
    for (int i = 0; i < BATCH; i++) {
      int step = number * (BATCH / 10) + i / 10;
      body.append(i == 0 ? "" : ",")
          .append(
              "{\"key\":\"m%d\",\"value\":%s,\"timestamp\":%d,\"step\":%d}"
                  .formatted(i % 10, Math.sin(step), 1_700_000_000_000L + step, step));
    }
    return body.append("]}").toString();
  }

  private static void fill(Tracking tracking, Database database, int runs) {
    SplittableRandom random = new SplittableRandom(42);
    Instant begin = Instant.parse("2026-01-01T00:00:00Z");
    for (int from = 0; from < runs; from += 1_000) {
      int first = from;
      int _ =
          database.write(_ -> {
            for (int i = first; i < first + 1_000; i++) {
              String id = "bench_%07d".formatted(i);
              Instant at = begin.plusSeconds(i);
              tracking.start("bench", id, "run " + i, Map.of(), at);
              tracking.params(
                  id,
                  Map.of(
                      "p0",
                      "v" + random.nextInt(10),
                      "p1",
                      "w" + i,
                      "p2",
                      "x",
                      "p3",
                      "y",
                      "p4",
                      "z"));
              for (int metric = 0; metric < 10; metric++) {
                tracking.metric(id, "m" + metric, random.nextDouble(), 1, at);
              }
            }
            return 1;
          });
    }
  }

  private static List<String> history(Client calls, int points) throws Exception {
    String run = calls.run();
    for (int from = 0; from < points; from += BATCH) {
      StringBuilder body = new StringBuilder("{\"run_id\":\"" + run + "\",\"metrics\":[");
      for (int i = from; i < from + BATCH; i++) {
        body.append(i == from ? "" : ",")
            .append(
                "{\"key\":\"long\",\"value\":%d,\"timestamp\":%d,\"step\":%d}".formatted(i, i, i));
      }
      JsonNode _ = calls.post("runs/log-batch", body.append("]}").toString());
    }
    long start = System.nanoTime();
    int read = 0;
    String token = "";
    do {
      JsonNode page =
          calls.get(
              "metrics/get-history?run_id=%s&metric_key=long&max_results=25000&page_token=%s"
                  .formatted(run, token));
      read += page.path("metrics").size();
      token = page.path("next_page_token").asText("");
    } while (!token.isEmpty());
    double whole = (System.nanoTime() - start) / 1e6;
    start = System.nanoTime();
    JsonNode _ =
        calls.get(
            "metrics/get-history-bulk-interval?run_ids=%s&metric_key=long&max_results=1000"
                .formatted(run));
    double sampled = (System.nanoTime() - start) / 1e6;
    if (read != points) {
      throw new IllegalStateException("Read %d of %d points".formatted(read, points));
    }
    return List.of(
        "history of %,d points".formatted(points),
        "%,.0f ms in pages of 25,000; %,.0f ms sampled to 1,000".formatted(whole, sampled),
        "");
  }

  private static String quantiles(double[] millis) {
    double[] sorted = millis.clone();
    java.util.Arrays.sort(sorted);
    return "p50 %.1f ms, p95 %.1f ms, p99 %.1f ms"
        .formatted(
            sorted[sorted.length / 2],
            sorted[(int) (sorted.length * 0.95)],
            sorted[(int) (sorted.length * 0.99)]);
  }

  /** Calls that must succeed. */
  private record Client(HttpClient http, String url) {
    JsonNode post(String path, String body) throws IOException, InterruptedException {
      return send(
          HttpRequest.newBuilder(URI.create(url + "/api/2.0/mlflow/" + path))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    JsonNode get(String path) throws IOException, InterruptedException {
      return send(HttpRequest.newBuilder(URI.create(url + "/api/2.0/mlflow/" + path)));
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(response.statusCode() + " " + response.body());
      }
      return Json.tree(response.body());
    }

    String run() throws IOException, InterruptedException {
      return post("runs/create", "{\"experiment_id\":\"0\"}").at("/run/info/run_id").asText();
    }
  }
}
