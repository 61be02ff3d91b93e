package dev.espalier.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** A caller of one server over real HTTP, for tests. */
final class Client {
  /** Longer than anything here takes on a busy machine. */
  static final Duration PATIENCE = Duration.ofMinutes(4);

  private static final long LOOK_MILLIS = 50;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();
  private final String url;

  Client(String url) {
    this.url = url;
  }

  /** One answer: status, media type and body. */
  record Answer(int status, String type, String body) {
    JsonNode json() {
      return Json.tree(body);
    }

    boolean ok() {
      return status / 100 == 2;
    }

    @Override
    public String toString() {
      return status + " " + body;
    }
  }

  Answer get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(url + path)).GET());
  }

  /** The JSON of a native call that must succeed. */
  JsonNode json(String path) throws IOException, InterruptedException {
    Answer answer = get("/api/v1" + path);
    if (!answer.ok()) {
      throw new AssertionError(path + ": " + answer);
    }
    return answer.json();
  }

  Answer post(String path, String type, BodyPublisher body)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(url + path)).header("Content-Type", type).POST(body));
  }

  Answer post(String path, String type, String body) throws IOException, InterruptedException {
    return post(path, type, BodyPublishers.ofString(body));
  }

  Answer post(String path, Object body) throws IOException, InterruptedException {
    return post(path, "application/json", Json.write(body));
  }

  private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
    return new Answer(
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse(""),
        response.body());
  }

  /** Plans and applies a canvas; the answer to the apply. */
  Answer apply(String product, String canvas) throws IOException, InterruptedException {
    return apply(product, canvas, "");
  }

  /** The same with the reason that a loosened promise asks for. */
  Answer apply(String product, String canvas, String reason)
      throws IOException, InterruptedException {
    Answer plan = post("/api/v1/canvases/" + product + "/plan", "application/yaml", canvas);
    if (!plan.ok()) {
      return plan;
    }
    return post(
        "/api/v1/canvases/" + product + "/apply",
        Map.of(
            "planDigest",
            plan.json().path("planDigest").asText(),
            "reason",
            reason,
            "confirms",
            plan.json().path("confirms")));
  }

  /** Starts a run and waits for its end. */
  JsonNode train(String product) throws IOException, InterruptedException {
    Answer started = post("/api/v1/pipelines/" + product + "/runs", Map.of("reason", "test"));
    if (!started.ok()) {
      throw new AssertionError(started);
    }
    return ended(product, started.json().path("id").asText());
  }

  JsonNode ended(String product, String run) throws IOException, InterruptedException {
    return until(
        () -> json("/pipelines/" + product + "/runs/" + run),
        now -> !now.path("state").asText().matches("PENDING|RUNNING"));
  }

  /** Something that is asked again and again. */
  interface Question<T> {
    T ask() throws IOException, InterruptedException;
  }

  /** Asks until the answer is good; fails with the last answer when patience is at its end. */
  static <T> T until(Question<T> question, java.util.function.Predicate<T> good)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      T answer = question.ask();
      if (good.test(answer)) {
        return answer;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("Still not so after " + PATIENCE + ": " + answer);
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }
}
