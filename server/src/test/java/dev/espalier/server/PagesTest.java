package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pages in a real Chromium, on a product that has lived a short life: rows, two runs, a
 * release, predictions with their labels, a drill. {@code ui/e2e/run.js} walks them in both themes
 * and at two widths, by keyboard, with axe, and edits the canvas; its screenshots stay in {@code
 * ui/target/screenshots}.
 */
class PagesTest {
  private static final Path UI = Path.of("..", "ui").toAbsolutePath().normalize();
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final String CANVAS =
      """
      canvas: espalier/1
      product: {name: tickets, authors: {ana: owner}}
      model: {family: linear}
      value: {for: the help desk, benefit: a ticket reaches the right team}
      objectives: [{metric: macro_f1, target: ">= 0.8", due: 2030-12-31}]
      data:
        training: [{dataset: tickets}]
      metrics: [{id: macro_f1, primary: true, min_n: 20}]
      modeling:
        - {id: v0, approach: majority, hypothesis: the floor}
        - {id: v1, approach: linear, hypothesis: words are enough}
      nfr:
        - {attribute: calibration, target: "ece <= 50%", when: [pre_deploy], blocking: no, why: ninety rows cannot decide}
      ct: {schedule: {triggers: [manual], auto_promote: to_production}}
      ci: {workflow: {deferred: {owner: ana, due: 2030-12-31}}}
      deploy:
        mode: deployment
        lead_time: 30d
        release_policy: {approvals: 0, four_eyes: no, windows: ["Mon-Sun 00:00-24:00 UTC"], requires: [gates]}
      serving:
        volume: 1000/day
      """;

  @TempDir Path home;
  private final HttpClient client = HttpClient.newHttpClient();
  private Optional<Espalier> running = Optional.empty();

  @AfterEach
  void stop() {
    running.ifPresent(Espalier::close);
    client.close();
  }

