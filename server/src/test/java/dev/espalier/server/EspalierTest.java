package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole process over real HTTP. */
class EspalierTest {
  private static final String CANVAS =
      """
      canvas: espalier/1
      product: {name: tickets, authors: {ana: owner}}
      model: {family: linear}
      stack: {components: {pipeline: automated, registry: automated, serving: automated, ci: automated, monitoring: manual}}
      value: {for: the help desk, benefit: a ticket reaches the right team, persona: [ml_engineer, data_scientist, ops]}
      analysis: {language: [java]}
      objectives: [{metric: macro_f1, target: ">= 0.8", due: 2030-12-31}]
      data:
        training: [{dataset: tickets}]
      metrics: [{id: macro_f1, primary: true, min_n: 20}]
      modeling:
        - {id: v0, approach: majority, hypothesis: the floor}
        - {id: v1, approach: linear, hypothesis: words are enough}
      ct: {schedule: {triggers: [manual], auto_promote: to_production}}
      ci: {workflow: {deferred: {owner: ana, due: 2030-12-31}}}
      deploy:
        mode: deployment
        lead_time: 30d
        release_policy: {approvals: 0, four_eyes: no, windows: ["Mon-Sun 00:00-24:00 UTC"], requires: [gates]}
      serving:
        volume: 1000/day
      metadata: {docs: [model_card, datasheet, ml_bom]}
      """;

  @TempDir Path home;
  private final HttpClient client = HttpClient.newHttpClient();
  private Espalier espalier;

  @BeforeEach
  void start() {
    espalier = Espalier.start(ServerConfig.local(home, 0));
  }

  @AfterEach
  void stop() {
    espalier.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(espalier.url() + path)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String type, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(espalier.url() + path))
            .header("Content-Type", type)
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** The first line of the answer to a raw request, for what the client would not send. */
  private String raw(String request) throws IOException {
    return whole(request).lines().findFirst().orElse("");
  }

