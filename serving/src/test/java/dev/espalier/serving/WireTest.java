package dev.espalier.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Ids;
import dev.espalier.platform.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers see over HTTP: statuses, headers, error shapes, and bounds of each field. */
class WireTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String TENSOR =
      "{\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"a\"]}]}";
  private final Script script = new Script(2);
  private final HttpClient client = HttpClient.newHttpClient();
  private ShadowRoutes routes;

  @BeforeEach
  void start() {
    script.serving.configure(Script.config(LONG, LONG.dividedBy(2)), Route.only("1.0.0"));
    routes = new ShadowRoutes(script.serving, new Ids(InstantSource.system(), new Random(3)));
  }

  @AfterEach
  void stop() {
    script.release();
    routes.close();
    script.close();
  }

  private HttpResponse<String> send(URI uri, String method, byte[] body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> predict(String body) throws Exception {
    return send(routes.predict("mail"), "POST", body.getBytes(StandardCharsets.UTF_8));
  }

  private HttpResponse<String> infer(String body, String... headers) throws Exception {
    return send(routes.infer("mail"), "POST", body.getBytes(StandardCharsets.UTF_8), headers);
  }

  private URI v2(String path) {
    String base = routes.infer("mail").toString();
    return URI.create(base.substring(0, base.indexOf("/v2")) + "/v2" + path);
  }

  private void fillers(int count) {
    for (int i = 0; i < count; i++) {
      var _ =
          CompletableFuture.runAsync(
              () ->
                  org.assertj.core.api.Assertions.catchThrowable(
                      () -> script.serving.predict("mail", Ask.of("filler"))),
              Thread::startVirtualThread);
    }
  }

  private void fillTheQueue() {
    script.acts.put("1.0.0", script.hanging());
    fillers(2);
    while (script.hung.get() < 2) {
      Thread.onSpinWait();
    }
    fillers(8);
    while (script.serving.queued("mail") < 8) {
      Thread.onSpinWait();
    }
  }

  @Test
  void a_full_queue_is_a_429_with_retry_after_on_both_addresses_and_costs_no_compute()
      throws Exception {
    fillTheQueue();
    HttpResponse<String> plain = predict("{\"text\":\"a\"}");
    HttpResponse<String> open = infer(TENSOR);
    assertThat(plain.statusCode()).isEqualTo(429);
    assertThat(plain.headers().firstValue("Retry-After")).contains("1");
    assertThat(plain.body()).contains("overload");
    assertThat(open.statusCode()).isEqualTo(429);
    assertThat(open.headers().firstValue("Retry-After")).contains("1");
    assertThat(Json.tree(open.body()).path("error").asText()).contains("queue_full");
    assertThat(script.serving.queued("mail")).isEqualTo(8);
  }

  @Test
  void a_deadline_that_passes_is_a_504_that_says_where_the_time_went() throws Exception {
    script.serving.configure(
        Script.config(Duration.ofMillis(50), Duration.ofMillis(50)), Route.only("1.0.0"));
    script.acts.put("1.0.0", script.hanging());
    assertThat(predict("{\"text\":\"a\"}").statusCode()).isEqualTo(504);
    HttpResponse<String> open = infer(TENSOR);
    assertThat(open.statusCode()).isEqualTo(504);
    assertThat(open.body()).contains("timeout: running");
    assertThat(open.headers().firstValue("Retry-After")).isEmpty();
    HttpResponse<String> queued = infer(TENSOR);
    assertThat(queued.body()).as("both permits hang now").contains("timeout: queued");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /models/mail/infer, 405",
    "PUT, /models/mail/infer, 405",
    "POST, /models/mail, 405",
    "DELETE, /health/live, 405",
    "POST, /, 405",
    "GET, /models/nobody, 404",
    "GET, /models/nobody/ready, 404",
    "GET, /models/mail/versions/9.9.9, 404",
    "GET, /models/mail/versions/9.9.9/ready, 404",
    "GET, /models/mail/stats, 404",
    "POST, /repository/index, 404",
    "GET, /models/..%2f..%2fetc%2fpasswd, 404",
    "GET, /models/mail/versions/1.0.0/ready, 200",
    "GET, /health/live, 200",
    "GET, /health/ready, 200",
    "GET, /models/mail/ready, 200"
  })
  void every_address_and_method_has_the_protocols_status_and_error_shape(
      String method, String path, int status) throws Exception {
    HttpResponse<String> response = send(v2(path), method, new byte[0]);
    assertThat(response.statusCode()).isEqualTo(status);
    if (status >= 400) {
      assertThat(Json.tree(response.body()).path("error").asText()).isNotBlank();
    }
    if (status == 405) {
      assertThat(response.headers().firstValue("Allow")).isPresent();
    }
  }

  @Test
  void the_server_names_no_extension_and_the_model_its_tensors() throws Exception {
    JsonNode server = Json.tree(send(v2(""), "GET", new byte[0]).body());
    assertThat(server.path("extensions")).isEmpty();
    assertThat(server.path("version").asText()).isNotBlank();
    JsonNode model = Json.tree(send(v2("/models/mail"), "GET", new byte[0]).body());
    assertThat(model.path("versions").toString()).isEqualTo("[\"1.0.0\"]");
    assertThat(model.path("inputs").toString())
        .isEqualTo("[{\"name\":\"text\",\"datatype\":\"BYTES\",\"shape\":[-1]}]");
    assertThat(model.path("outputs").get(1).path("shape").toString()).isEqualTo("[-1,2]");
  }

  @Test
  void binary_and_compressed_bodies_are_refused_by_name() throws Exception {
    HttpResponse<String> binary =
        infer(TENSOR + "\1\0\0\0a", "Inference-Header-Content-Length", "" + TENSOR.length());
    assertThat(binary.statusCode()).isEqualTo(501);
    assertThat(binary.body()).contains("binary tensor extension is not offered");
    HttpResponse<String> gzip = infer(TENSOR, "Content-Encoding", "gzip");
    assertThat(gzip.statusCode()).isIn(400, 501);
    assertThat(script.log).isEmpty();
  }

  @Test
  void a_body_that_is_not_utf8_is_refused_and_other_scripts_are_served() throws Exception {
    byte[] latin = "{\"text\":\"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(send(routes.predict("mail"), "POST", latin).statusCode()).isEqualTo(400);
    assertThat(send(routes.infer("mail"), "POST", latin).statusCode()).isEqualTo(400);
    for (String text : List.of("日本語", "مرحبا", "💥", "\\u0000", "a\\nb")) {
      assertThat(predict("{\"text\":\"%s\"}".formatted(text)).statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"text\":\"a\",\"unit\":\"\"}",
        "{\"text\":\"a\",\"unit\":\"  \"}",
        "{\"text\":\"a\",\"unit\":7}",
        "{\"text\":\"  \\n\\t \"}",
        "{\"text\":[\"a\"]}",
        "{\"text\":{}}",
        "{\"text\":true}",
        "{\"Text\":\"a\"}",
        "{\"text\":\"a\",\"at\":\"2026-01-01T00:00:00Z\"}",
        "{\"text\":\"a\"}{\"text\":\"b\"}",
        "\"text\"",
        "{\"text\":\"a\",}",
        "{'text':'a'}"
      })
  void a_bad_field_is_a_400_that_says_what_was_expected(String body) throws Exception {
    HttpResponse<String> response = predict(body);
    assertThat(response.statusCode()).as(body).isEqualTo(400);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(Json.tree(response.body()).path("detail").asText()).isNotBlank();
    assertThat(script.log).isEmpty();
  }

  @Test
  void a_sticky_key_has_at_most_200_characters() throws Exception {
    assertThat(predict("{\"text\":\"a\",\"unit\":\"%s\"}".formatted("u".repeat(200))).statusCode())
        .isEqualTo(200);
    assertThat(predict("{\"text\":\"a\",\"unit\":\"%s\"}".formatted("u".repeat(201))).statusCode())
        .isEqualTo(400);
    assertThat(script.log.getFirst().unit()).hasSize(200);
  }

  @Test
  void a_broken_pre_assertion_is_answered_by_a_rung_or_refused_as_the_endpoint_says()
      throws Exception {
    String longer = "{\"text\":\"%s\"}".formatted("x".repeat(1001));
    assertThat(predict(longer).statusCode()).as("no rung is declared").isEqualTo(400);
    EndpointConfig declared = Script.config(LONG, LONG.dividedBy(2));
    script.serving.configure(
        new EndpointConfig(
            "mail",
            declared.timeout(),
            declared.primaryTimeout(),
            declared.p95(),
            1000,
            0,
            EndpointConfig.OnPreFail.REJECT,
            List.of(),
            8),
        Route.only("1.0.0"));
    HttpResponse<String> refused = predict(longer);
    assertThat(refused.statusCode()).isEqualTo(400);
    JsonNode problem = Json.tree(refused.body());
    assertThat(problem.path("field").asText()).isEqualTo("text");
    assertThat(problem.path("rule").asText()).isEqualTo("length");
    assertThat(problem.path("nearest").asText()).contains("1000");
    assertThat(script.serving.brokenRules("mail"))
        .as("a refused input is counted too")
        .containsEntry("length", 2L);
    assertThat(predict("{\"text\":\"%s\"}".formatted("x".repeat(1000))).statusCode())
        .isEqualTo(200);
  }

  @Test
  void a_pinned_version_answers_but_is_no_part_of_a_comparison() throws Exception {
    script.serving.configure(
        Script.config(LONG, LONG.dividedBy(2)),
        new Route(
            "s", List.of(new Arm("1.0.0", 1, Arm.CHAMPION), new Arm("0.9.0", 0, Arm.PREVIOUS))));
    HttpResponse<String> response =
        send(
            v2("/models/mail/versions/0.9.0/infer"),
            "POST",
            TENSOR.getBytes(StandardCharsets.UTF_8));
    assertThat(Json.tree(response.body()).path("model_version").asText()).isEqualTo("0.9.0");
    assertThat(script.log.getFirst().arm()).isEqualTo(RequestPath.PINNED);
    assertThat(script.log.getFirst().routedVersion()).isEqualTo("none");
  }

  @Test
  void the_record_of_a_request_holds_what_a_replay_needs() {
    Instant at = Instant.parse("2002-08-01T00:00:00Z");
    Answer answer =
        script.serving.predict(
            "mail",
            new Ask(
                "buy",
                Optional.of("ana"),
                Optional.of(at),
                Optional.of("gateway"),
                Optional.of("r1")));
    InferenceRecord record = script.log.getFirst();
    assertThat(record.predictionId()).isEqualTo(answer.predictionId());
    assertThat(record.at()).isEqualTo(at);
    assertThat(record.unit()).isEqualTo("ana");
    assertThat(record.consumer()).contains("gateway");
    assertThat(record.text()).isEqualTo("buy");
    assertThat(record.candidateWeight()).isZero();
    assertThat(record.latencyMicros()).isEqualTo(answer.latencyMicros()).isPositive();
    assertThat(record.error()).isEmpty();
  }

  @Test
  void rungs_of_every_kind_are_refused_when_they_lack_what_they_need() {
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> new Rung(Set.of(Trigger.ERROR), Rung.Use.DEFAULT_VALUE, Optional.empty(), LONG))
        .hasMessageContaining("needs its label");
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> Script.config(Duration.ofMillis(10), Duration.ofMillis(20)))
        .hasMessageContaining("longer than the caller's");
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> Script.config(Duration.ZERO, Duration.ZERO))
        .hasMessageContaining("positive");
  }
}
