package dev.espalier.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry's wire where clients depend on it, and where it must not be followed. */
class MlflowRegistryRoutesTest {
  @TempDir Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private MlflowServer server;

  @BeforeEach
  void open() {
    server = new MlflowServer(folder);
  }

  @AfterEach
  void close() {
    server.close();
    client.close();
  }

  private record Answer(int status, JsonNode body) {}

  private Answer call(String method, String path, String body) throws Exception {
    return raw(
        method, "/api/2.0/mlflow/" + path, body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private Answer raw(String method, String path, byte[] body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), Json.tree(response.body()));
  }

  private JsonNode ok(String method, String path, String body) throws Exception {
    Answer answer = call(method, path, body);
    assertThat(answer.status()).as("%s: %s", path, answer.body()).isEqualTo(200);
    return answer.body();
  }

  private void refused(
      String method, String path, String body, int status, String code, String message)
      throws Exception {
    Answer answer = call(method, path, body);
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(status);
    assertThat(answer.body().path("error_code").asText()).isEqualTo(code);
    assertThat(answer.body().path("message").asText()).contains(message);
  }

  /** A logged model of these files; returns its id. */
  private String model(String mlmodel, byte[] weights) throws Exception {
    String id =
        ok("POST", "logged-models", "{\"experiment_id\":\"0\",\"source_run_id\":\"r\"}")
            .at("/model/info/model_id")
            .asText();
    String root = "/api/2.0/mlflow-artifacts/artifacts/0/models/%s/artifacts/".formatted(id);
    assertThat(
            raw("PUT", root + "MLmodel", mlmodel.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .status())
        .isEqualTo(200);
    assertThat(raw("PUT", root + "deep/weights.bin", weights).status()).isEqualTo(200);
    return id;
  }

  private JsonNode register(String name, String modelId) throws Exception {
    return ok(
            "POST",
            "model-versions/create",
            "{\"name\":\"%s\",\"source\":\"models:/%s\",\"model_id\":\"%s\"}"
                .formatted(name, modelId, modelId))
        .path("model_version");
  }

  @Test
  void numbers_are_never_used_twice_and_semver_follows_the_signature() throws Exception {
    ok("POST", "registered-models/create", "{\"name\":\"spam\"}");
    String first = model("flavors: {}\nsignature:\n  inputs: 'a'\nuuid: 1\n", new byte[] {1});
    String same = model("flavors: {}\nsignature:\n  inputs: 'a'\nuuid: 2\n", new byte[] {2});
    String other = model("flavors: {}\nsignature:\n  inputs: 'b'\n", new byte[] {3});
    assertThat(register("spam", first).path("version").asText()).isEqualTo("1");
    register("spam", same);
    register("spam", other);
    ok("DELETE", "model-versions/delete", "{\"name\":\"spam\",\"version\":\"3\"}");
    assertThat(register("spam", other).path("version").asText()).isEqualTo("4");
    List<String> semVers =
        server.database.read(handle ->
            handle
                .createQuery("SELECT version FROM registered_version ORDER BY number")
                .mapTo(String.class)
                .list());
    assertThat(semVers).containsExactly("1.0.0", "1.1.0", "2.0.0");
    assertThat(
            ok("GET", "model-versions/get-download-uri?name=spam&version=1", "")
                .path("artifact_uri")
                .asText())
        .isEqualTo("mlflow-artifacts:/0/models/%s/artifacts".formatted(first));
    assertThat(ok("GET", "logged-models/" + first, "").at("/model/info/tags/0/value").asText())
        .isEqualTo("[{\"name\":\"spam\",\"version\":1}]");
  }

  @Test
  void pickles_are_stored_and_flagged_whatever_they_are_called() throws Exception {
    ok("POST", "registered-models/create", "{\"name\":\"spam\"}");
    String hidden = model("flavors: {}\n", new byte[] {(byte) 0x80, 4, 1});
    JsonNode flagged = register("spam", hidden);
    assertThat(flagged.path("tags").toString()).contains("deep/weights.bin: stored, never loaded");
    String clean = model("flavors: {}\n", new byte[] {8, 7, 6});
    assertThat(register("spam", clean).has("tags")).isFalse();
  }

  /** CVE-2023-2780, CVE-2023-3765, CVE-2024-3573, CVE-2025-11201: sources that lead elsewhere. */
  @Test
  void refuses_sources_that_lead_to_files_or_to_what_is_another_s() throws Exception {
    ok("POST", "registered-models/create", "{\"name\":\"spam\"}");
    String mine = model("x", new byte[] {1});
    String other = model("x", new byte[] {2});
    String run =
        ok("POST", "runs/create", "{\"experiment_id\":\"0\"}").at("/run/info/run_id").asText();
    for (String source :
        List.of(
            "/etc/passwd",
            "etc/passwd",
            "file:///etc/passwd",
            "FILE:/etc",
            "file://host/share",
            "\\\\\\\\host\\\\share",
            "C:\\\\x",
            "mlflow-artifacts:/../x",
            "mlflow-artifacts:/%2e%2e/x",
            "mlflow-artifacts:/%252e%252e/x",
            "mlflow-artifacts:/0/x",
            "http://h/api/2.0/mlflow-artifacts/artifacts/../../x",
            "http://h/api/2.0/mlflow-artifacts/artifacts/0/x",
            "s3://bucket/%2e%2e/x",
            "s3://bucket/a%00b",
            "runs:/none/x",
            "runs:/" + run + "/x",
            "models:/m-none",
            "models:/nameless")) {
      refused(
          "POST",
          "model-versions/create",
          "{\"name\":\"spam\",\"source\":\"%s\"}".formatted(source),
          400,
          "INVALID_PARAMETER_VALUE",
          "Invalid model version source");
    }
    refused(
        "POST",
        "model-versions/create",
        "{\"name\":\"spam\",\"source\":\"models:/%s\",\"model_id\":\"%s\"}".formatted(mine, other),
        400,
        "INVALID_PARAMETER_VALUE",
        "model_id");
    refused(
        "POST",
        "model-versions/create",
        "{\"name\":\"spam\",\"source\":\"mlflow-artifacts:/0/models/%s/artifacts\",\"model_id\":\"%s\"}"
            .formatted(mine, other),
        400,
        "INVALID_PARAMETER_VALUE",
        "model_id");
    assertThat(ok("GET", "model-versions/search", "")).isEmpty();
    ok("POST", "model-versions/create", "{\"name\":\"spam\",\"source\":\"s3://bucket/model\"}");
    ok(
        "POST",
        "model-versions/create",
        "{\"name\":\"spam\",\"source\":\"runs:/%s/m\",\"run_id\":\"%s\"}".formatted(run, run));
    ok("POST", "model-versions/create", "{\"name\":\"spam\",\"source\":\"models:/spam/1\"}");
    assertThat(
            ok("GET", "model-versions/get-download-uri?name=spam&version=3", "")
                .path("artifact_uri")
                .asText())
        .isEqualTo("s3://bucket/model");
  }

  @Test
  void moves_of_aliases_are_kept_and_a_pipeline_s_versions_stay() throws Exception {
    ok("POST", "registered-models/create", "{\"name\":\"spam\"}");
    String id = model("x", new byte[] {1});
    register("spam", id);
    register("spam", id);
    ok(
        "POST",
        "registered-models/alias",
        "{\"name\":\"spam\",\"alias\":\"champion\",\"version\":\"1\"}");
    ok(
        "POST",
        "registered-models/alias",
        "{\"name\":\"spam\",\"alias\":\"champion\",\"version\":\"2\"}");
    ok("DELETE", "registered-models/alias", "{\"name\":\"spam\",\"alias\":\"champion\"}");
    assertThat(server.registry.aliasHistory("spam"))
        .extracting(AliasMove::to)
        .containsExactly("1.0.0", "1.1.0", "");
    assertThat(server.registry.aliasHistory("spam").get(1).from()).contains("1.0.0");
    server.database.write(handle ->
        handle.execute(
            """
            INSERT INTO model_version (product, number, version, idempotency_key, content,
              registered_at, bundle, record) VALUES ('spam', 9, '9.0.0', 'k', 'c', 't', 'b', '{}')
            """));
    refused(
        "POST",
        "registered-models/alias",
        "{\"name\":\"spam\",\"alias\":\"champion\",\"version\":\"1\"}",
        403,
        "PERMISSION_DENIED",
        "no gate has judged version 1");
    ok(
        "POST",
        "registered-models/alias",
        "{\"name\":\"spam\",\"alias\":\"mine\",\"version\":\"1\"}");
    refused(
        "DELETE",
        "model-versions/delete",
        "{\"name\":\"spam\",\"version\":\"1\"}",
        403,
        "PERMISSION_DENIED",
        "pipeline");
    refused(
        "DELETE",
        "registered-models/delete",
        "{\"name\":\"spam\"}",
        403,
        "PERMISSION_DENIED",
        "pipeline");
    refused(
        "POST",
        "registered-models/rename",
        "{\"name\":\"spam\",\"new_name\":\"x\"}",
        403,
        "PERMISSION_DENIED",
        "pipeline");
  }

  @Test
  void answers_models_versions_and_prompts_as_clients_read_them() throws Exception {
    JsonNode made =
        ok(
            "POST",
            "registered-models/create",
            "{\"name\":\"spam\",\"description\":\"d\",\"tags\":[{\"key\":\"k\",\"value\":\"v\"}]}");
    assertThat(made.at("/registered_model/tags").toString())
        .isEqualTo("[{\"key\":\"k\",\"value\":\"v\"}]");
    register("spam", model("x", new byte[] {1}));
    ok("POST", "registered-models/alias", "{\"name\":\"spam\",\"alias\":\"a\",\"version\":\"1\"}");
    ok(
        "POST",
        "model-versions/transition-stage",
        "{\"name\":\"spam\",\"version\":\"1\",\"stage\":\"PRODUCTION\",\"archive_existing_versions\":true}");
    JsonNode read = ok("GET", "registered-models/get?name=spam", "").path("registered_model");
    assertThat(read.path("aliases").toString()).isEqualTo("[{\"alias\":\"a\",\"version\":\"1\"}]");
    assertThat(read.at("/latest_versions/0/current_stage").asText()).isEqualTo("Production");
    assertThat(
            ok("GET", "registered-models/alias?name=spam&alias=LATEST", "")
                .at("/model_version/aliases/0")
                .asText())
        .isEqualTo("a");
    assertThat(
            ok(
                "POST",
                "registered-models/get-latest-versions",
                "{\"name\":\"spam\",\"stages\":[\"staging\"]}"))
        .isEmpty();
    ok(
        "POST",
        "registered-models/create",
        "{\"name\":\"hello\",\"tags\":[{\"key\":\"mlflow.prompt.is_prompt\",\"value\":\"true\"}]}");
    assertThat(ok("GET", "registered-models/search", "").path("registered_models")).hasSize(1);
    String only =
        java.net.URLEncoder.encode(
            "tags.`mlflow.prompt.is_prompt` = 'true'", java.nio.charset.StandardCharsets.UTF_8);
    assertThat(
            ok("GET", "registered-models/search?filter=" + only, "")
                .at("/registered_models/0/name")
                .asText())
        .isEqualTo("hello");
    refused(
        "GET",
        "registered-models/get?name=none",
        "",
        404,
        "RESOURCE_DOES_NOT_EXIST",
        "Registered Model with name=none not found");
    refused(
        "GET",
        "model-versions/get?name=spam&version=x",
        "",
        400,
        "INVALID_PARAMETER_VALUE",
        "must be an integer");
    refused(
        "GET",
        "registered-models/alias?name=spam&alias=none",
        "",
        400,
        "INVALID_PARAMETER_VALUE",
        "Registered model alias none not found.");
    refused(
        "POST",
        "registered-models/create",
        "{\"name\":\"spam\"}",
        400,
        "RESOURCE_ALREADY_EXISTS",
        "Registered Model (name=spam) already exists.");
    refused(
        "GET",
        "registered-models/search?max_results=1001",
        "",
        400,
        "INVALID_PARAMETER_VALUE",
        "max_results");
    refused(
        "POST",
        "model-versions/transition-stage",
        "{\"name\":\"spam\",\"version\":\"1\",\"stage\":\"None\",\"archive_existing_versions\":true}",
        400,
        "INVALID_PARAMETER_VALUE",
        "not an Active stage");
  }
}
