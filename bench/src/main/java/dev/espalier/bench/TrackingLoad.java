package dev.espalier.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** The same load on any server that speaks MLflow's REST. Every call must succeed. */
final class TrackingLoad {
  /** Points of one batch: the most that MLflow takes. */
  static final int BATCH = 1_000;

  private static final int AT_ONCE = 32;
  private static final int ATTEMPTS = 8;

  /** Beyond it a call counts as never answered. */
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private final AtomicInteger refused = new AtomicInteger();
  private final HttpClient http;
  private final String url;
  private final Duration patience;

  TrackingLoad(HttpClient http, String url) {
    this(http, url, PATIENCE);
  }

  /**
   * @param patience the longest that a call may take; beyond it {@link
   *     java.net.http.HttpTimeoutException}
   */
  TrackingLoad(HttpClient http, String url, Duration patience) {
    this.http = http;
    this.url = url;
    this.patience = patience;
  }

  /** Milliseconds of {@code count} single metrics, one after the other. */
  Sample logMetric(int count, int warmUp) throws Exception {
    String run = run();
    double[] millis = new double[count];
    for (int i = -warmUp; i < count; i++) {
      millis[Math.max(0, i)] = logMetric(run, "loss", 0.5, i + warmUp);
    }
    return Sample.of(millis);
  }

  /** Milliseconds of one point, at a moment that is its step too. */
  double logMetric(String run, String key, double value, long step) throws Exception {
    String body =
        "{\"run_id\":\"%s\",\"key\":\"%s\",\"value\":%s,\"timestamp\":%d,\"step\":%d}"
            .formatted(run, key, value, step, step);
    long from = System.nanoTime();
    JsonNode _ = post("runs/log-metric", body);
    return (System.nanoTime() - from) / 1e6;
  }

  /** Milliseconds of one batch of a thousand points: a hundred steps of ten metrics. */
  double logBatch(String run, int number) throws Exception {
    String body = batch(run, number, 10);
    long from = System.nanoTime();
    JsonNode _ = post("runs/log-batch", body);
    return (System.nanoTime() - from) / 1e6;
  }

