package dev.espalier.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import dev.espalier.tracking.MlflowServer.Answer;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MLflow's wire, byte by byte, where clients depend on it. */
class MlflowRoutesTest {
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

  private void refused(Answer answer, int status, String code, String message) {
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.message()).contains(message);
  }

  @Test
  void says_that_it_is_there_and_which_level_it_speaks() {
    Answer health = server.call("GET", "/health", "");
    assertThat(health.body().asText()).isEqualTo("OK");
    assertThat(server.call("GET", "/version", "").body().asText()).matches("3\\.\\d+\\.\\d+");
    assertThat(server.call("GET", "/api/3.0/mlflow/server-features", "").body())
        .hasToString("{\"workspaces_enabled\":false}");
    refused(
        server.call("GET", "/api/2.0/mlflow/gateway/list", ""), 404, "ENDPOINT_NOT_FOUND", "GET");
    refused(
        server.call("POST", "/ajax-api/2.0/mlflow/none", "{}"), 404, "ENDPOINT_NOT_FOUND", "none");
  }

  @Test
  void experiment_zero_is_there_and_names_are_taken_for_ever() {
    JsonNode zero = server.get("experiments/get?experiment_id=0").body().path("experiment");
    assertThat(zero.path("name").asText()).isEqualTo("Default");
    assertThat(zero.path("artifact_location").asText()).isEqualTo("mlflow-artifacts:/0");
    String id =
        server
            .ok(
                "experiments/create",
                "{\"name\": \"a\", \"tags\": [{\"key\":\"k\",\"value\":\"v\"}]}")
            .path("experiment_id")
            .asText();
    assertThat(id).isEqualTo("1");
    server.ok("experiments/delete", "{\"experiment_id\": \"1\"}");
    refused(
        server.post("experiments/create", "{\"name\": \"a\"}"),
        400,
        "RESOURCE_ALREADY_EXISTS",
        "Experiment(name=a) already exists.");
    refused(
        server.post("experiments/update", "{\"experiment_id\": \"1\", \"new_name\": \"b\"}"),
        500,
        "INVALID_STATE",
        "non-active");
    refused(
        server.post("runs/create", "{\"experiment_id\": \"1\"}"),
        400,
        "INVALID_PARAMETER_VALUE",
        "must be in the 'active' state");
    JsonNode deleted =
        server.get("experiments/get-by-name?experiment_name=a").body().path("experiment");
    assertThat(deleted.path("lifecycle_stage").asText()).isEqualTo("deleted");
    refused(
        server.get("experiments/get-by-name?experiment_name=none"),
        404,
        "RESOURCE_DOES_NOT_EXIST",
        "'none'");
    refused(
        server.get("experiments/get?experiment_id=99"),
        404,
        "RESOURCE_DOES_NOT_EXIST",
        "No Experiment with id=99 exists");
  }

  @Test
  void deleting_an_experiment_takes_its_runs_along_and_restoring_brings_all_back() {
    server.ok("experiments/create", "{\"name\": \"a\"}");
    String run = server.run("{\"experiment_id\": \"1\"}");
    server.ok("experiments/delete", "{\"experiment_id\": \"1\"}");
    assertThat(server.get("runs/get?run_id=" + run).body().at("/run/info/lifecycle_stage").asText())
        .isEqualTo("deleted");
    refused(
        server.post("runs/set-tag", "{\"run_id\":\"%s\",\"key\":\"k\"}".formatted(run)),
        400,
        "INVALID_PARAMETER_VALUE",
        "The run %s must be in the 'active' state.".formatted(run));
    server.ok("experiments/restore", "{\"experiment_id\": \"1\"}");
    server.ok("runs/set-tag", "{\"run_id\":\"%s\",\"key\":\"k\"}".formatted(run));
    refused(
        server.post("experiments/restore", "{\"experiment_id\": \"1\"}"),
        404,
        "RESOURCE_DOES_NOT_EXIST",
        "No Experiment");
  }

  @Test
  void answers_a_run_as_protobuf_would() {
    String run =
        server.run(
            """
            {"experiment_id": "0", "start_time": "1700000000000", "user_id": "ann",
             "runName": "first", "tags": [{"key": "mlflow.parentRunId", "value": "p"}], "x": 1}
            """);
    server.ok(
        "runs/log-batch",
        """
        {"run_id": "%s", "params": [{"key": "lr", "value": "0.1"}, {"key": "empty"}],
         "metrics": [{"key": "loss", "value": 0.5, "timestamp": 1, "step": 0},
                     {"key": "nan", "value": "NaN", "timestamp": 1},
                     {"key": "inf", "value": "-Infinity", "timestamp": "1"}]}
        """
            .formatted(run));
    JsonNode answer = server.get("runs/get?run_uuid=" + run).body().path("run");
    assertThat(answer.at("/info/run_uuid").asText()).isEqualTo(run);
    assertThat(answer.at("/info/run_id").asText()).matches("[0-9a-f]{32}").isEqualTo(run);
    assertThat(answer.at("/info/start_time").isIntegralNumber()).isTrue();
    assertThat(answer.at("/info/run_name").asText()).isEqualTo("first");
    assertThat(answer.at("/info").has("end_time")).isFalse();
    assertThat(answer.at("/info/artifact_uri").asText())
        .isEqualTo("mlflow-artifacts:/0/%s/artifacts".formatted(run));
    assertThat(answer.at("/data/params").toString())
        .isEqualTo("[{\"key\":\"empty\",\"value\":\"\"},{\"key\":\"lr\",\"value\":\"0.1\"}]");
    assertThat(answer.at("/data/metrics/0/value").doubleValue()).isEqualTo(-Double.MAX_VALUE);
    assertThat(answer.at("/data/metrics/1/step").asInt(-1)).isZero();
    assertThat(answer.at("/data/metrics/2/value").asText()).isEqualTo("NaN");
    assertThat(answer.at("/data/tags").toString())
        .contains("{\"key\":\"mlflow.runName\",\"value\":\"first\"}");
  }

  @Test
  void keeps_the_name_of_a_run_and_its_tag_equal() {
    refused(
        server.post(
            "runs/create",
            """
            {"experiment_id":"0","run_name":"a","tags":[{"key":"mlflow.runName","value":"b"}]}
            """),
        400,
        "INVALID_PARAMETER_VALUE",
        "(run_name='a', mlflow.runName='b')");
    String run = server.run();
    String named = server.get("runs/get?run_id=" + run).body().at("/run/info/run_name").asText();
    assertThat(named).matches("[a-z]+-[a-z]+-\\d+");
    server.ok(
        "runs/set-tag",
        "{\"run_id\":\"%s\",\"key\":\"mlflow.runName\",\"value\":\"by tag\"}".formatted(run));
    assertThat(server.get("runs/get?run_id=" + run).body().at("/run/info/run_name").asText())
        .isEqualTo("by tag");
    JsonNode updated =
        server.ok(
            "runs/update",
            "{\"run_id\":\"%s\",\"run_name\":\"by update\",\"status\":3,\"end_time\":5}"
                .formatted(run));
    assertThat(updated.at("/run_info/status").asText()).isEqualTo("FINISHED");
    assertThat(server.get("runs/get?run_id=" + run).body().at("/run/data/tags").toString())
        .contains("by update");
  }

  @Test
  void refuses_what_breaks_a_rule_in_the_words_that_clients_match() {
    String run = server.run();
    String missing =
        "Missing value for required parameter '%s'. See the API docs for more information about"
            + " request parameters.";
    refused(
        server.post("runs/log-metric", "{\"run_id\":\"%s\",\"value\":1}".formatted(run)),
        400,
        "INVALID_PARAMETER_VALUE",
        missing.formatted("key"));
    refused(
        server.post("runs/log-batch", "{\"metrics\":[{\"key\":\"a\"}]}"),
        400,
        "INVALID_PARAMETER_VALUE",
        missing.formatted("metrics[0].timestamp"));
    refused(
        server.post(
            "runs/log-metric",
            "{\"run_id\":\"%s\",\"key\":\"a\",\"value\":true,\"timestamp\":1}".formatted(run)),
        400,
        "INVALID_PARAMETER_VALUE",
        "Invalid value true for parameter 'value' supplied");
    refused(server.post("runs/get", "{}"), 404, "ENDPOINT_NOT_FOUND", "POST");
    refused(
        server.get("runs/get?run_id=none"),
        404,
        "RESOURCE_DOES_NOT_EXIST",
        "Run with id=none not found");
    refused(server.get("runs/get?run_id=..%2Fx"), 400, "INVALID_PARAMETER_VALUE", "run_id");
    refused(
        server.post("runs/delete-tag", "{\"run_id\":\"%s\",\"key\":\"none\"}".formatted(run)),
        404,
        "RESOURCE_DOES_NOT_EXIST",
        "No tag with name: none in run with id " + run);
    refused(
        server.send(
            server
                .request("/api/2.0/mlflow/runs/create")
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))),
        400,
        "INVALID_PARAMETER_VALUE",
        "Content-Type");
    refused(server.post("runs/create", "[1]"), 400, "INVALID_PARAMETER_VALUE", "JSON object");
    refused(server.post("runs/create", "{"), 400, "INVALID_PARAMETER_VALUE", "JSON");
    refused(server.post("experiments/search", "{}"), 400, "INVALID_PARAMETER_VALUE", "max_results");
    refused(
        server.post("runs/search", "{\"experiment_ids\":[\"0\"],\"max_results\":50001}"),
        400,
        "INVALID_PARAMETER_VALUE",
        "50001");
    // Older clients encode their JSON twice.
    assertThat(server.post("runs/create", "\"{\\\"experiment_id\\\": \\\"0\\\"}\"").status())
        .isEqualTo(200);
  }

  @Test
  void takes_names_that_are_paths_and_refuses_names_that_lead_elsewhere() {
    String run = server.run();
    for (String good : List.of("a/b", "a b", "a:b", "val-loss", "x.y", "größe")) {
      server.ok(
          "runs/set-tag",
          "{\"run_id\":\"%s\",\"key\":\"%s\",\"value\":\"v\"}".formatted(run, good));
    }
    for (String bad :
        List.of("../a", "/a", "a//b", "a/./b", "a/", "..", "a\\\\b", "a*", "a\\u0000")) {
      refused(
          server.post("runs/set-tag", "{\"run_id\":\"%s\",\"key\":\"%s\"}".formatted(run, bad)),
          400,
          "INVALID_PARAMETER_VALUE",
          "Invalid value");
    }
    refused(
        server.post(
            "runs/set-tag", "{\"run_id\":\"%s\",\"key\":\"%s\"}".formatted(run, "x".repeat(251))),
        400,
        "INVALID_PARAMETER_VALUE",
        "maximum length of 250");
  }

  @Test
  void cuts_long_params_and_tags_and_counts_batches() {
    String run = server.run();
    server.ok(
        "runs/log-parameter",
        "{\"run_id\":\"%s\",\"key\":\"p\",\"value\":\"%s\"}".formatted(run, "x".repeat(1_000_000)));
    server.ok(
        "runs/set-tag",
        "{\"run_id\":\"%s\",\"key\":\"t\",\"value\":\"%s\"}".formatted(run, "x".repeat(8_001)));
    JsonNode data = server.get("runs/get?run_id=" + run).body().at("/run/data");
    assertThat(data.at("/params/0/value").asText()).hasSize(6_000);
    assertThat(data.at("/tags/1/value").asText()).hasSize(8_000);
    for (var batch : List.of(List.of("params", "101", "100"), List.of("metrics", "1001", "1000"))) {
      int count = Integer.parseInt(batch.get(1));
      String entries =
          String.join(
              ",",
              IntStream.range(0, count)
                  .mapToObj(i -> "{\"key\":\"k%d\",\"value\":\"1\",\"timestamp\":1}".formatted(i))
                  .toList());
      refused(
          server.post(
              "runs/log-batch",
              "{\"run_id\":\"%s\",\"%s\":[%s]}".formatted(run, batch.get(0), entries)),
          400,
          "INVALID_PARAMETER_VALUE",
          ("A batch logging request can contain at most %3$s %1$s. Got %2$s %1$s. Please split up"
                  + " %1$s across multiple requests and try again.")
              .formatted(batch.get(0), batch.get(1), batch.get(2)));
    }
  }

  @Test
  void a_batch_that_is_refused_leaves_nothing_behind() {
    String run = server.run();
    server.ok(
        "runs/log-parameter", "{\"run_id\":\"%s\",\"key\":\"a\",\"value\":\"1\"}".formatted(run));
    server.ok(
        "runs/log-parameter", "{\"run_id\":\"%s\",\"key\":\"a\",\"value\":\"1\"}".formatted(run));
    refused(
        server.post(
            "runs/log-batch",
            """
            {"run_id": "%s", "metrics": [{"key": "m", "value": 1, "timestamp": 1}],
             "tags": [{"key": "t", "value": "v"}], "params": [{"key": "b", "value": "2"},
             {"key": "a", "value": "2"}]}
            """
                .formatted(run)),
        400,
        "INVALID_PARAMETER_VALUE",
        ("Changing param values is not allowed. Param with key='a' was already logged with"
                + " value='1' for run ID='%s'. Attempted logging new value '2'.")
            .formatted(run));
    refused(
        server.post(
            "runs/log-batch",
            """
            {"run_id": "%s", "params": [{"key": "c", "value": "2"}, {"key": "c", "value": "2"}]}
            """
                .formatted(run)),
        400,
        "INVALID_PARAMETER_VALUE",
        "Duplicate parameter keys");
    JsonNode data = server.get("runs/get?run_id=" + run).body().at("/run/data");
    assertThat(data.has("metrics")).isFalse();
    assertThat(data.path("params")).hasSize(1);
    assertThat(data.path("tags")).as("its name only").hasSize(1);
  }

  @Test
  void logs_inputs_once_and_lists_the_datasets_of_an_experiment() {
    String run = server.run();
    String inputs =
        """
        {"run_id": "%s", "models": [{"model_id": "m-1"}], "datasets": [{"tags": [
          {"key": "mlflow.data.context", "value": "training"}], "dataset": {"name": "mails",
          "digest": "abc", "source_type": "code", "source": "{}", "schema": "{}"}}]}
        """
            .formatted(run);
    server.ok("runs/log-inputs", inputs);
    server.ok("runs/log-inputs", inputs);
    server.ok(
        "runs/outputs",
        "{\"run_id\":\"%s\",\"models\":[{\"model_id\":\"m-2\",\"step\":3}]}".formatted(run));
    JsonNode answer = server.get("runs/get?run_id=" + run).body().path("run");
    assertThat(answer.at("/inputs/dataset_inputs")).hasSize(1);
    assertThat(answer.at("/inputs/dataset_inputs/0/dataset/digest").asText()).isEqualTo("abc");
    assertThat(answer.at("/inputs/model_inputs/0/model_id").asText()).isEqualTo("m-1");
    assertThat(answer.at("/outputs/model_outputs/0/step").asInt()).isEqualTo(3);
    JsonNode datasets = server.ok("experiments/search-datasets", "{\"experiment_ids\":[\"0\"]}");
    assertThat(datasets.at("/dataset_summaries/0/context").asText()).isEqualTo("training");
    refused(
        server.post("runs/log-inputs", inputs.replace("\"abc\"", "\"" + "x".repeat(37) + "\"")),
        400,
        "INVALID_PARAMETER_VALUE",
        "digest");
  }

  @Test
  void remembers_models_logged_the_old_way_in_a_tag() {
    String run = server.run();
    String model =
        "{\\\"artifact_path\\\":\\\"m\\\",\\\"flavors\\\":{},\\\"utc_time_created\\\":\\\"now\\\",\\\"run_id\\\":\\\"r\\\"}";
    for (int i = 0; i < 2; i++) {
      server.ok(
          "runs/log-model", "{\"run_id\":\"%s\",\"model_json\":\"%s\"}".formatted(run, model));
    }
    String tags = server.get("runs/get?run_id=" + run).body().at("/run/data/tags").toString();
    assertThat(tags).contains("mlflow.log-model.history").contains("},{");
    refused(
        server.post("runs/log-model", "{\"run_id\":\"%s\",\"model_json\":\"{}\"}".formatted(run)),
        400,
        "INVALID_PARAMETER_VALUE",
        "artifact_path");
  }

  @Test
  void carries_a_logged_model_from_pending_to_ready() {
    JsonNode made =
        server
            .ok(
                "logged-models",
                """
                {"experiment_id": "0", "name": "clf", "source_run_id": "r",
                 "params": [{"key": "depth", "value": "3"}], "tags": [{"key": "a/b", "value": "1"}]}
                """)
            .path("model");
    String id = made.at("/info/model_id").asText();
    assertThat(id).matches("m-[0-9a-f]{32}");
    assertThat(made.at("/info/status").asText()).isEqualTo("LOGGED_MODEL_PENDING");
    assertThat(made.at("/info/artifact_uri").asText())
        .isEqualTo("mlflow-artifacts:/0/models/%s/artifacts".formatted(id));
    String path = "/api/2.0/mlflow/logged-models/" + id;
    server.call("PATCH", path, "{\"status\": \"LOGGED_MODEL_READY\"}");
    server.call("PATCH", path + "/tags", "{\"tags\": [{\"key\": \"t\", \"value\": \"2\"}]}");
    server.call("POST", path + "/params", "{\"params\": [{\"key\": \"lr\", \"value\": \"1\"}]}");
    assertThat(server.call("DELETE", path + "/tags/a%2Fb", "{}").status()).isEqualTo(200);
    String run = server.run();
    server.ok(
        "runs/log-metric",
        "{\"run_id\":\"%s\",\"key\":\"acc\",\"value\":0.9,\"timestamp\":1,\"model_id\":\"%s\"}"
            .formatted(run, id));
    JsonNode model = server.call("GET", path, "").body().path("model");
    assertThat(model.at("/info/status").asText()).isEqualTo("LOGGED_MODEL_READY");
    assertThat(model.at("/info/tags").toString()).isEqualTo("[{\"key\":\"t\",\"value\":\"2\"}]");
    assertThat(model.at("/data/params")).hasSize(2);
    assertThat(model.at("/data/metrics/0/value").asDouble()).isEqualTo(0.9);
    JsonNode found =
        server.ok(
            "logged-models/search",
            """
            {"experiment_ids": ["0"], "filter": "metrics.acc > 0.5 AND params.depth = '3'",
             "order_by": [{"field_name": "metrics.acc", "ascending": false}]}
            """);
    assertThat(found.at("/models/0/info/model_id").asText()).isEqualTo(id);
    for (String[] each :
        new String[][] {
          {"params.depth IN ('3', '4')", "1"}, {"tags.t NOT IN ('2')", "0"},
          {"tags.t IN ('2') AND params.lr NOT IN ('2')", "1"}, {"tags.none NOT IN ('2')", "0"},
        }) {
      assertThat(
              server
                  .ok(
                      "logged-models/search",
                      Json.write(Map.of("experiment_ids", List.of("0"), "filter", each[0])))
                  .path("models"))
          .as(each[0])
          .hasSize(Integer.parseInt(each[1]));
    }
    server.call("DELETE", path, "{}");
    refused(
        server.call("GET", path, ""),
        404,
        "RESOURCE_DOES_NOT_EXIST",
        "Logged model with ID '%s' not found.".formatted(id));
    assertThat(server.call("GET", path + "?allow_deleted=true", "").status()).isEqualTo(200);
    assertThat(server.ok("logged-models/search", "{\"experiment_ids\":[\"0\"]}")).isEmpty();
  }

  @Test
  void serves_artifacts_so_that_no_script_of_theirs_runs() {
    String run = server.run();
    String root = "/api/2.0/mlflow-artifacts/artifacts/0/%s/artifacts/".formatted(run);
    byte[] page = "<script>alert(1)</script>".getBytes(StandardCharsets.UTF_8);
    assertThat(
            server
                .send(
                    server
                        .request(root + "site/%C3%A4%20b.html")
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(page)))
                .status())
        .isEqualTo(200);
    for (String path :
        List.of(
            root + "site/%C3%A4%20b.html",
            "/get-artifact?run_uuid=%s&path=site/%%C3%%A4%%20b.html".formatted(run))) {
      // CVE-2024-27132: what a run holds must not run in the page that shows it.
      var raw = server.send(server.request(path).GET()).raw();
      assertThat(raw.body()).isEqualTo(page);
      assertThat(raw.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(raw.headers().firstValue("Content-Security-Policy").orElseThrow())
          .startsWith("sandbox");
      assertThat(raw.headers().firstValue("Content-Disposition").orElseThrow())
          .isEqualTo("attachment; filename*=UTF-8''%C3%A4%20b.html");
    }
    JsonNode list = server.get("artifacts/list?run_id=%s&path=site".formatted(run)).body();
    assertThat(list.toString())
        .isEqualTo(
            "{\"root_uri\":\"mlflow-artifacts:/0/%s/artifacts\",\"files\":[{\"path\":\"site/ä b.html\",\"is_dir\":false,\"file_size\":25}]}"
                .formatted(run));
    assertThat(server.get("artifacts/list?run_id=" + run).body().at("/files/0").toString())
        .isEqualTo("{\"path\":\"site\",\"is_dir\":true}");
    assertThat(
            server
                .call(
                    "GET",
                    "/api/2.0/mlflow-artifacts/artifacts?path=0/%s/artifacts/site".formatted(run),
                    "")
                .body()
                .at("/files/0/path")
                .asText())
        .isEqualTo("ä b.html");
    byte[] semicolon = {1, 2};
    server.send(
        server.request(root + "a;b=c.txt").PUT(HttpRequest.BodyPublishers.ofByteArray(semicolon)));
    assertThat(server.send(server.request(root + "a%3Bb=c.txt").GET()).raw().body())
        .isEqualTo(semicolon);
    refused(server.call("GET", root + "none", ""), 404, "RESOURCE_DOES_NOT_EXIST", "none");
    server.call("DELETE", root + "site", "");
    assertThat(server.get("artifacts/list?run_id=" + run).body().at("/files/0/path").asText())
        .isEqualTo("a;b=c.txt");
  }

  @Test
  void no_store_s_own_address_is_given_away_and_mlflow_s_refusal_says_so() {
    String run = server.run();
    for (String way : List.of("upload", "download")) {
      refused(
          server.post(
              "artifacts/presigned-%s-url".formatted(way),
              "{\"run_id\": \"%s\", \"path\": \"a/b.txt\"}".formatted(run)),
          400,
          "INVALID_PARAMETER_VALUE",
          "Presigned %s is not supported for proxied artifact storage".formatted(way));
      refused(
          server.post(
              "artifacts/presigned-%s-url".formatted(way),
              "{\"run_id\": \"%s\", \"path\": \"../b\"}".formatted(run)),
          400,
          "INVALID_PARAMETER_VALUE",
          "Invalid path");
    }
    refused(
        server.post("artifacts/presigned-upload-url", "{\"path\": \"a\"}"),
        400,
        "INVALID_PARAMETER_VALUE",
        "Exactly one of run_id and model_id");
    refused(
        server.post(
            "artifacts/presigned-download-url",
            "{\"run_id\": \"%s\", \"path\": \"a\", \"expiration\": 604801}".formatted(run)),
        400,
        "INVALID_PARAMETER_VALUE",
        "expiration must be between 1 and 604800");
  }

  /** CVE-2023-1177, CVE-2023-6909, CVE-2024-1483: paths of artifacts that leave their root. */
  @Test
  void artifact_paths_do_not_leave_the_root_on_any_way_in() {
    String run = server.run();
    for (String escape :
        List.of(
            "..%2F..%2Fetc",
            "%252e%252e%252fetc",
            "..%5Cx",
            "%2Fetc%2Fpasswd",
            "a%00b",
            "C:%5Cx",
            "%EF%BC%8E%EF%BC%8E%2Fx")) {
      for (String way :
          List.of(
              "/api/2.0/mlflow/artifacts/list?run_id=%s&path=".formatted(run),
              "/get-artifact?run_uuid=%s&path=".formatted(run),
              "/api/2.0/mlflow-artifacts/artifacts?path=",
              "/api/2.0/mlflow-artifacts/artifacts/0/")) {
        Answer answer = server.call("GET", way + escape, "");
        assertThat(answer.status()).as("%s%s: %s", way, escape, answer.body()).isIn(400, 404);
        assertThat(answer.body().toString()).doesNotContain("root:");
      }
    }
    for (String location :
        List.of(
            "runs:/x",
            "file:///a/../../etc",
            "s3://b/%2e%2e/x",
            "http://h/x#y",
            "http://h/x?y",
            "http://h/x",
            "HTTPS://h/x",
            "ftp://h/x",
            "hdfs://h/x",
            "mlflow-artifacts://h/x")) {
      refused(
          server.post(
              "experiments/create",
              "{\"name\":\"x\",\"artifact_location\":\"%s\"}".formatted(location)),
          400,
          "INVALID_PARAMETER_VALUE",
          "Artifact location");
    }
    server.ok("experiments/create", "{\"name\":\"file\",\"artifact_location\":\"file:///etc\"}");
    String foreign = server.run("{\"experiment_id\":\"1\"}");
    refused(
        server.get("artifacts/list?run_id=" + foreign),
        400,
        "INVALID_PARAMETER_VALUE",
        "not this server");
    refused(
        server.call("GET", "/get-artifact?run_uuid=%s&path=passwd".formatted(foreign), ""),
        400,
        "INVALID_PARAMETER_VALUE",
        "not this server");
  }
}