  @Test
  void every_page_of_a_living_product_holds_in_a_real_browser() throws Exception {
    Optional<Path> chromium = chromium();
    assumeTrue(chromium.isPresent(), "There is no Chromium: config/install-tools.sh installs one");
    assumeTrue(
        Files.isDirectory(UI.resolve("node_modules/playwright-core")),
        "The walk is not installed: npm ci in ui/ installs it");
    assumeTrue(
        getClass().getClassLoader().getResource("ui/index.html") != null,
        "The pages are not built: leave -DskipUi out");

    Espalier espalier = Espalier.start(ServerConfig.local(home, 0));
    running = Optional.of(espalier);
    live();

    Path log = Files.createDirectories(Path.of("target")).resolve("pages.log");
    ProcessBuilder walk =
        new ProcessBuilder("node", "e2e/run.js")
            .directory(UI.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    walk.environment().put("ESPALIER_URL", espalier.url());
    walk.environment().put("ESPALIER_PRODUCT", "tickets");
    walk.environment().put("ESPALIER_WRITES", "yes");
    walk.environment().put("ESPALIER_MEMBERS", "claims");
    walk.environment().put("ESPALIER_TOKEN", members());
    walk.environment().put("CHROMIUM", chromium.get().toString());
    Process process = walk.start();
    try {
      assertThat(process.waitFor(30, TimeUnit.MINUTES)).as("the walk ends").isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
  }

  /**
   * A product of two members with two changes by hand, an incident of the other product that is
   * open, and the second member's token. No label can be late enough here to open an incident, and
   * nobody changes resources through the API, so both are written into the database.
   */
  private String members() throws Exception {
    String canvas =
        CANVAS.replace(
            "name: tickets, authors: {ana: owner}",
            "name: claims, authors: {ana: owner, ben: approver}");
    JsonNode plan = post("/api/v1/canvases/claims/plan", "application/yaml", canvas);
    apply("claims", plan);
    try (Connection database =
            DriverManager.getConnection("jdbc:sqlite:" + home.resolve("espalier.db"));
        Statement statement = database.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 60000");
      int changed =
          statement.executeUpdate(
              """
              UPDATE canvas_resource
              SET spec = CASE id
                WHEN 'runner/runner' THEN json_set(spec, '$.cpu', json_extract(spec, '$.cpu') + 1)
                ELSE json_set(spec, '$.minRequests', json_extract(spec, '$.minRequests') + 7) END
              WHERE product = 'claims' AND id IN ('rollout/rollout', 'runner/runner')
              """);
      assertThat(changed).isEqualTo(2);
      statement.executeUpdate(
          """
          INSERT INTO incident (id, product, title, cause, version, state, opened_at)
          VALUES ('incident_0001', 'tickets', 'macro_f1 of version 1.0.0 is below its bound',
            'performance:macro_f1', '1.0.0', 'open', '%s')
          """
              .formatted(
                  Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", ".000Z")));
    }
    return json("/api/v1/tokens", Map.of("user", "ben")).path("token").asText();
  }

  /** A short life: enough that each page has something real to show. */
  private void live() throws Exception {
    post("/api/v1/datasets/tickets", "text/csv", rows(1));
    JsonNode plan = post("/api/v1/canvases/tickets/plan", "application/yaml", CANVAS);
    apply("tickets", plan);
    run("the first version");
    JsonNode answer =
        until(
            () -> send("/api/v1/predict/tickets", text(0)),
            response -> response.statusCode() == 200);
    assertThat(answer.path("modelVersion").asText()).isEqualTo("1.0.0");
    for (int i = 0; i < 40; i++) {
      JsonNode said = Json.tree(send("/api/v1/predict/tickets", text(i)).body());
      if (i % 2 == 0) {
        json(
            "/api/v1/feedback",
            Map.of(
                "predictionId",
                said.path("predictionId").asText(),
                "label",
                i % 4 == 0 ? "billing" : "technical"));
      }
    }
    run("the same again, from the cache");
    idle();
    json("/api/v1/drills/tickets/fallback", Map.of());
  }

  /** A version that passed its gates and that nobody let at the traffic. */
  private void idle() throws Exception {
    String waiting = CANVAS.replace("auto_promote: to_production", "auto_promote: never");
    apply("tickets", post("/api/v1/canvases/tickets/plan", "application/yaml", waiting));
    post("/api/v1/datasets/tickets", "text/csv", rows(2));
    run("a version that waits");
    JsonNode versions = Json.tree(get("/api/v1/models/tickets/versions").body());
    JsonNode named = Json.tree(get("/api/v1/deployments/tickets").body()).path("aliases");
    assertThat(versions).hasSize(2);
    assertThat(named.path("champion").asText()).isEqualTo("1.0.0");
    assertThat(named.has("previous")).isFalse();
  }

  /** Applies a plan, and what it warns of is accepted. */
  private void apply(String product, JsonNode plan) throws Exception {
    ObjectNode asked = JsonNodeFactory.instance.objectNode();
    asked.set("planDigest", plan.path("planDigest"));
    asked.set("confirms", plan.path("confirms"));
    post("/api/v1/canvases/" + product + "/apply", "application/json", Json.write(asked));
  }

  private void run(String reason) throws Exception {
    String id =
        json("/api/v1/pipelines/tickets/runs", Map.of("trigger", "manual", "reason", reason))
            .path("id")
            .asText();
    JsonNode ended =
        until(
            () -> get("/api/v1/pipelines/tickets/runs/" + id),
            response ->
                !Json.tree(response.body()).path("state").asText().matches("PENDING|RUNNING"));
    assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
  }

  private interface Call {
    HttpResponse<String> now() throws Exception;
  }

  private static JsonNode until(Call call, Predicate<HttpResponse<String>> holds) throws Exception {
    Instant limit = Instant.now().plus(LONG);
    while (true) {
      HttpResponse<String> response = call.now();
      if (holds.test(response)) {
        return Json.tree(response.body());
      }
      assertThat(Instant.now()).as(response.body()).isBefore(limit);
      Thread.sleep(50);
    }
  }

  private JsonNode json(String path, Map<String, String> body) throws Exception {
    return post(path, "application/json", Json.write(body));
  }

  private JsonNode post(String path, String type, String body) throws Exception {
    HttpResponse<String> response = send(path, type, body);
    assertThat(response.statusCode()).as("%s: %s", path, response.body()).isLessThan(300);
    return Json.tree(response.body());
  }

  private HttpResponse<String> send(String path, Map<String, String> body)
      throws IOException, InterruptedException {
    return send(path, "application/json", Json.write(body));
  }

  private HttpResponse<String> send(String path, String type, String body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(running.orElseThrow().url() + path))
            .header("Content-Type", type)
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(running.orElseThrow().url() + path)).build(),
        BodyHandlers.ofString());
  }

  private static Map<String, String> text(int i) {
    return Map.of(
        "text",
        i % 4 == 0
            ? "refund my card payment %d, the invoice was charged".formatted(i)
            : "login crash after update %d, slow with an error".formatted(i));
  }

  private static Optional<Path> chromium() {
    Optional<Path> named = Optional.ofNullable(System.getenv("CHROMIUM")).map(Path::of);
    return named.isPresent()
        ? named.filter(Files::isExecutable)
        : List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
            .stream()
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
  }

  private static String rows(int seed) {
    String[][] words = {
      {"invoice", "charged", "refund", "payment", "card"},
      {"crash", "error", "login", "slow", "update"}
    };
    Random random = new Random(seed);
    StringBuilder csv = new StringBuilder("text,label\n");
    for (int i = 0; i < 600; i++) {
      int label = i % 2;
      csv.append("ticket ").append(seed).append(' ').append(i).append(' ');
      for (int w = 0; w < 6; w++) {
        csv.append(words[random.nextInt(10) == 0 ? 1 - label : label][random.nextInt(5)])
            .append(' ');
      }
      csv.append(',').append(label == 0 ? "billing" : "technical").append('\n');
    }
    return csv.toString();
  }
}
