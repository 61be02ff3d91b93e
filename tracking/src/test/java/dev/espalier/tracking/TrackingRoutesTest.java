package dev.espalier.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.platform.Database;
import dev.espalier.platform.Json;
import dev.espalier.platform.TestDatabase;
import io.helidon.webserver.WebServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrackingRoutesTest {
  @TempDir Path folder;

  @Test
  void shows_runs_and_says_when_there_is_none() throws Exception {
    Instant at = Instant.parse("2026-11-20T00:00:00Z");
    try (Database database = TestDatabase.in(folder);
        HttpClient client = HttpClient.newHttpClient()) {
      Tracking tracking = new Tracking(database);
      tracking.start("mail", "r1", "first", Map.of(), at);
      tracking.metric("r1", "loss", 0.5, 0, at);
      WebServer server =
          WebServer.builder()
              .host("127.0.0.1")
              .port(0)
              .routing(routing ->
                  routing.register(
                      "/api/v1",
                      new TrackingRoutes(
                          tracking,
                          new Purge(
                              database,
                              new ArtifactTree(
                                  database,
                                  new LocalArtifactStore(folder.resolve("files")),
                                  InstantSource.system()),
                              (_, _) -> false),
                          InstantSource.system())))
              .build()
              .start();
      try {
        HttpResponse<String> run = get(client, server, "/tracking/runs/r1");
        assertThat(run.statusCode()).isEqualTo(200);
        assertThat(Json.tree(run.body()).at("/metrics/loss").asDouble()).isEqualTo(0.5);
        assertThat(Json.tree(run.body()).at("/history/0/step").asInt(-1)).isZero();
        HttpResponse<String> runs = get(client, server, "/tracking/mail/runs");
        assertThat(Json.tree(runs.body()).at("/0/id").asText()).isEqualTo("r1");
        assertThat(get(client, server, "/tracking/none/runs").body()).isEqualTo("[]");
        HttpResponse<String> purged = purge(client, server, "{\"dryRun\":true}");
        assertThat(purged.statusCode()).as(purged.body()).isEqualTo(200);
        assertThat(Json.tree(purged.body()).path("mode").asText()).isEqualTo("DRY_RUN");
        assertThat(purge(client, server, "{\"olderThan\":\"PT1S\"}").statusCode()).isEqualTo(400);
        HttpResponse<String> none = get(client, server, "/tracking/runs/none");
        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(none.headers().firstValue("content-type").orElseThrow())
            .startsWith("application/problem+json");
      } finally {
        server.stop();
      }
    }
  }

  private static HttpResponse<String> purge(HttpClient client, WebServer server, String body)
      throws Exception {
    URI uri = URI.create("http://127.0.0.1:%d/api/v1/tracking/purge".formatted(server.port()));
    return client.send(
        HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(HttpClient client, WebServer server, String path)
      throws Exception {
    URI uri = URI.create("http://127.0.0.1:%d/api/v1%s".formatted(server.port(), path));
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }
}
