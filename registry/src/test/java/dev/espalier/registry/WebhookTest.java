package dev.espalier.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Json;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import dev.espalier.registry.Webhook.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks against a receiver on a real port, and against addresses that must not be reached. */
class WebhookTest {
  private static final Event REGISTERED = new Event("MODEL_VERSION", "CREATED");
  @TempDir Path folder;
  private Database database;
  private HttpServer receiver;
  private String host;
  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private final Deque<Integer> answers = new ArrayDeque<>();

  private record Received(String delivery, String timestamp, String signature, String body) {}

  @BeforeEach
  void open() throws IOException {
    database = TestDatabase.in(folder);
    database.migrate("registry");
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
    int status;
    synchronized (answers) {
      status = answers.isEmpty() ? 200 : answers.pop();
    }
    if (status == 302) {
      exchange.getResponseHeaders().add("Location", "http://" + host + "/elsewhere");
    }
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
    received.add(
        new Received(
            header(exchange, "X-MLflow-Delivery-Id"),
            header(exchange, "X-MLflow-Timestamp"),
            header(exchange, "X-MLflow-Signature"),
            body));
  }

  private static String header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
  }

  private Webhooks webhooks(String... allowed) {
    return new Webhooks(
        database,
        SecretBox.in(folder),
        new OutboundPost(Set.of(allowed), Duration.ofSeconds(20)),
        events(),
        InstantSource.system(),
        Duration.ofMillis(20));
  }

  private Events events() {
    InstantSource machine = InstantSource.system();
    return new Events(database, new ProductClocks(database, machine), machine);
  }

  private static Webhooks.Draft draft(String url, String secret) {
    return new Webhooks.Draft(
        Optional.of("hook"),
        Optional.empty(),
        Optional.of(url),
        List.of(REGISTERED),
        Optional.of(secret).filter(text -> !text.isEmpty()),
        Optional.empty());
  }

  private Received next() throws InterruptedException {
    Received next = received.poll(60, TimeUnit.SECONDS);
    assertThat(next).as("a delivery").isNotNull();
    return next;
  }

  @Test
  void a_change_is_told_signed_and_once() throws Exception {
    try (Webhooks webhooks = webhooks(host)) {
      Webhook _ = webhooks.create(draft("http://" + host + "/hook", "s3cret"));
      webhooks.publish(REGISTERED, Json.tree("{\"name\": \"spam\", \"version\": \"1\"}"));
      webhooks.publish(new Event("PROMPT", "CREATED"), Json.tree("{\"name\": \"other\"}"));

      Received told = next();
      JsonNode body = Json.tree(told.body());
      assertThat(body.path("entity").asText()).isEqualTo("model_version");
      assertThat(body.path("action").asText()).isEqualTo("created");
      assertThat(body.at("/data/name").asText()).isEqualTo("spam");
      assertThat(told.signature())
          .isEqualTo(
              "v1,"
                  + Webhooks.signature(
                      "s3cret", told.delivery() + "." + told.timestamp() + "." + told.body()));
      assertThat(webhooks.test(webhooks.all().getFirst().id(), Optional.empty()).success())
          .isTrue();
      assertThat(Json.tree(next().body()).at("/data/name").asText()).isEqualTo("example");
      assertThat(received).as("nobody asked for prompts").isEmpty();
    }
  }

  /** RFC 4231 is for hexadecimal keys; this is the HMAC-SHA256 example of Wikipedia, in base64. */
  @Test
  void signs_with_hmac_sha_256() {
    assertThat(Webhooks.signature("key", "The quick brown fox jumps over the lazy dog"))
        .isEqualTo("97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=");
  }

  @Test
  void a_busy_receiver_is_asked_again_under_the_same_id_and_a_refusal_is_final() throws Exception {
    synchronized (answers) {
      answers.addAll(List.of(503, 429, 200, 404));
    }
    try (Webhooks webhooks = webhooks(host)) {
      Webhook _ = webhooks.create(draft("http://" + host + "/hook", ""));
      webhooks.publish(REGISTERED, Json.tree("{\"name\": \"first\"}"));
      List<Received> three = List.of(next(), next(), next());
      webhooks.publish(REGISTERED, Json.tree("{\"name\": \"second\"}"));
      Received refused = next();
      webhooks.publish(REGISTERED, Json.tree("{\"name\": \"third\"}"));

      assertThat(three).extracting(Received::delivery).containsOnly(three.getFirst().delivery());
      assertThat(three.getFirst().signature()).as("unsigned without a secret").isEmpty();
      assertThat(refused.body()).contains("second");
      assertThat(next().body()).as("the refused one is not repeated").contains("third");
    }
  }

  @Test
  void what_waits_is_delivered_by_the_next_process() throws Exception {
    synchronized (answers) {
      answers.addAll(List.of(503));
    }
    String delivery;
    Webhooks earlier =
        new Webhooks(
            database,
            SecretBox.in(folder),
            new OutboundPost(Set.of(host), Duration.ofSeconds(20)),
            events(),
            InstantSource.system(),
            Duration.ofSeconds(1));
    try (earlier) {
      Webhook _ = earlier.create(draft("http://" + host + "/hook", "s3cret"));
      earlier.publish(REGISTERED, Json.tree("{\"name\": \"spam\"}"));
      delivery = next().delivery();
    }
    try (Webhooks later = webhooks(host)) {
      assertThat(next().delivery()).isEqualTo(delivery);
      assertThat(later.all()).hasSize(1);
    }
  }

  @Test
  void redirects_are_not_followed() throws Exception {
    synchronized (answers) {
      answers.add(302);
    }
    try (Webhooks webhooks = webhooks(host)) {
      Webhook hook = webhooks.create(draft("http://" + host + "/hook", ""));
      Webhooks.Outcome outcome = webhooks.test(hook.id(), Optional.empty());
      assertThat(outcome.status()).contains(302);
      assertThat(outcome.success()).isFalse();
      assertThat(next()).isNotNull();
      assertThat(received).isEmpty();
    }
  }

  /** The classes of CVE-2023-43654 and CVE-2024-3848: a server made to ask inside its own net. */
  @Test
  void addresses_of_the_inside_are_never_reached_however_they_are_written() throws Exception {
    int port = receiver.getAddress().getPort();
    try (Webhooks webhooks = webhooks()) {
      for (String url :
          List.of(
              "http://example.org/",
              "http://" + host + "/",
              "file:///etc/passwd",
              "ftp://example.org/",
              "https://user:pass@example.org/",
              "https:///path",
              "https://example.org/ x",
              "jar:https://example.org/!/x",
              "not an address")) {
        assertThatThrownBy(() -> webhooks.create(draft(url, "")))
            .as(url)
            .isInstanceOf(EspalierException.class)
            .hasMessageContaining("Invalid webhook URL");
      }
      int number = 0;
      for (String inside :
          List.of(
              "127.0.0.1",
              "localhost",
              "[::1]",
              "[::ffff:127.0.0.1]",
              "0.0.0.0",
              "[::]",
              "2130706433")) {
        Webhook hook =
            webhooks.create(
                new Webhooks.Draft(
                    Optional.of("hook " + number++),
                    Optional.empty(),
                    Optional.of("https://%s:%d/".formatted(inside, port)),
                    List.of(REGISTERED),
                    Optional.empty(),
                    Optional.empty()));
        Webhooks.Outcome outcome = webhooks.test(hook.id(), Optional.empty());
        assertThat(outcome.success()).as(inside).isFalse();
        assertThat(outcome.error()).as(inside).isPresent();
      }
      assertThat(received).isEmpty();
    }
  }

  @Test
  void public_addresses_are_told_from_all_others() throws Exception {
    for (String outside : List.of("8.8.8.8", "2606:4700::1111", "172.32.0.1", "2002:808:808::1")) {
      assertThat(OutboundPost.isPublic(InetAddress.getByName(outside))).as(outside).isTrue();
    }
    for (String inside :
        List.of(
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "127.1.2.3",
            "0.1.2.3",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::7f00:1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::1",
            "2002:a00:1::1",
            "2001::1")) {
      assertThat(OutboundPost.isPublic(InetAddress.getByName(inside))).as(inside).isFalse();
    }
  }

  @Test
  void a_secret_is_sealed_and_its_key_is_nobody_else_s() throws IOException {
    try (Webhooks webhooks = webhooks(host)) {
      Webhook hook = webhooks.create(draft("http://" + host + "/hook", "s3cret"));
      assertThat(hook.secret()).isNotEmpty().doesNotContain("s3cret");
      assertThat(SecretBox.in(folder).open(hook.secret())).isEqualTo("s3cret");
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(folder.resolve("webhook.key"))))
          .isEqualTo("rw-------");
      assertThatThrownBy(() ->
              SecretBox.in(Files.createDirectory(folder.resolve("other"))).open(hook.secret()))
          .hasMessageContaining("another key");
    }
  }

  @Test
  void events_and_names_that_mean_nothing_are_refused() {
    assertThatThrownBy(() -> new Event("MODEL_VERSION", "UPDATED"))
        .hasMessageContaining("MODEL_VERSION.UPDATED");
    assertThatThrownBy(() -> new Event("RUN", "CREATED")).hasMessageContaining("RUN.CREATED");
    try (Webhooks webhooks = webhooks(host)) {
      String url = "http://" + host + "/hook";
      Webhook first = webhooks.create(draft(url, ""));
      assertThatThrownBy(() -> webhooks.create(draft(url, "")))
          .hasMessageContaining("already exists");
      assertThatThrownBy(() -> webhooks.get("none")).hasMessageContaining("not found");
      webhooks.delete(first.id());
      assertThat(webhooks.all()).isEmpty();
    }
  }
}