  /** The whole answer to a raw request: its head, and as many bytes as the head promises. */
  private String whole(String request) throws IOException {
    URI uri = URI.create(espalier.url());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), uri.getPort())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(request.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
      InputStream in = socket.getInputStream();
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          return head.toString();
        }
        head.append((char) next);
      }
      Matcher length = Pattern.compile("(?i)content-length: *(\\d+)").matcher(head);
      int body = length.find() ? Integer.parseInt(length.group(1)) : 0;
      return head + new String(in.readNBytes(body), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void is_ready_and_healthy_and_counts() throws Exception {
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    assertThat(get("/metrics").headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/plain");
    assertThat(get("/metrics").body())
        .contains("espalier_log_unspooled_total 0\n", "espalier_log_waiting_bytes 0\n");
    assertThat(get("/v2/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/api/v1/canvases").body()).isEqualTo("[]");
  }

  @Test
  void every_answer_carries_a_strict_policy() throws Exception {
    HttpResponse<String> answer = get("/api/v1/canvases");
    assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'self'")
        .doesNotContain("unsafe-inline");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(answer.headers().firstValue("X-Frame-Options")).contains("DENY");
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example,",
    "127.0.0.1.evil.example,",
    "localhost,http://evil.example",
    "localhost,null",
    "localhost,https://localhost"
  })
  void other_hosts_and_origins_are_refused(String host, String origin) throws Exception {
    String originLine = origin == null ? "" : "Origin: " + origin + "\n";
    assertThat(
            raw(
                "GET /api/v1/canvases HTTP/1.1\nHost: %s\n%sConnection: close\n\n"
                    .formatted(host, originLine)))
        .contains("403");
  }

  @Test
  void a_cross_site_post_is_refused() throws Exception {
    assertThat(
            raw(
                "POST /api/v1/feedback HTTP/1.1\nHost: localhost\nSec-Fetch-Site: cross-site\n"
                    + "Content-Length: 2\nConnection: close\n\n{}"))
        .contains("403");
  }

  @ParameterizedTest
  @ValueSource(strings = {"DELETE", "PUT", "TRACE", "PATCH"})
  void methods_that_nobody_needs_are_refused(String method) throws Exception {
    assertThat(raw(method + " /api/v1/canvases HTTP/1.1\nHost: localhost\nConnection: close\n\n"))
        .contains("403");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd.txt",
        "/dev/espalier/server/Espalier.class"
      })
  void no_path_leaves_the_web_root(String path) throws Exception {
    String answer = whole("GET " + path + " HTTP/1.1\nHost: localhost\nConnection: close\n\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 ")
        .doesNotContain("root:x:")
        .doesNotContain("EspalierTest");
    assertThat(answer).doesNotContain("\u00ca\u00fe\u00ba\u00be");
  }

  @Test
  void an_unknown_call_is_a_problem_not_a_page() throws Exception {
    HttpResponse<String> answer = get("/api/v1/nothing/here");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(Json.tree(answer.body()).path("detail").asText()).contains("openapi.json");
  }

  @Test
  void describes_itself() throws Exception {
    assertThat(Json.tree(get("/api/v1/openapi.json").body()).path("openapi").asText())
        .startsWith("3.1");
  }

  @Test
  void a_second_process_on_the_same_home_is_told_so() {
    assertThatThrownBy(() -> Espalier.start(ServerConfig.local(home, 0)))
        .isInstanceOfSatisfying(
            EspalierException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE))
        .hasMessageContaining("--home");
  }

  @Test
  void a_taken_port_is_named(@TempDir Path other) {
    int port = URI.create(espalier.url()).getPort();
    assertThatThrownBy(() -> Espalier.start(ServerConfig.local(other, port)))
        .hasMessageContaining("--port");
    // The failed start released its home.
    Espalier.start(ServerConfig.local(other, 0)).close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "192.168.1.5", "example.org", ""})
  void another_interface_is_refused(String host) {
    assertThatThrownBy(() -> new ServerConfig(home, host, 0))
        .hasMessageContaining("this machine only");
  }

  @Test
  void a_home_that_cannot_be_written_is_a_clear_error(@TempDir Path other) throws IOException {
    Path file = Files.writeString(other.resolve("file"), "in the way");
    assertThatThrownBy(() -> Espalier.start(ServerConfig.local(file.resolve("home"), 0)))
        .isInstanceOfSatisfying(
            EspalierException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE))
        .hasMessageContaining("home folder");
  }

  @Test
  void malformed_canvases_change_nothing() throws Exception {
    for (String body : new String[] {"", "{", "canvas: [", "a".repeat(100), "canvas: espalier/9"}) {
      HttpResponse<String> answer = post("/api/v1/canvases/tickets/plan", "application/yaml", body);
      assertThat(answer.statusCode()).as(body).isEqualTo(400);
      assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }
    assertThat(
            post("/api/v1/canvases/tickets/plan", "application/yaml", "x".repeat(2 << 20))
                .statusCode())
        .isEqualTo(413);
    assertThat(get("/api/v1/canvases").body()).isEqualTo("[]");
  }

  @Test
  void events_resume_where_a_reader_left() throws Exception {
    espalier.events().publish("tickets", "thing.one", Map.of());
    espalier.events().publish("tickets", "thing.two", Map.of());
    URI uri = URI.create(espalier.url());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), uri.getPort())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(
              ("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 1\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
      StringBuilder heard = new StringBuilder();
      while (!heard.toString().contains("thing.two")) {
        heard.append(in.readLine()).append('\n');
      }
      assertThat(heard.toString()).contains("id: 2").doesNotContain("thing.one");
    }
  }

  @Test
  void data_becomes_a_served_model_by_way_of_a_canvas() throws Exception {
    assertThat(post("/api/v1/datasets/tickets", "text/csv", rows(2_400)).statusCode())
        .isEqualTo(200);
    JsonNode plan =
        Json.tree(post("/api/v1/canvases/tickets/plan", "application/yaml", CANVAS).body());
    HttpResponse<String> applied =
        post(
            "/api/v1/canvases/tickets/apply",
            "application/json",
            Json.write(Map.of("planDigest", plan.path("planDigest").asText())));
    assertThat(applied.statusCode()).as(applied.body()).isEqualTo(200);

    String run =
        Json.tree(
                post("/api/v1/pipelines/tickets/runs", "application/json", "{\"reason\":\"test\"}")
                    .body())
            .path("id")
            .asText();
    JsonNode ended = await(run);
    assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
    JsonNode versions = Json.tree(get("/api/v1/models/tickets/versions").body());
    assertThat(versions).hasSize(1);
    assertThat(versions.get(0).path("version").asText()).isEqualTo("1.0.0");

    HttpResponse<String> answer = predicted();
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode prediction = Json.tree(answer.body());
    assertThat(prediction.path("label").asText()).isEqualTo("billing");
    assertThat(prediction.path("modelVersion").asText()).isEqualTo("1.0.0");
    assertThat(prediction.path("servedBy").asText()).isEqualTo("champion");
    assertThat(prediction.path("predictionId").asText()).isNotEmpty();

    JsonNode documents = frozen();
    assertThat(documents).hasSize(6);
    assertThat(get("/api/v1/documents/tickets/model-card?version=1.0.0").body())
        .contains("Version 1.0.0 is the rung", "Rows a label:", "Gate macro");
    assertThat(get("/api/v1/documents/tickets/dora?format=html").body())
        .contains("1 versions came to answer everything");
  }

  @Test
  void what_was_seen_at_work_is_told_from_what_is_only_claimed() throws Exception {
    data_becomes_a_served_model_by_way_of_a_canvas();
    settled("stack.components", "automated:serving", "CONFORMS");
    settled("stack.components", "claimed:pipeline", "CONFORMS");
    assertThat(state("stack.components", "automated:pipeline"))
        .as("somebody asked for the only run")
        .isEqualTo("VIOLATED");
    assertThat(state("stack.components", "automated:registry")).isEqualTo("CONFORMS");
    settled("stack.components", "automated:ci", "CONFORMS");
    assertThat(state("stack.components", "claimed:monitoring"))
        .as("no window was closed")
        .isEqualTo("NO_EVIDENCE");
    assertThat(state("value.persona", "active:ml_engineer")).isEqualTo("CONFORMS");
    assertThat(state("value.persona", "active:data_scientist")).isEqualTo("CONFORMS");
    assertThat(state("value.persona", "active:ops")).as("nobody drilled").isEqualTo("NO_EVIDENCE");
    assertThat(state("analysis.language", "seen")).isEqualTo("CONFORMS");
    assertThat(post("/api/v1/drills/tickets/reload", "application/json", "{}").statusCode())
        .isLessThan(300);
    settled("value.persona", "active:ops", "CONFORMS");
  }

  private void settled(String question, String clause, String state) throws Exception {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (!state(question, clause).equals(state) && System.nanoTime() < deadline) {
      Thread.sleep(100);
    }
    assertThat(state(question, clause)).as(question + " " + clause).isEqualTo(state);
  }

  private String state(String question, String clause) throws Exception {
    for (JsonNode row :
        Json.tree(get("/api/v1/canvases/tickets/conformance").body()).path("questions")) {
      for (JsonNode evidence : row.path("evidence")) {
        if (row.path("question").asText().equals(question)
            && evidence.path("clause").asText().equals(clause)) {
          return evidence.path("state").asText();
        }
      }
    }
    throw new AssertionError("No clause " + question + " " + clause);
  }

  /** The declared documents are frozen with the tick that saw the promotion, and no others. */
  private JsonNode frozen() throws Exception {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (true) {
      JsonNode list = Json.tree(get("/api/v1/documents/tickets?version=1.0.0").body());
      boolean all =
          list.valueStream()
              .allMatch(one ->
                  one.path("frozen").asBoolean()
                      != one.path("name").asText().equals("technical-file"));
      if (all || System.nanoTime() > deadline) {
        assertThat(all).as(list.toString()).isTrue();
        return list;
      }
      Thread.sleep(50);
    }
  }

  /** The ticker releases the version; until then nothing answers. */
  private HttpResponse<String> predicted() throws Exception {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (true) {
      HttpResponse<String> answer =
          post(
              "/api/v1/predict/tickets",
              "application/json",
              "{\"text\":\"refund my card payment, the invoice was charged\"}");
      if (answer.statusCode() == 200 || System.nanoTime() > deadline) {
        return answer;
      }
      Thread.sleep(50);
    }
  }

  private JsonNode await(String run) throws Exception {
    long deadline = System.nanoTime() + 120_000_000_000L;
    while (true) {
      JsonNode now = Json.tree(get("/api/v1/pipelines/tickets/runs/" + run).body());
      boolean ended = !now.path("state").asText().matches("PENDING|RUNNING");
      if (ended || System.nanoTime() > deadline) {
        return now;
      }
      Thread.sleep(50);
    }
  }

  private static String rows(int n) {
    String[][] words = {
      {"invoice", "charged", "refund", "payment", "card"},
      {"crash", "error", "login", "slow", "update"}
    };
    Random random = new Random(1);
    StringBuilder csv = new StringBuilder("text,label\n");
    for (int i = 0; i < n; i++) {
      int label = i % 2;
      csv.append("ticket ").append(i).append(' ');
      for (int w = 0; w < 6; w++) {
        csv.append(words[random.nextInt(10) == 0 ? 1 - label : label][random.nextInt(5)])
            .append(' ');
      }
      csv.append(',').append(label == 0 ? "billing" : "technical").append('\n');
    }
    return csv.toString();
  }
}