  /**
   * Points a second when {@code writers} runs are written at once, each by batches in turn.
   *
   * @param keys metrics of a batch: it has {@code 1000 / keys} steps
   */
  double logBatch(int writers, int batches, int keys) throws Exception {
    List<String> runs = new ArrayList<>();
    for (int writer = 0; writer < writers; writer++) {
      runs.add(run());
    }
    Semaphore connections = new Semaphore(AT_ONCE);
    long from = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> work = new ArrayList<>();
      for (String run : runs) {
        work.add(
            threads.submit(() -> {
              for (int batch = 0; batch < batches; batch++) {
                connections.acquire();
                try {
                  JsonNode _ = post("runs/log-batch", batch(run, batch, keys));
                } finally {
                  connections.release();
                }
              }
              return batches;
            }));
      }
      for (Future<Integer> each : work) {
        int _ = each.get();
      }
    } catch (ExecutionException failure) {
      throw new IllegalStateException("A writer failed: " + failure.getCause(), failure);
    }
    return (double) writers * batches * BATCH / ((System.nanoTime() - from) / 1e9);
  }

  /** A thousand points of some metrics, as one batch. */
  static String batch(String run, int number, int keys) {
    StringBuilder body = new StringBuilder(90_000);
    body.append("{\"run_id\":\"").append(run).append("\",\"metrics\":[");
    for (int i = 0; i < BATCH; i++) {
      int step = number * (BATCH / keys) + i / keys;
      body.append(i == 0 ? "" : ",").append("{\"key\":\"m").append(i % keys);
      body.append("\",\"value\":").append(Math.sin(step));
      body.append(",\"timestamp\":").append(1_700_000_000_000L + step);
      body.append(",\"step\":").append(step).append('}');
    }
    return body.append("]}").toString();
  }

  /** Milliseconds of a search for the first hundred runs, each time anew. */
  Sample search(String experiment, String filter, String order, int rounds, int warmUp)
      throws Exception {
    String body =
        Json.write(
            Map.of(
                "experiment_ids",
                List.of(experiment),
                "filter",
                filter,
                "order_by",
                List.of(order),
                "max_results",
                100));
    double[] millis = new double[rounds];
    for (int i = -warmUp; i < rounds; i++) {
      long from = System.nanoTime();
      JsonNode found = post("runs/search", body);
      millis[Math.max(0, i)] = (System.nanoTime() - from) / 1e6;
      if (!found.has("runs")) {
        throw new IllegalStateException("Nothing found: " + filter);
      }
    }
    return Sample.of(millis);
  }

  /** A run with that many points of the metric {@code long}. */
  String longRun(int points) throws Exception {
    String run = run();
    for (int from = 0; from < points; from += BATCH) {
      StringBuilder body = new StringBuilder("{\"run_id\":\"" + run + "\",\"metrics\":[");
      for (int i = from; i < from + BATCH; i++) {
        body.append(i == from ? "" : ",").append("{\"key\":\"long\",\"value\":").append(i);
        body.append(",\"timestamp\":").append(i).append(",\"step\":").append(i).append('}');
      }
      JsonNode _ = post("runs/log-batch", body.append("]}").toString());
    }
    return run;
  }

  /** Milliseconds to read a history by pages until that many points have come. */
  double history(String run, int points) throws Exception {
    long start = System.nanoTime();
    int read = 0;
    String token = "";
    do {
      JsonNode page =
          get(
              "metrics/get-history?run_id=%s&metric_key=long&max_results=25000%s"
                  .formatted(run, token.isEmpty() ? "" : "&page_token=" + token));
      read += page.path("metrics").size();
      token = page.path("next_page_token").asText("");
    } while (!token.isEmpty() && read < points);
    if (read != points) {
      throw new IllegalStateException("Read %d of %d points".formatted(read, points));
    }
    return (System.nanoTime() - start) / 1e6;
  }

  /** Milliseconds to read a history thinned to a thousand points, as a chart does. */
  double sampled(String run) throws Exception {
    long start = System.nanoTime();
    JsonNode found =
        get(
            "metrics/get-history-bulk-interval?run_ids=%s&metric_key=long&max_results=1000"
                .formatted(run));
    if (found.path("metrics").size() < 900) {
      throw new IllegalStateException("Sampled to " + found.path("metrics").size());
    }
    return (System.nanoTime() - start) / 1e6;
  }

  /** A new run with that many small files in one folder. */
  String files(int count) throws Exception {
    JsonNode info = emptyRun();
    String folder = info.path("artifact_uri").asText().substring("mlflow-artifacts:/".length());
    Semaphore connections = new Semaphore(AT_ONCE);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> work = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String path = "%s/many/%06d.txt".formatted(folder, i);
        work.add(
            threads.submit(() -> {
              connections.acquire();
              try {
                return put("/api/2.0/mlflow-artifacts/artifacts/" + path, path);
              } finally {
                connections.release();
              }
            }));
      }
      for (Future<Integer> each : work) {
        int _ = each.get();
      }
    }
    return info.path("run_id").asText();
  }

  /** A new run whose files somebody else puts there. */
  JsonNode emptyRun() throws IOException, InterruptedException {
    return post("runs/create", "{\"experiment_id\":\"0\"}").at("/run/info");
  }

  private int put(String path, String content) throws IOException, InterruptedException {
    JsonNode _ =
        send(
            HttpRequest.newBuilder(URI.create(url + path))
                .PUT(HttpRequest.BodyPublishers.ofString(content)));
    return content.length();
  }

  /** Milliseconds of a list of that many files, all pages. */
  Sample list(String run, int count, int rounds) throws Exception {
    double[] millis = new double[rounds];
    for (int i = -1; i < rounds; i++) {
      long from = System.nanoTime();
      int files = get("artifacts/list?run_id=%s&path=many".formatted(run)).path("files").size();
      millis[Math.max(0, i)] = (System.nanoTime() - from) / 1e6;
      if (files != count) {
        throw new IllegalStateException("%d files of %d listed".formatted(files, count));
      }
    }
    return Sample.of(millis);
  }

  /** The number of the experiment with the many runs. */
  String experiment() throws Exception {
    return get("experiments/get-by-name?experiment_name=bench")
        .at("/experiment/experiment_id")
        .asText();
  }

  /** A new run of the experiment that every server has. */
  String run() throws IOException, InterruptedException {
    return post("runs/create", "{\"experiment_id\":\"0\"}").at("/run/info/run_id").asText();
  }

  private JsonNode post(String path, String body) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(url + "/api/2.0/mlflow/" + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(url + "/api/2.0/mlflow/" + path)));
  }

  private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      HttpResponse<String> response =
          http.send(request.timeout(patience).build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 200) {
        return Json.tree(response.body());
      }
      if (response.statusCode() != 503 || attempt == ATTEMPTS) {
        throw new IllegalStateException(response.statusCode() + " " + response.body());
      }
      // As MLflow's own clients do.
      int _ = refused.incrementAndGet();
      Thread.sleep(100L * attempt);
    }
  }

  /** How many calls were refused for the moment, and sent again. */
  int refused() {
    return refused.get();
  }
}
