package dev.espalier.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.espalier.canvas.Conformance;
import dev.espalier.canvas.State;
import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Json;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import dev.espalier.platform.TestHttp;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A board tells a receiver on a real port what has changed, over the product's own routes. */
class BoardWebhookTest {
  private static final String HOOKS = "/canvases/mail/webhooks";
  @TempDir Path folder;
  private Database database;
  private Events events;
  private HttpServer receiver;
  private String host;
  private final AtomicInteger refusals = new AtomicInteger();
  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

  private record Received(String delivery, String timestamp, String signature, JsonNode body) {}

  @BeforeEach
  void open() throws IOException {
    database = TestDatabase.in(folder);
    database.migrate("platform", "registry");
    InstantSource machine = InstantSource.system();
    events = new Events(database, new ProductClocks(database, machine), machine);
    receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    receiver.createContext("/", this::receive);
    receiver.start();
    host = "127.0.0.1:" + receiver.getAddress().getPort();
  }

  @AfterEach
  void close() {
    receiver.stop(0);
    database.close();
  }

  private void receive(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(refusals.getAndDecrement() > 0 ? 503 : 200, -1);
    exchange.close();
    received.add(
        new Received(
            header(exchange, "X-Espalier-Delivery-Id"),
            header(exchange, "X-Espalier-Timestamp"),
            header(exchange, "X-Espalier-Signature"),
            Json.tree(body)));
  }

