package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Database;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.Json;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import io.helidon.webserver.WebServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CanvasRoutesTest {
  @TempDir Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private Database database;
  private WebServer server;

  @BeforeEach
  void start() {
    MovableClock clock = new MovableClock(Instant.parse("2026-11-20T00:00:00Z"));
    database = TestDatabase.in(folder);
    ProductClocks clocks = new ProductClocks(database, clock);
    Canvases canvases =
        new Canvases(
            database,
            clocks,
            new Events(database, clocks, clock),
            new Ids(clock, new Random(1)),
            clock);
    server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .routing(routing -> routing.register("/api/v1", new CanvasRoutes(canvases)))
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    server.stop();
    database.close();
    client.close();
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:%d/api/v1%s".formatted(server.port(), path));
    return client.send(request.uri(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return send(HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString(body)), path);
  }

  private JsonNode get(String path) throws Exception {
    return Json.tree(send(HttpRequest.newBuilder(), path).body());
  }

  @Test
  void plans_applies_and_shows_conformance() throws Exception {
    JsonNode plan = Json.tree(post("/canvases/mail-filter/plan", CanvasesTest.mail()).body());
    assertThat(plan.path("contradictions").isArray()).isTrue();
    HttpResponse<String> applied =
        post(
            "/canvases/mail-filter/apply",
            "{\"planDigest\":%s}".formatted(plan.path("planDigest")));
    assertThat(applied.statusCode()).as(applied.body()).isEqualTo(200);
    assertThat(
            post(
                    "/canvases/mail-filter/apply",
                    "{\"planDigest\":%s}".formatted(plan.path("planDigest")))
                .statusCode())
        .as("a plan applies once")
        .isEqualTo(409);
    assertThat(get("/canvases").path(0).path("product").asText()).isEqualTo("mail-filter");
    assertThat(get("/canvases/mail-filter").path("version").asText()).isEqualTo("1.0.0");
    assertThat(get("/canvases/mail-filter/versions")).hasSize(1);
    assertThat(
            get("/canvases/mail-filter/versions/1.0.0")
                .path("document")
                .path("answers")
                .path("serving.volume")
                .path("value")
                .path("expected")
                .asText())
        .isEqualTo("34/day");
    JsonNode conformance = get("/canvases/mail-filter/conformance");
    assertThat(conformance.path("questions")).hasSize(90);
    assertThat(conformance.path("attribution")).hasSize(3);
    assertThat(conformance.path("headline").asText()).startsWith("0 of ");
    assertThat(get("/canvases/mail-filter/questions/ci.workflow/history").isArray()).isTrue();
  }

  @Test
  void says_what_is_wrong_as_a_problem() throws Exception {
    HttpResponse<String> unknown =
        post("/canvases/p/plan", "canvas: espalier/1\nproduct: {name: p}\nmodle: 3");
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(Json.tree(unknown.body()).path("nearest").asText()).isEqualTo("model");
    assertThat(post("/canvases/other/plan", "canvas: espalier/1\nproduct: {name: p}").statusCode())
        .isEqualTo(400);
    assertThat(post("/canvases/p/plan", "x".repeat((1 << 20) + 1)).statusCode()).isEqualTo(413);
    assertThat(post("/canvases/p/apply", "{}").statusCode()).isEqualTo(400);
    assertThat(
            post("/canvases/p/apply", "{\"planDigest\":\"sha256:%s\"}".formatted("0".repeat(64)))
                .statusCode())
        .isEqualTo(404);
    assertThat(send(HttpRequest.newBuilder(), "/canvases/nobody/conformance").statusCode())
        .isEqualTo(404);
    assertThat(send(HttpRequest.newBuilder(), "/canvases/nobody/versions/1.0.0").statusCode())
        .isEqualTo(404);
  }
}
