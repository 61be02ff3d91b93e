package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Continuous integration of a canvas through the whole process. */
class CanvasChecksTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String CANVAS =
      """
      canvas: espalier/1
      product: {name: tickets, authors: {ana: owner}}
      model: {family: linear}
      data: {training: [{dataset: tickets}]}
      metrics: [{id: macro_f1, primary: true, min_n: 20}]
      modeling:
        - {id: v0, approach: majority, hypothesis: the floor}
        - {id: v1, approach: linear, hypothesis: words are enough}
      ct: {schedule: {triggers: [manual]}}
      ci: {workflow: {checks: [lint, unit, sign, data_contract, train_smoke, repro], triggers: [%s]}}
      """;

  @TempDir Path home;
  private final HttpClient client = HttpClient.newHttpClient();
  private Espalier espalier;

  @BeforeEach
  void start() throws Exception {
    espalier = Espalier.start(ServerConfig.local(home, 0));
  }

  @AfterEach
  void stop() {
    espalier.close();
  }

  private JsonNode post(String path, String type, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(espalier.url() + "/api/v1" + path))
            .header("Content-Type", type)
            .POST(BodyPublishers.ofString(body))
            .build();
    return Json.read(client.send(request, BodyHandlers.ofString()).body(), JsonNode.class);
  }

  private JsonNode get(String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(espalier.url() + "/api/v1" + path)).build();
    return Json.read(client.send(request, BodyHandlers.ofString()).body(), JsonNode.class);
  }

  private void apply(String trigger) throws Exception {
    JsonNode plan = post("/canvases/tickets/plan", "application/yaml", CANVAS.formatted(trigger));
    JsonNode applied =
        post(
            "/canvases/tickets/apply",
            "application/json",
            "{\"planDigest\":\"%s\",\"reason\":\"test\"}"
                .formatted(plan.path("planDigest").asText()));
    assertThat(applied.path("version").asText()).as(applied.toString()).isNotEmpty();
  }

  private void data() throws Exception {
    String rows =
        IntStream.range(0, 120)
            .mapToObj(i ->
                i % 2 == 0
                    ? "invoice %d was charged twice refund please,billing".formatted(i)
                    : "app %d crashes when the login button is pressed,bug".formatted(i))
            .collect(Collectors.joining("\n"));
    assertThat(post("/datasets/tickets", "text/csv", "text,label\n" + rows).path("rows").asInt())
        .isEqualTo(120);
  }

  @Test
  void checks_asked_for_over_http_are_green_on_sound_data_and_kept() throws Exception {
    data();
    apply("push");
    JsonNode run = post("/ci/tickets?sample=100", "application/json", "{}");
    assertThat(run.path("green").asBoolean()).as(run.toString()).isTrue();
    assertThat(run.path("checks")).hasSize(6);
    assertThat(get("/ci/tickets").get(0)).isEqualTo(run);
  }

  @Test
  void a_new_canvas_is_checked_by_itself_once() throws Exception {
    data();
    apply("canvas_change");
    espalier.tick("tickets");
    JsonNode runs = get("/ci/tickets");
    for (Instant end = Instant.now().plus(PATIENCE);
        runs.isEmpty() && Instant.now().isBefore(end);
        runs = get("/ci/tickets")) {
      Thread.onSpinWait();
    }
    assertThat(runs).hasSize(1);
    assertThat(runs.get(0).path("green").asBoolean()).as(runs.toString()).isTrue();
    espalier.tick("tickets");
    espalier.tick("tickets");
    assertThat(get("/ci/tickets")).hasSize(1);
  }

  @Test
  void without_rows_the_answer_says_what_to_do() throws Exception {
    apply("push");
    assertThat(post("/ci/tickets", "application/json", "{}").path("detail").asText())
        .contains("espalier data add tickets FILE");
    assertThat(post("/ci/tickets?sample=5", "application/json", "{}").path("field").asText())
        .isEqualTo("sample");
  }
}
