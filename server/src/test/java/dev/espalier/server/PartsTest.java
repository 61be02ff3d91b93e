package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts of a process, each by its hard cases. */
class PartsTest {
  @TempDir Path folder;

  private Espalier start() {
    return Espalier.start(ServerConfig.local(folder.resolve("home"), 0));
  }

  // Home.

  @Test
  void a_home_has_one_owner_at_a_time() {
    Path home = folder.resolve("deep").resolve("home");
    try (Home first = Home.open(home)) {
      assertThat(first.folder()).isEqualTo(home.toAbsolutePath());
      assertThatThrownBy(() -> Home.open(home.resolve("..").resolve("home")))
          .isInstanceOfSatisfying(
              EspalierException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessageContaining("Another Espalier");
    }
    Home.open(home).close();
  }

  @Test
  void a_file_in_place_of_a_home_is_named() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> Home.open(file))
        .hasMessageContaining("home folder")
        .hasMessageContaining("--home");
  }

  // Where a process listens.

  @Test
  void the_other_loopback_is_written_as_a_browser_writes_it() throws Exception {
    Path home = folder.resolve("home");
    try (Espalier espalier = Espalier.start(new ServerConfig(home, "::1", 0))) {
      assertThat(espalier.url()).matches("http://\\[::1]:\\d+");
      assertThat(new Client(espalier.url()).get("/readyz").ok()).isTrue();
    }
    try (Espalier espalier = Espalier.start(new ServerConfig(home, "localhost", 0))) {
      assertThat(espalier.url()).startsWith("http://localhost:");
      assertThat(new Client(espalier.url()).get("/readyz").ok()).isTrue();
    }
  }

  // Drills.

  @Test
  void a_drill_that_nobody_knows_is_answered_with_those_that_are() throws Exception {
    try (Espalier espalier = start()) {
      Client client = new Client(espalier.url());
      assertThat(client.apply("tickets", Tickets.canvas(50)).ok()).isTrue();
      Client.Answer unknown = client.post("/api/v1/drills/tickets/nonsense", Map.of());
      assertThat(unknown.status()).as("%s", unknown).isEqualTo(400);
      assertThat(unknown.json().path("detail").asText()).contains("nonsense", "rollback");
      assertThat(client.post("/api/v1/drills/tickets/..%2f..", Map.of()).status())
          .isBetween(400, 404);
      assertThat(client.post("/api/v1/drills/nobody/rollback", Map.of()).status()).isEqualTo(404);
    }
  }

  // The loop.

  @Test
  void lead_time_counts_from_the_canvas_then_from_the_data() throws Exception {
    try (Espalier espalier = start()) {
      Client client = new Client(espalier.url());
      client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(0, 300));
      assertThat(client.apply("tickets", Tickets.canvas(50)).ok()).isTrue();
      JsonNode first = client.train("tickets");
      String applied = client.json("/canvases/tickets/versions").get(0).path("appliedAt").asText();
      assertThat(changedAt(client, "1.0.0")).isEqualTo(Instant.parse(applied));
      assertThat(Instant.parse(first.path("createdAt").asText()))
          .isAfterOrEqualTo(Instant.parse(applied));

      client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(300, 600));
      JsonNode second = client.train("tickets");
      assertThat(changedAt(client, "1.1.0"))
          .isEqualTo(Instant.parse(second.path("createdAt").asText()));
    }
  }

  private static Instant changedAt(Client client, String version) throws Exception {
    JsonNode rollout =
        Client.until(
            () -> {
              for (JsonNode each : client.json("/deployments/tickets").path("rollouts")) {
                if (each.path("to").asText().equals(version)) {
                  return each;
                }
              }
              return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
            },
            found -> !found.isMissingNode());
    return Instant.parse(rollout.path("admission").path("changedAt").asText());
  }

  @Test
  void the_machines_clock_does_not_tick_a_replay() throws Exception {
    try (Espalier espalier = start()) {
      Client client = new Client(espalier.url());
      Instant then = Instant.parse("2002-08-01T00:00:00Z");
      espalier.clocks().replay("tickets", then);
      client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(0, 300));
      client.apply("tickets", Tickets.canvas(50));
      assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
      // A second product lives on the machine's time: once it is released, ticks have passed.
      client.post("/api/v1/datasets/others", "text/csv", Tickets.csv(0, 300));
      client.apply(
          "others",
          Tickets.canvas(50)
              .replace("name: tickets", "name: others")
              .replace("dataset: tickets", "dataset: others"));
      client.train("others");
      Client.until(
          () -> client.json("/models/others/aliases").path("aliases"),
          aliases -> aliases.has("champion"));
      assertThat(client.json("/models/tickets/aliases").path("aliases").has("champion")).isFalse();
      espalier.tick("tickets");
      assertThat(client.json("/models/tickets/aliases").path("aliases").has("champion")).isTrue();
      assertThat(espalier.clocks().now("tickets")).isEqualTo(then);
    }
  }

  // The event stream and the pages.

  @Test
  void a_stream_is_resumed_by_numbers_only_and_has_room_for_so_many_readers() throws Exception {
    try (Espalier espalier = start()) {
      URI uri = URI.create(espalier.url());
      for (String bad : List.of("yesterday", "1e9", "9999999999999999999999")) {
        assertThat(firstLine(uri.getPort(), bad)).as(bad).contains("400");
      }
      List<Socket> readers = new ArrayList<>();
      try {
        for (int i = 0; i < 64; i++) {
          Socket reader = ask(uri.getPort(), "0");
          readers.add(reader);
          assertThat(line(reader)).contains("200");
        }
        assertThat(firstLine(uri.getPort(), "0")).contains("503");
      } finally {
        for (Socket reader : readers) {
          reader.close();
        }
      }
      // Those who left are noticed, and make room.
      Client.until(() -> firstLine(uri.getPort(), "0"), answer -> answer.contains("200"));
    }
  }

  private static Socket ask(int port, String last) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(120_000);
    socket
        .getOutputStream()
        .write(
            "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: %s\r\n\r\n"
                .formatted(last)
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String line(Socket socket) throws IOException {
    return String.valueOf(
        new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
            .readLine());
  }

  private static String firstLine(int port, String last) throws IOException {
    try (Socket socket = ask(port, last)) {
      return line(socket);
    }
  }

  @Test
  void what_is_no_file_is_a_page_and_what_looks_like_one_is_not() throws Exception {
    try (Espalier espalier = start()) {
      Client client = new Client(espalier.url());
      boolean pages = PartsTest.class.getClassLoader().getResource("ui/index.html") != null;
      for (String page : List.of("/", "/products/tickets", "/a/b/c")) {
        Client.Answer answer = client.get(page);
        assertThat(answer.status()).as(page).isEqualTo(pages ? 200 : 404);
        assertThat(answer.type()).startsWith(pages ? "text/html" : "application/problem+json");
      }
      for (String file : List.of("/assets/none.js", "/favicon.missing", "/openapi.json")) {
        Client.Answer answer = client.get(file);
        assertThat(answer.type().startsWith("text/html") && !pages).as(file).isFalse();
        assertThat(answer.body()).doesNotContain("\"openapi\"");
      }
      assertThat(client.get("/assets/none.js").status()).isEqualTo(404);
    }
  }
}
