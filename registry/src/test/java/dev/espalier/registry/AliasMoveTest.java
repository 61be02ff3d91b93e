package dev.espalier.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.model.Bundles;
import dev.espalier.model.Signature;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Events.Event;
import dev.espalier.platform.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Aliases move in one way, whoever moves them, and what is told of it happened. */
class AliasMoveTest {
  private static final Signature SIGNATURE =
      new Signature(Signature.TEXT_CLASSIFICATION, List.of("ham", "spam"), 1000);
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

  private record Answer(int status, JsonNode body) {
    String message() {
      return body.path("message").asText();
    }
  }

  private Answer call(String method, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + "/api/2.0/mlflow/" + path))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), Json.tree(response.body()));
  }

  private Answer move(String model, String alias, int version) throws Exception {
    return call(
        "POST",
        "registered-models/alias",
        "{\"name\":\"%s\",\"alias\":\"%s\",\"version\":\"%d\"}".formatted(model, alias, version));
  }

  private void versionOfClient(String model, String source) throws Exception {
    Answer answer =
        call(
            "POST",
            "model-versions/create",
            "{\"name\":\"%s\",\"source\":\"%s\"}".formatted(model, source));
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
  }

  /** A version of a pipeline whose only gate came to this verdict. */
  private ModelVersion versionOfPipeline(String product, String verdict) {
    Digest bundle =
        new Bundles(new LocalArtifactStore(folder.resolve("files")))
            .write(
                "majority",
                SIGNATURE,
                Map.of(
                    Bundles.SHARES, "{\"ham\":0.8,\"spam\":0.2}".getBytes(StandardCharsets.UTF_8)),
                Map.of("seed", verdict));
    return server.registry.register(
        new Registration(
            product,
            bundle,
            "run_1",
            Digest.of(verdict),
            "1.0.0",
            Digest.of("canvas"),
            "bag",
            SIGNATURE,
            Json.tree(
                """
                {"results":[{"metric":"recall","versus":"ABSOLUTE","value":0.71,"low":0.6,"high":0.8,
                  "n":90,"verdict":"%s","blocking":true}]}
                """
                    .formatted(verdict)),
            Json.tree("{}"),
            new TreeMap<>(Map.of("recall", 0.71)),
            new TreeMap<>()),
        verdict);
  }

  private List<Event> events(String type) {
    return server.events.after(0, 1_000).stream()
        .filter(event -> event.type().equals(type))
        .toList();
  }

  @Test
  void an_alias_that_the_canvas_governs_refuses_a_version_whose_gate_did_not_pass()
      throws Exception {
    ModelVersion passed = versionOfPipeline("spam", "PASS");
    ModelVersion failed = versionOfPipeline("spam", "FAIL");
    Answer refused = move("spam", "staging", failed.number());
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body().path("error_code").asText()).isEqualTo("PERMISSION_DENIED");
    assertThat(refused.message())
        .contains("'staging'", "version 2", "gate 'recall'", "FAIL", "espalier run spam");
    assertThat(server.registry.aliasHistory("spam")).as("nothing half done").isEmpty();
    assertThat(move("spam", "staging", passed.number()).status()).isEqualTo(200);
    assertThat(move("spam", "mine", failed.number()).status()).as("not governed").isEqualTo(200);
    assertThat(move("spam", "champion", failed.number()).message()).contains("gate 'recall'");
    assertThat(move("spam", "champion", passed.number()).message()).contains("start a rollout");
    assertThat(server.registry.aliases("spam"))
        .as("one truth: the native view shows what the client did")
        .isEqualTo(Map.of("staging", passed.version(), "mine", failed.version()));
  }

  @Test
  void a_client_s_move_is_one_row_with_who_from_and_to_and_one_event() throws Exception {
    assertThat(call("POST", "registered-models/create", "{\"name\":\"churn\"}").status())
        .isEqualTo(200);
    versionOfClient("churn", "s3://bucket/a");
    versionOfClient("churn", "s3://bucket/b");
    move("churn", "champion", 1);
    move("churn", "champion", 1);
    move("churn", "champion", 2);
    call("DELETE", "registered-models/alias", "{\"name\":\"churn\",\"alias\":\"champion\"}");
    call("DELETE", "registered-models/alias", "{\"name\":\"churn\",\"alias\":\"champion\"}");
    assertThat(server.registry.aliasHistory("churn"))
        .extracting(move -> move.from().orElse("-") + ">" + move.to())
        .as("the same again moves nothing")
        .containsExactly("->1.0.0", "1.0.0>1.1.0", "1.1.0>");
    assertThat(events("alias.moved")).hasSize(3);
    assertThat(events("model.registered")).hasSize(2);
  }

  @Test
  void what_the_outbox_cannot_keep_does_not_happen() throws Exception {
    Webhook _ =
        server.webhooks.create(
            new Webhooks.Draft(
                Optional.of("hook"),
                Optional.empty(),
                Optional.of("https://example.com/hook"),
                List.of(
                    new Webhook.Event("REGISTERED_MODEL", "CREATED"),
                    new Webhook.Event("MODEL_VERSION", "CREATED"),
                    new Webhook.Event("MODEL_VERSION_ALIAS", "CREATED"),
                    new Webhook.Event("MODEL_VERSION_ALIAS", "DELETED"),
                    new Webhook.Event("MODEL_VERSION_TAG", "SET"),
                    new Webhook.Event("MODEL_VERSION_TAG", "DELETED")),
                Optional.empty(),
                Optional.empty()));
    call("POST", "registered-models/create", "{\"name\":\"churn\"}");
    versionOfClient("churn", "s3://bucket/a");
    String tag = "{\"name\":\"churn\",\"version\":\"1\",\"key\":\"k\",\"value\":\"v\"}";
    call("POST", "model-versions/set-tag", tag);
    move("churn", "here", 1);
    JsonNode before = call("GET", "registered-models/get?name=churn", "").body();
    long told = server.events.latest();
    // Nothing can be put into the outbox from here on.
    server.database.write(handle -> handle.execute("ALTER TABLE webhook_delivery RENAME TO gone"));
    assertThat(call("POST", "registered-models/create", "{\"name\":\"other\"}").status())
        .isGreaterThanOrEqualTo(500);
    assertThat(
            call("POST", "model-versions/create", "{\"name\":\"churn\",\"source\":\"s3://b/c\"}")
                .status())
        .isGreaterThanOrEqualTo(500);
    assertThat(move("churn", "there", 1).status()).isGreaterThanOrEqualTo(500);
    assertThat(
            call("DELETE", "registered-models/alias", "{\"name\":\"churn\",\"alias\":\"here\"}")
                .status())
        .isGreaterThanOrEqualTo(500);
    assertThat(call("POST", "model-versions/set-tag", tag.replace("\"v\"", "\"w\"")).status())
        .isGreaterThanOrEqualTo(500);
    assertThat(call("DELETE", "model-versions/delete-tag", tag).status())
        .isGreaterThanOrEqualTo(500);
    server.database.write(handle -> handle.execute("ALTER TABLE gone RENAME TO webhook_delivery"));
    assertThat(call("GET", "registered-models/get?name=churn", "").body()).isEqualTo(before);
    assertThat(call("GET", "registered-models/get?name=other", "").status()).isEqualTo(404);
    assertThat(server.registry.aliasHistory("churn")).hasSize(1);
    assertThat(server.events.latest()).as("no event of what did not happen").isEqualTo(told);
  }

  @Test
  void a_pipeline_goes_on_after_the_numbers_that_clients_took() throws Exception {
    call("POST", "registered-models/create", "{\"name\":\"spam\"}");
    versionOfClient("spam", "s3://bucket/a");
    ModelVersion made = versionOfPipeline("spam", "PASS");
    assertThat(made.number()).isEqualTo(2);
    server.registry.moveAlias("spam", "champion", Optional.empty(), made.version(), "r", "first");
    JsonNode seen = call("GET", "registered-models/alias?name=spam&alias=champion", "").body();
    assertThat(seen.at("/model_version/version").asText()).isEqualTo("2");
    assertThat(server.registry.alias("spam", "champion").orElseThrow()).isEqualTo(made);
    assertThat(move("spam", "staging", 1).message()).contains("no gate has judged version 1");
  }

  @Test
  void moves_by_many_clients_at_once_form_one_chain() throws Exception {
    call("POST", "registered-models/create", "{\"name\":\"churn\"}");
    for (int i = 0; i < 4; i++) {
      versionOfClient("churn", "s3://bucket/" + i);
    }
    try (ExecutorService clients = Executors.newFixedThreadPool(4)) {
      List<Callable<Answer>> moves =
          java.util.stream.IntStream.range(0, 40)
              .mapToObj(i -> (Callable<Answer>) () -> move("churn", "candidate", 1 + i % 4))
              .toList();
      for (var done : clients.invokeAll(moves)) {
        assertThat(done.get().status()).isEqualTo(200);
      }
    }
    List<AliasMove> history = server.registry.aliasHistory("churn");
    for (int i = 1; i < history.size(); i++) {
      assertThat(history.get(i).from()).contains(history.get(i - 1).to());
    }
    assertThat(server.registry.aliases("churn")).containsEntry("candidate", history.getLast().to());
  }
}
