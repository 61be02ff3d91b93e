package dev.espalier.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.platform.Database;
import dev.espalier.platform.Events;
import dev.espalier.platform.Json;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import dev.espalier.platform.TestHttp;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetRoutesTest {
  @TempDir Path folder;
  private Database database;
  private Datasets datasets;
  private TestHttp http;

  @BeforeEach
  void start() {
    MovableClock clock = new MovableClock(Instant.parse("2026-01-01T00:00:00Z"));
    database = TestDatabase.in(folder);
    datasets =
        new Datasets(
            database,
            new LocalArtifactStore(folder.resolve("artifacts")),
            new Events(database, new ProductClocks(database, clock), clock),
            clock);
    http = new TestHttp("/", new DatasetRoutes(datasets));
  }

  @AfterEach
  void stop() {
    http.close();
    database.close();
  }

  private HttpResponse<String> post(String name, String type, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder()
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body)),
        "/datasets/" + name);
  }

  @Test
  void an_upload_answers_with_the_snapshot_and_what_was_kept_aside() throws Exception {
    HttpResponse<String> answer =
        post("mail", "text/csv; charset=utf-8", "text,label\na,spam\n,ham\n");
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode json = Json.tree(answer.body());
    assertThat(json.get("rows").asLong()).isEqualTo(1);
    assertThat(json.get("rejected").asLong()).isEqualTo(1);
    assertThat(json.get("reasons").get(0).asText()).isEqualTo("line 3: text is empty");
    assertThat(json.get("snapshot").asText())
        .isEqualTo(datasets.latest("mail").orElseThrow().digest().text());
    assertThat(post("mail", "application/x-ndjson", "{\"text\":\"b\"}\n").statusCode())
        .isEqualTo(200);
    assertThat(Json.tree(http.get("/datasets/mail").body()).get("snapshots")).hasSize(2);
    assertThat(Json.tree(http.get("/datasets").body()).get(0).get("latest").get("rows").asLong())
        .isEqualTo(2);
  }

  @Test
  void bad_names_types_and_bodies_are_problems_that_name_the_field() throws Exception {
    assertThat(http.get("/datasets/none").statusCode()).isEqualTo(404);
    HttpResponse<String> type = post("mail", "application/pdf", "x");
    assertThat(type.statusCode()).isEqualTo(400);
    assertThat(type.body()).contains("Content-Type").contains("text/csv");
    for (String name : new String[] {"UPPER", "-a", "a".repeat(64), "..%2F..%2Fetc", "a%00b"}) {
      assertThat(post(name, "text/csv", "text\na\n").statusCode()).as(name).isIn(400, 404);
    }
    assertThat(post("mail", "text/csv", "").statusCode()).isEqualTo(400);
    assertThat(post("mail", "text/csv", "body\nx\n").body()).contains("\"field\":\"text\"");
    assertThat(datasets.names()).isEmpty();
  }

  @Test
  void an_upload_that_the_sender_abandons_adds_nothing() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", http.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          """
          POST /datasets/mail HTTP/1.1\r
          Host: localhost\r
          Content-Type: text/csv\r
          Content-Length: 100000\r
          \r
          text,label
          a,spam
          """
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      socket.shutdownOutput();
      // The server answers or hangs up once it has noticed.
      var _ = socket.getInputStream().readAllBytes();
    }
    assertThat(datasets.names()).isEmpty();
    assertThat(post("mail", "text/csv", "text,label\na,spam\n").statusCode()).isEqualTo(200);
  }

  @Test
  void a_declared_length_beyond_the_bound_is_refused_at_once() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", http.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          """
          POST /datasets/mail HTTP/1.1\r
          Host: localhost\r
          Content-Type: text/csv\r
          Content-Length: 600000000\r
          Connection: close\r
          \r
          text
          """
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      byte[] start = socket.getInputStream().readNBytes(12);
      assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
  }
}
