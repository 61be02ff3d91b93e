package dev.espalier.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.platform.Json;
import dev.espalier.tracking.MlflowServer.Answer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files in parts, as MLflow's client sends them. */
class MultipartUploadTest {
  private static final String STEPS = "/api/2.0/mlflow-artifacts/mpu/";
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

  private static byte[] random(long seed, int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  private Answer step(String step, String folder, Map<String, ?> body) {
    return server.call("POST", STEPS + step + "/" + folder, Json.write(body));
  }

  private JsonNode begin(String folder, String local, int parts) {
    Answer answer = step("create", folder, Map.of("path", local, "num_parts", parts));
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    assertThat(answer.body().path("credentials")).hasSize(parts);
    return answer.body();
  }

  /** Puts as the client does: to the address as given, and nothing else. */
  private Answer put(String url, byte[] content) {
    return server.send(
        HttpRequest.newBuilder(URI.create(url))
            .PUT(HttpRequest.BodyPublishers.ofByteArray(content)));
  }

  private static String etag(Answer answer) {
    return answer.raw().headers().firstValue("ETag").orElseThrow();
  }

  private byte[] read(String path) {
    return server.send(server.request("/api/2.0/mlflow-artifacts/artifacts/" + path)).raw().body();
  }

  @Test
  void a_file_in_parts_that_arrive_in_any_order_is_the_same_file() throws Exception {
    JsonNode upload = begin("0/deep/er", "/home/ann/C:\\data\\big file.bin", 3);
    List<Map<String, Object>> sent = new ArrayList<>();
    byte[][] parts = {random(1, 100_000), random(2, 100_000), random(3, 7)};
    for (int number : List.of(3, 1, 2)) {
      JsonNode credential = upload.path("credentials").get(number - 1);
      Answer answer = put(credential.path("url").asText(), parts[number - 1]);
      assertThat(answer.status()).isEqualTo(200);
      sent.add(
          Map.of(
              "part_number",
              credential.path("part_number").asInt(),
              "etag",
              etag(answer),
              "url",
              credential.path("url").asText()));
    }
    assertThat(server.tree.find(new ArtifactPath("0/deep/er/big file.bin")))
        .as("nothing shows before it is whole")
        .isEmpty();
    Map<String, Object> done =
        Map.of(
            "path", "big file.bin", "upload_id", upload.path("upload_id").asText(), "parts", sent);

    assertThat(step("complete", "0/deep/er", done).status()).isEqualTo(200);

    byte[] whole = new byte[200_007];
    System.arraycopy(parts[0], 0, whole, 0, 100_000);
    System.arraycopy(parts[1], 0, whole, 100_000, 100_000);
    System.arraycopy(parts[2], 0, whole, 200_000, 7);
    assertThat(read("0/deep/er/big%20file.bin")).isEqualTo(whole);
    assertThat(step("complete", "0/deep/er", done).code()).isEqualTo("RESOURCE_DOES_NOT_EXIST");
    assertThat(server.tree.list(MultipartUploads.WAITING, "", 10)).isEmpty();
  }

  @Test
  void a_part_needs_the_signature_of_this_upload_and_this_part() {
    JsonNode mine = begin("0", "a", 2);
    JsonNode other = begin("0", "b", 2);
    String first = mine.path("credentials").get(0).path("url").asText();
    String second = mine.path("credentials").get(1).path("url").asText();
    String others = other.path("credentials").get(0).path("url").asText();
    String signature = first.substring(first.indexOf('?'));

    for (String forged :
        List.of(
            first.substring(0, first.indexOf('?')),
            first.substring(0, first.length() - 1),
            second.substring(0, second.indexOf('?')) + signature,
            others.substring(0, others.indexOf('?')) + signature)) {
      Answer answer = put(forged, new byte[1]);
      assertThat(answer.status()).as(forged).isEqualTo(403);
      assertThat(answer.code()).isEqualTo("PERMISSION_DENIED");
    }
    assertThat(put(first, new byte[1]).status()).isEqualTo(200);
  }

  @Test
  void what_is_missing_or_another_is_refused_and_leaves_nothing() {
    JsonNode upload = begin("0", "a", 2);
    String id = upload.path("upload_id").asText();
    String etag = etag(put(upload.path("credentials").get(0).path("url").asText(), new byte[3]));
    Map<String, Object> first = Map.of("part_number", 1, "etag", etag);
    Map<String, Object> wrong = Map.of("part_number", 1, "etag", "\"00\"");

    assertThat(
            step("complete", "0", Map.of("path", "a", "upload_id", id, "parts", List.of(first)))
                .message())
        .contains("Part 2 is missing");
    assertThat(
            step("complete", "0", Map.of("path", "a", "upload_id", id, "parts", List.of(wrong)))
                .message())
        .contains("another ETag");
    assertThat(step("complete", "0", Map.of("path", "b", "upload_id", id)).message())
        .contains("another path");
    assertThat(step("abort", "0", Map.of("path", "a", "upload_id", id)).status()).isEqualTo(200);
    assertThat(put(upload.path("credentials").get(1).path("url").asText(), new byte[3]).status())
        .isEqualTo(404);
    assertThat(server.tree.list(MultipartUploads.WAITING, "", 10)).isEmpty();
    assertThat(server.tree.find(new ArtifactPath("0/a"))).isEmpty();
  }

  @Test
  void names_and_counts_that_lead_elsewhere_are_refused() {
    for (String bad : List.of("..", "/etc/..", "a/\u0000", "C:\\..", "")) {
      assertThat(step("create", "0", Map.of("path", bad, "num_parts", 1)).status())
          .as(bad)
          .isEqualTo(400);
    }
    for (String bad : List.of("..", "%2e%2e", "%252e%252e/x", "a/../..", ".uploads", "a%00b")) {
      // What the router itself resolves is no call at all.
      assertThat(step("create", bad, Map.of("path", "a", "num_parts", 1)).status())
          .as(bad)
          .isIn(400, 404);
    }
    for (int bad : List.of(0, -1, 10_001)) {
      assertThat(step("create", "0", Map.of("path", "a", "num_parts", bad)).message())
          .contains("num_parts must be 1 to 10000");
    }
    assertThat(
            server.call("GET", "/api/2.0/mlflow-artifacts/artifacts/.uploads/x/00001", "").status())
        .isEqualTo(400);
  }

  @Test
  void an_upload_of_an_earlier_process_is_forgotten_with_its_parts() {
    JsonNode upload = begin("0", "a", 1);
    String url = upload.path("credentials").get(0).path("url").asText();
    assertThat(put(url, new byte[3]).status()).isEqualTo(200);
    server.close();

    server = new MlflowServer(folder);

    assertThat(server.tree.list(MultipartUploads.WAITING, "", 10)).isEmpty();
    assertThat(
            step(
                    "complete",
                    "0",
                    Map.of("path", "a", "upload_id", upload.path("upload_id").asText()))
                .status())
        .isEqualTo(404);
  }
}
