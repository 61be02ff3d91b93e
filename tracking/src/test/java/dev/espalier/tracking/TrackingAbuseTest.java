package dev.espalier.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import dev.espalier.tracking.MlflowServer.Answer;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a careless or hostile client sends: limits with clear errors, and a server that goes on. */
class TrackingAbuseTest {
  @TempDir Path folder;
  private MlflowServer server;

  @BeforeEach
  void open() {
    server = new MlflowServer(folder);
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void a_million_characters_are_cut_where_they_are_a_value_and_refused_where_they_are_a_name() {
    String run = server.run();
    String million = "x".repeat(1_000_000);
    for (String call : List.of("runs/log-parameter", "runs/set-tag")) {
      Answer kept =
          server.post(call, Json.write(Map.of("run_id", run, "key", "k", "value", million)));
      assertThat(kept.status()).as(call).isEqualTo(200);
      Answer refused =
          server.post(call, Json.write(Map.of("run_id", run, "key", million, "value", "v")));
      assertThat(refused.code()).as(call).isEqualTo("INVALID_PARAMETER_VALUE");
      assertThat(refused.message()).as("the answer does not echo it all").hasSizeLessThan(1_000);
    }
    JsonNode data = server.get("runs/get?run_id=" + run).body().at("/run/data");
    assertThat(data.at("/params/0/value").asText()).hasSize(6_000);
    for (JsonNode tag : data.path("tags")) {
      assertThat(tag.path("value").asText().length()).isLessThanOrEqualTo(8_000);
    }
    assertThat(server.post("experiments/create", Json.write(Map.of("name", million))).status())
        .isEqualTo(400);
    assertThat(server.get("runs/get?run_id=" + "f".repeat(2_000)).status()).isIn(400, 404);
  }

  @Test
  void ten_thousand_tags_are_kept_and_found() {
    String run = server.run();
    for (int batch = 0; batch < 100; batch++) {
      List<Map<String, String>> tags = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        tags.add(Map.of("key", "t%05d".formatted(batch * 100 + i), "value", "v" + batch));
      }
      server.ok("runs/log-batch", Json.write(Map.of("run_id", run, "tags", tags)));
    }
    JsonNode tags = server.get("runs/get?run_id=" + run).body().at("/run/data/tags");
    assertThat(tags).as("and the run's name").hasSize(10_001);
    JsonNode found =
        server.ok(
            "runs/search",
            "{\"experiment_ids\": [\"0\"], \"filter\": \"tags.t09999 = 'v99' AND tags.t00000 = 'v0'\"}");
    assertThat(found.at("/runs/0/info/run_id").asText()).isEqualTo(run);
  }

  @Test
  void hostile_filters_are_answered_as_mistakes_and_never_take_the_server_down() {
    String run = server.run();
    server.ok(
        "runs/set-tag", "{\"run_id\": \"%s\", \"key\": \"a\", \"value\": \"aaaa\"}".formatted(run));
    List<String> hostile =
        List.of(
            "(".repeat(50_000),
            "tags.a = '" + "x".repeat(200_000),
            "tags.a = 'x' AND ".repeat(20_000) + "tags.a = 'x'",
            "tags.a LIKE '" + "%a".repeat(5_000) + "b'",
            "tags.a LIKE '" + "*[".repeat(5_000) + "'",
            "attributes.run_id IN (" + "'x',".repeat(60_000) + "'x')",
            "metrics.m > 1e999999999",
            "metrics.m > " + "9".repeat(100_000),
            "metrics.m = NaN",
            "tags.a = 'x'; DROP TABLE experiment_run",
            "tags.a = 'x' --",
            "tags.a = 'x' UNION SELECT 1",
            "1 = 1",
            "tags.`a` ` = 'x'",
            "tags.\u0000 = 'x'",
            "\ud800 = '\udc00'",
            "tags.a = 'x' OR 1 = 1",
            "NOT tags.a = 'x'",
            "start_time > 99999999999999999999999",
            "a".repeat(1_000_000));
    for (String filter : hostile) {
      String shown = filter.substring(0, Math.min(40, filter.length()));
      Answer answer =
          server.post(
              "runs/search", Json.write(Map.of("experiment_ids", List.of("0"), "filter", filter)));
      assertThat(answer.status()).as(shown).isIn(200, 400);
      assertThat(answer.raw().body().length).as(shown).isLessThan(10_000);
      Answer order =
          server.post(
              "runs/search",
              Json.write(Map.of("experiment_ids", List.of("0"), "order_by", List.of(filter))));
      assertThat(order.status()).as(shown).isIn(200, 400);
    }
    assertThat(server.get("runs/get?run_id=" + run).status()).isEqualTo(200);
  }

  @Test
  void bodies_that_are_no_request_are_refused() {
    for (String bad :
        List.of(
            "[".repeat(200_000),
            "{\"a\":".repeat(100_000),
            "{\"run_id\": \"x\"",
            "null",
            "\"text\"",
            "[1, 2]",
            "{\"run_id\": 1e400}",
            "\u0000",
            "{\"metrics\": [[[]]]}")) {
      Answer answer = server.post("runs/log-batch", bad);
      assertThat(answer.status()).as(bad.substring(0, Math.min(30, bad.length()))).isIn(400, 404);
      assertThat(answer.code()).isNotEmpty();
    }
    Answer long_ = server.post("runs/log-batch", " ".repeat(42 << 20));
    assertThat(long_.status()).isIn(400, 413, 429);
  }

  /** A stream that is made as it is read, so that neither side can have it whole. */
  private static final class Endless extends InputStream {
    private long left;
    private long state = 42;

    Endless(long length) {
      this.left = length;
    }

    @Override
    public int read() {
      if (left <= 0) {
        return -1;
      }
      left--;
      state = state * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
      return (int) (state >>> 56);
    }

    @Override
    public int read(byte[] into, int from, int length) {
      int n = 0;
      for (int c = left <= 0 || length == 0 ? -1 : read(); c >= 0; c = n < length ? read() : -1) {
        into[from + n++] = (byte) c;
      }
      return n == 0 && length > 0 ? -1 : n;
    }
  }

  private static String digest(InputStream in) throws Exception {
    MessageDigest hash = Digest.sha256();
    byte[] buffer = new byte[1 << 16];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      hash.update(buffer, 0, n);
    }
    return Digest.of(hash).text();
  }

  @Test
  void a_file_far_larger_than_the_heap_goes_up_and_comes_down() throws Exception {
    // The soak profile asks for 10 GiB.
    long size = Long.getLong("espalier.artifact-mebibytes", 200) << 20;
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SmallMemoryServer.class.getName(),
                Files.createDirectory(folder.resolve("small")).toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader said =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      String url = said.readLine();
      assertThat(url).as("the server started").isNotNull();
      URI file = URI.create(url + "/api/2.0/mlflow-artifacts/artifacts/0/large.bin");
      HttpResponse<String> up =
          http.send(
              HttpRequest.newBuilder(file)
                  .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> new Endless(size)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(up.statusCode()).as(up.body()).isEqualTo(200);
      HttpResponse<InputStream> down =
          http.send(
              HttpRequest.newBuilder(file).build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = down.body()) {
        assertThat(digest(body)).isEqualTo(digest(new Endless(size)));
      }
    } finally {
      process.destroyForcibly();
    }
  }
}
