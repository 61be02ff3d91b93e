package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.platform.Database;
import dev.espalier.platform.Json;
import dev.espalier.platform.JsonRoutes;
import dev.espalier.platform.TestDatabase;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;

/** Tracking's MLflow routes on a real port over a real database, and a plain client for them. */
final class MlflowServer implements AutoCloseable {
  final Database database;
  final Tracking tracking;
  final ArtifactTree tree;
  private final WebServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  MlflowServer(Path folder) {
    database = TestDatabase.in(folder);
    tracking = new Tracking(database);
    tree =
        new ArtifactTree(
            database, new LocalArtifactStore(folder.resolve("files")), InstantSource.system());
    server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .update(JsonRoutes::passPackedBodies)
            .routing(routing ->
                routing
                    .register("/api/v1", new ExperimentRoutes(tracking, tree))
                    .register(new MlflowExperimentRoutes(tracking))
                    .register(new MlflowRunRoutes(tracking))
                    .register(new MlflowMetricRoutes(tracking))
                    .register(new MlflowModelRoutes(tracking))
                    .register(new MlflowArtifactRoutes(tracking, tree))
                    .register(new MlflowMultipartRoutes(tree, InstantSource.system()))
                    .register(new MlflowTraceRoutes(tracking, tree, InstantSource.system()))
                    .register(new MlflowExperimentRoutes.UnknownRoutes()))
            .build()
            .start();
  }

  /** An answer. */
  record Answer(int status, JsonNode body, HttpResponse<byte[]> raw) {
    String code() {
      return body.path("error_code").asText();
    }

    String message() {
      return body.path("message").asText();
    }
  }

  Answer post(String path, String json) {
    return call("POST", "/api/2.0/mlflow/" + path, json);
  }

  /** Posts what must succeed. */
  JsonNode ok(String path, String json) {
    Answer answer = post(path, json);
    if (answer.status() != 200) {
      throw new AssertionError(path + ": " + answer.status() + " " + answer.body());
    }
    return answer.body();
  }

  Answer get(String path) {
    return call("GET", "/api/2.0/mlflow/" + path, "");
  }

  Answer call(String method, String path, String json) {
    HttpRequest.Builder request = request(path).header("Content-Type", "application/json");
    return send(
        method.equals("GET")
            ? request.GET()
            : request.method(method, HttpRequest.BodyPublishers.ofString(json)));
  }

  String url() {
    return "http://127.0.0.1:" + server.port();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url() + path));
  }

  Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<byte[]> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      String text = new String(response.body(), java.nio.charset.StandardCharsets.UTF_8);
      JsonNode body =
          text.startsWith("{") || text.startsWith("[")
              ? Json.tree(text)
              : Json.tree(Json.write(text));
      return new Answer(response.statusCode(), body, response);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AssertionError(stopped);
    }
  }

  /** Opens a run in experiment 0. */
  String run() {
    return run("{\"experiment_id\": \"0\", \"start_time\": 1000}");
  }

  String run(String json) {
    return ok("runs/create", json).at("/run/info/run_id").asText();
  }

  @Override
  public void close() {
    server.stop();
    client.close();
    database.close();
  }
}