  private static String header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
  }

  private Webhooks webhooks(String... allowed) {
    return new Webhooks(
        database,
        SecretBox.in(folder),
        new OutboundPost(Set.of(allowed), Duration.ofSeconds(20)),
        events,
        InstantSource.system(),
        Duration.ofMillis(20));
  }

  private static TestHttp http(Webhooks webhooks) {
    return new TestHttp(
        "/",
        new BoardWebhookRoutes(
            webhooks,
            product -> {
              if (!Set.of("mail", "other").contains(product)) {
                throw EspalierException.notFound("No canvas of '%s'.".formatted(product));
              }
            }));
  }

  private JsonNode made(TestHttp http, String extra) throws Exception {
    HttpResponse<String> made =
        http.post(
            HOOKS, "{\"name\": \"on-call\", \"url\": \"http://%s/hook\"%s}".formatted(host, extra));
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
    return Json.tree(made.body());
  }

  private Received next() throws InterruptedException {
    Received next = received.poll(60, TimeUnit.SECONDS);
    assertThat(next).as("a delivery").isNotNull();
    return next;
  }

  private void turned(String product, String question, State from, State to) {
    events.publishAll(
        product,
        "conformance.changed",
        List.of(
            new Conformance.Change(
                Instant.EPOCH, Instant.EPOCH, question, from, to, "4 of 100 were wrong")));
  }

  @Test
  void a_question_that_is_violated_is_told_signed_with_the_reason_and_a_link() throws Exception {
    try (Webhooks webhooks = webhooks(host);
        TestHttp http = http(webhooks)) {
      turned("mail", "objectives", State.NO_EVIDENCE, State.VIOLATED);
      JsonNode made = made(http, ", \"secret\": \"s3cret\"");
      assertThat(made.path("signed").asBoolean()).isTrue();
      assertThat(made.path("states")).isEqualTo(Json.tree("[\"VIOLATED\"]"));
      assertThat(http.get(HOOKS).body()).doesNotContain("s3cret");
      turned("mail", "serving.mode", State.NO_EVIDENCE, State.CONFORMS);
      turned("other", "objectives", State.CONFORMS, State.VIOLATED);
      turned("mail", "serving.mode", State.CONFORMS, State.VIOLATED);

      Received told = next();
      assertThat(told.body().path("product").asText()).isEqualTo("mail");
      assertThat(told.body().path("changes")).as("what was before nobody asked to hear").hasSize(1);
      JsonNode change = told.body().path("changes").path(0);
      assertThat(change.path("question").asText()).isEqualTo("serving.mode");
      assertThat(change.path("from").asText()).isEqualTo("CONFORMS");
      assertThat(change.path("reason").asText()).isEqualTo("4 of 100 were wrong");
      assertThat(change.path("page").asText()).isEqualTo("/p/mail?q=serving.mode");
      assertThat(told.signature())
          .isEqualTo(
              "v1,"
                  + Webhooks.signature(
                      "s3cret",
                      told.delivery() + "." + told.timestamp() + "." + Json.write(told.body())));
    }
  }

  @Test
  void more_changes_than_one_delivery_holds_come_in_several_and_none_is_lost() throws Exception {
    try (Webhooks webhooks = webhooks(host);
        TestHttp http = http(webhooks)) {
      JsonNode _ = made(http, "");
      List<String> questions = IntStream.range(0, 450).mapToObj(i -> "question." + i).toList();
      events.publishAll(
          "mail",
          "conformance.changed",
          questions.stream()
              .map(question ->
                  new Conformance.Change(
                      Instant.EPOCH,
                      Instant.EPOCH,
                      question,
                      State.CONFORMS,
                      State.VIOLATED,
                      "all at once"))
              .toList());
      List<String> told = new ArrayList<>();
      while (told.size() < questions.size()) {
        JsonNode changes = next().body().path("changes");
        assertThat(changes).hasSizeLessThanOrEqualTo(200);
        changes.forEach(change -> told.add(change.path("question").asText()));
      }
      assertThat(told).isEqualTo(questions);
    }
  }

  @Test
  void a_busy_receiver_is_asked_again_and_nothing_is_told_twice_by_the_next_process()
      throws Exception {
    refusals.set(2);
    String first;
    try (Webhooks webhooks = webhooks(host);
        TestHttp http = http(webhooks)) {
      JsonNode _ = made(http, ", \"states\": [\"STALE\", \"VIOLATED\"]");
      turned("mail", "data", State.CONFORMS, State.STALE);
      first = next().delivery();
      assertThat(next().delivery()).isEqualTo(first);
      assertThat(next().delivery()).isEqualTo(first);
      // At least once: what was taken and not yet noted so would come again, under the same id.
      Instant patience = Instant.now().plusSeconds(60);
      while (!http.get(HOOKS).body().contains("\"waiting\":0")) {
        assertThat(Instant.now()).as("the delivery is noted as taken").isBefore(patience);
        Thread.onSpinWait();
      }
    }
    turned("mail", "ct.schedule", State.CONFORMS, State.STALE);
    try (Webhooks _ = webhooks(host)) {
      Received later = next();
      assertThat(later.delivery()).isNotEqualTo(first);
      assertThat(later.body().path("changes")).hasSize(1);
      assertThat(later.body().at("/changes/0/question").asText()).isEqualTo("ct.schedule");
    }
    assertThat(received).isEmpty();
  }

  @Test
  void a_test_says_what_came_back_and_one_that_is_removed_hears_nothing() throws Exception {
    try (Webhooks webhooks = webhooks(host);
        TestHttp http = http(webhooks)) {
      String id = made(http, "").path("id").asText();
      JsonNode tested = Json.tree(http.post(HOOKS + "/" + id + "/test", "{}").body());
      assertThat(tested.path("success").asBoolean()).isTrue();
      assertThat(tested.path("status").asInt()).isEqualTo(200);
      assertThat(next().body().at("/changes/0/reason").asText()).contains("test");
      assertThat(http.post(HOOKS + "/" + id + "/remove", "{}").body()).isEqualTo("[]");
      turned("mail", "data", State.CONFORMS, State.VIOLATED);
      JsonNode _ = made(http, ", \"states\": [\"CONFORMS\"]");
      turned("mail", "data", State.VIOLATED, State.CONFORMS);
      assertThat(next().body().at("/changes/0/to").asText()).isEqualTo("CONFORMS");
      assertThat(received).isEmpty();
    }
  }

  @Test
  void bad_input_names_the_field_and_keeps_nothing() throws Exception {
    try (Webhooks webhooks = webhooks();
        TestHttp http = http(webhooks)) {
      for (String bad :
          List.of(
              "{}",
              "[]",
              "not json",
              "{\"name\": \" \", \"url\": \"https://example.org/\"}",
              "{\"name\": \"a\"}",
              "{\"name\": \"a\", \"url\": \"http://example.org/\"}",
              "{\"name\": \"a\", \"url\": \"https://127.0.0.1/\"}",
              "{\"name\": \"a\", \"url\": \"https://169.254.169.254/latest\"}",
              "{\"name\": \"a\", \"url\": \"https://[::1]/\"}",
              "{\"name\": \"a\", \"url\": \"https://8.8.8.8/\", \"states\": [\"RED\"]}",
              "{\"name\": \"%s\", \"url\": \"https://8.8.8.8/\"}".formatted("a".repeat(300)))) {
        HttpResponse<String> answer = http.post(HOOKS, bad);
        assertThat(answer.statusCode()).as(bad + answer.body()).isEqualTo(400);
      }
      assertThat(http.get(HOOKS).body()).isEqualTo("[]");
      assertThat(http.get("/canvases/none/webhooks").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void a_board_s_webhook_is_nobody_else_s() throws Exception {
    try (Webhooks webhooks = webhooks(host);
        TestHttp http = http(webhooks)) {
      String id = made(http, "").path("id").asText();
      assertThat(http.get("/canvases/other/webhooks").body()).isEqualTo("[]");
      for (String deed : List.of("/test", "/remove")) {
        assertThat(http.post("/canvases/other/webhooks/" + id + deed, "{}").statusCode())
            .isEqualTo(404);
      }
      assertThat(webhooks.all()).as("clients of the registry see none of a board").isEmpty();
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> webhooks.delete(id))
          .hasMessageContaining("not found");
      assertThat(http.get(HOOKS).body()).contains(id);
    }
  }
}
