package dev.espalier.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import dev.espalier.tracking.MlflowServer.Answer;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces and assessments as MLflow's 3.x clients send them. */
class TraceRoutesTest {
  private static final String TRACES = "/api/3.0/mlflow/traces";
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

  private static String id(int number) {
    return "tr-%032x".formatted(number);
  }

  private Answer put(int number, String state, Map<String, String> tags, Map<String, String> meta) {
    return server.call(
        "POST",
        TRACES,
        Json.write(
            Map.of(
                "trace",
                Map.of(
                    "trace_info",
                    Map.of(
                        "trace_id",
                        id(number),
                        "trace_location",
                        Map.of(
                            "type",
                            "MLFLOW_EXPERIMENT",
                            "mlflow_experiment",
                            Map.of("experiment_id", "0")),
                        "request_preview",
                        "hello",
                        "request_time",
                        "2026-01-01T00:00:%02dZ".formatted(number),
                        "execution_duration",
                        number + ".25s",
                        "state",
                        state,
                        "tags",
                        tags,
                        "trace_metadata",
                        meta)))));
  }

  private void three() {
    for (int i = 1; i <= 3; i++) {
      Answer answer =
          put(
              i,
              i == 2 ? "ERROR" : "OK",
              Map.of("mlflow.traceName", "answer " + i, "team", i < 3 ? "mail" : "chat"),
              Map.of("mlflow.trace.user", "user " + i));
      assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    }
  }

  private Answer search(String filter, String... orderBy) {
    return server.call(
        "POST",
        TRACES + "/search",
        Json.write(
            Map.of(
                "locations",
                List.of(Map.of("mlflow_experiment", Map.of("experiment_id", "0"))),
                "filter",
                filter,
                "order_by",
                List.of(orderBy))));
  }

  private List<String> found(String filter, String... orderBy) {
    Answer answer = search(filter, orderBy);
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    List<String> found = new ArrayList<>();
    answer.body().path("traces").forEach(trace -> found.add(trace.path("trace_id").asText()));
    return found;
  }

  @Test
  void keeps_a_trace_and_says_where_its_spans_belong() {
    three();
    JsonNode trace = server.call("GET", TRACES + "/" + id(1), "").body().at("/trace/trace_info");

    assertThat(trace.path("request_time").asText()).isEqualTo("2026-01-01T00:00:01Z");
    assertThat(trace.path("execution_duration").asText()).isEqualTo("1.250s");
    assertThat(trace.path("state").asText()).isEqualTo("OK");
    assertThat(trace.at("/trace_location/mlflow_experiment/experiment_id").asText()).isEqualTo("0");
    assertThat(trace.path("trace_metadata").path("mlflow.trace.user").asText()).isEqualTo("user 1");
    assertThat(trace.path("tags").path("mlflow.artifactLocation").asText())
        .isEqualTo("mlflow-artifacts:/0/traces/" + id(1) + "/artifacts");
    server.send(
        server
            .request(
                "/api/2.0/mlflow-artifacts/artifacts/0/traces/" + id(1) + "/artifacts/traces.json")
            .PUT(HttpRequest.BodyPublishers.ofString("{\"spans\": []}")));
    assertThat(
            server
                .call("GET", "/ajax-api/2.0/mlflow/get-trace-artifact?request_id=" + id(1), "")
                .body())
        .hasToString("{\"spans\":[]}");
  }

  @Test
  void a_later_report_of_a_trace_takes_nothing_away() {
    three();
    put(1, "ERROR", Map.of("late", "yes"), Map.of());

    JsonNode trace = server.call("GET", TRACES + "/" + id(1), "").body().at("/trace/trace_info");
    assertThat(trace.path("state").asText()).isEqualTo("ERROR");
    assertThat(trace.path("tags").path("team").asText()).isEqualTo("mail");
    assertThat(trace.path("tags").path("late").asText()).isEqualTo("yes");
    assertThat(found("")).hasSize(3);
  }

  @Test
  void finds_by_attributes_tags_metadata_feedback_and_run() {
    three();
    String run = server.run();
    server.ok(
        "traces/link-to-run",
        "{\"run_id\": \"%s\", \"trace_ids\": [\"%s\"]}".formatted(run, id(2)));
    assess(3, "correct", "{\"value\": true}");

    assertThat(found("")).containsExactly(id(3), id(2), id(1));
    assertThat(found("", "timestamp_ms ASC")).containsExactly(id(1), id(2), id(3));
    assertThat(found("", "attributes.execution_time_ms DESC")).containsExactly(id(3), id(2), id(1));
    assertThat(found("trace.status = 'ERROR'")).containsExactly(id(2));
    assertThat(found("attributes.name LIKE 'answer%' AND tags.team = 'mail'"))
        .containsExactly(id(2), id(1));
    assertThat(found("execution_time_ms > 1250")).containsExactly(id(3), id(2));
    assertThat(found("timestamp_ms <= 1767225602000")).containsExactly(id(2), id(1));
    assertThat(found("metadata.`mlflow.trace.user` = 'user 3'")).containsExactly(id(3));
    assertThat(found("feedback.correct = 'true'")).containsExactly(id(3));
    assertThat(found("trace.run_id = '" + run + "'")).containsExactly(id(2));
    assertThat(found("request_id IN ('%s', '%s')".formatted(id(1), id(3))))
        .containsExactly(id(3), id(1));
  }

  @Test
  void orders_by_name_tags_and_metadata_and_what_lacks_them_comes_last() {
    three();
    put(4, "OK", Map.of(), Map.of());
    assertThat(found("", "tags.team", "timestamp_ms ASC"))
        .containsExactly(id(3), id(1), id(2), id(4));
    assertThat(found("", "tags.team DESC")).containsExactly(id(2), id(1), id(3), id(4));
    assertThat(found("", "metadata.`mlflow.trace.user` DESC"))
        .containsExactly(id(3), id(2), id(1), id(4));
    assertThat(found("", "name")).containsExactly(id(1), id(2), id(3), id(4));
    assertThat(found("", "tags.timestamp_ms")).containsExactly(id(4), id(3), id(2), id(1));
    assertThat(found("trace.name IS NULL")).containsExactly(id(4));
    assertThat(found("trace.name IS NOT NULL", "name DESC")).containsExactly(id(3), id(2), id(1));
    String ask =
        "{\"locations\": [{\"mlflow_experiment\": {\"experiment_id\": \"0\"}}],"
            + " \"order_by\": [\"tags.team DESC\"], \"max_results\": 1, \"page_token\": \"%s\"}";
    List<String> paged = new ArrayList<>();
    String token = "";
    do {
      JsonNode page = server.call("POST", TRACES + "/search", ask.formatted(token)).body();
      paged.add(page.at("/traces/0/trace_id").asText());
      token = page.path("next_page_token").asText("");
    } while (!token.isEmpty());
    assertThat(paged).containsExactly(id(2), id(1), id(3), id(4));
  }

  @Test
  void pages_in_order_and_refuses_what_it_cannot_mean() {
    three();
    String ask =
        "{\"locations\": [{\"mlflow_experiment\": {\"experiment_id\": \"0\"}}],"
            + " \"max_results\": 2, \"page_token\": \"%s\"}";
    JsonNode first = server.call("POST", TRACES + "/search", ask.formatted("")).body();
    JsonNode second =
        server
            .call("POST", TRACES + "/search", ask.formatted(first.path("next_page_token").asText()))
            .body();
    assertThat(first.path("traces")).hasSize(2);
    assertThat(second.at("/traces/0/trace_id").asText()).isEqualTo(id(1));
    assertThat(second.has("next_page_token")).isFalse();
    for (String bad : List.of("colour = 'red'", "status > 'OK'", "timestamp_ms = 'x'", "tags.a")) {
      assertThat(search(bad).code()).as(bad).isEqualTo("INVALID_PARAMETER_VALUE");
    }
    for (String bad : List.of("feedback.correct", "span.name", "run_id", "text", "colour")) {
      assertThat(search("", bad).code()).as(bad).isEqualTo("INVALID_PARAMETER_VALUE");
    }
    assertThat(server.call("GET", TRACES + "/none", "").code())
        .isEqualTo("RESOURCE_DOES_NOT_EXIST");
    assertThat(server.call("POST", TRACES, "{\"trace\": {\"trace_info\": {}}}").status())
        .isEqualTo(400);
  }

  @Test
  void tags_come_and_go_and_deleted_traces_take_everything_along() {
    three();
    assess(1, "correct", "{\"value\": 1}");
    String tags = "/api/2.0/mlflow/traces/" + id(1) + "/tags";
    assertThat(server.call("PATCH", tags, "{\"key\": \"k\", \"value\": \"v\"}").status())
        .isEqualTo(200);
    assertThat(found("tags.k = 'v'")).containsExactly(id(1));
    assertThat(server.call("DELETE", tags, "{\"key\": \"k\"}").status()).isEqualTo(200);
    assertThat(server.call("DELETE", tags, "{\"key\": \"k\"}").code())
        .isEqualTo("RESOURCE_DOES_NOT_EXIST");

    JsonNode oldest =
        server.ok(
            "traces/delete-traces",
            "{\"experiment_id\": \"0\", \"max_timestamp_millis\": 1767225602000, \"max_traces\": 1}");
    JsonNode named =
        server.ok(
            "traces/delete-traces",
            "{\"experiment_id\": \"0\", \"request_ids\": [\"%s\", \"none\"]}".formatted(id(3)));

    assertThat(oldest.path("traces_deleted").asInt()).isEqualTo(1);
    assertThat(named.path("traces_deleted").asInt()).isEqualTo(1);
    assertThat(found("")).containsExactly(id(2));
    assertThat(server.post("traces/delete-traces", "{\"experiment_id\": \"0\"}").status())
        .isEqualTo(400);
  }

  private JsonNode assess(int number, String name, String feedback) {
    Answer answer =
        server.call(
            "POST",
            TRACES + "/" + id(number) + "/assessments",
            ("{\"assessment\": {\"assessment_name\": \"%s\", \"feedback\": %s,"
                    + " \"source\": {\"source_type\": \"HUMAN\", \"source_id\": \"ann\"}}}")
                .formatted(name, feedback));
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    return answer.body().path("assessment");
  }

  @Test
  void judgements_are_kept_changed_and_deleted() {
    three();
    JsonNode made = assess(1, "correct", "{\"value\": \"yes\"}");
    String path = TRACES + "/" + id(1) + "/assessments/" + made.path("assessment_id").asText();

    assertThat(made.path("assessment_id").asText()).matches("a-[0-9a-f]{32}");
    assertThat(made.path("valid").asBoolean()).isTrue();
    JsonNode changed =
        server
            .call(
                "PATCH",
                path,
                "{\"assessment\": {\"feedback\": {\"value\": \"no\"}, \"rationale\": \"looked\"},"
                    + " \"update_mask\": \"feedback,rationale\"}")
            .body()
            .path("assessment");
    assertThat(changed.at("/feedback/value").asText()).isEqualTo("no");
    assertThat(changed.path("rationale").asText()).isEqualTo("looked");
    assertThat(changed.path("assessment_name").asText()).isEqualTo("correct");
    assertThat(server.call("GET", path, "").body().path("assessment")).isEqualTo(changed);
    assertThat(found("feedback.correct = 'no'")).containsExactly(id(1));
    assertThat(
            server
                .call("PATCH", path, "{\"assessment\": {}, \"update_mask\": \"assessmentId\"}")
                .status())
        .isEqualTo(400);
    assertThat(server.call("DELETE", path, "{}").status()).isEqualTo(200);
    assertThat(server.call("GET", path, "").code()).isEqualTo("RESOURCE_DOES_NOT_EXIST");
  }

  @Test
  void a_judgement_that_overrides_another_leaves_it_readable() {
    three();
    String first = assess(1, "correct", "{\"value\": \"yes\"}").path("assessment_id").asText();
    Answer second =
        server.call(
            "POST",
            TRACES + "/" + id(1) + "/assessments",
            ("{\"assessment\": {\"assessment_name\": \"correct\", \"feedback\": {\"value\": \"no\"},"
                    + " \"overrides\": \"%s\", \"source\": {\"source_type\": \"CODE\"}}}")
                .formatted(first));
    String path = TRACES + "/" + id(1) + "/assessments/";
    assertThat(server.call("GET", path + first, "").body().at("/assessment/valid").asBoolean())
        .isFalse();
    server.call("DELETE", path + second.body().at("/assessment/assessment_id").asText(), "{}");
    assertThat(server.call("GET", path + first, "").body().at("/assessment/valid").asBoolean())
        .isTrue();
  }

  @Test
  void judgements_of_no_form_are_refused() {
    three();
    String path = TRACES + "/" + id(1) + "/assessments";
    for (String bad :
        List.of(
            "{}",
            "{\"assessment\": {}}",
            "{\"assessment\": {\"assessment_name\": \"a\", \"source\": {\"source_type\": \"HUMAN\"}}}",
            "{\"assessment\": {\"assessment_name\": \"a\", \"feedback\": {\"value\": 1}}}",
            "{\"assessment\": {\"assessment_name\": \"a\", \"feedback\": {\"value\": 1},"
                + " \"expectation\": {\"value\": 1}, \"source\": {\"source_type\": \"HUMAN\"}}}",
            "{\"assessment\": {\"assessment_name\": \"%s\", \"feedback\": {\"value\": 1},"
                    .formatted("x".repeat(251))
                + " \"source\": {\"source_type\": \"HUMAN\"}}}")) {
      assertThat(server.call("POST", path, bad).code())
          .as(bad)
          .isEqualTo("INVALID_PARAMETER_VALUE");
    }
  }

  private Answer link(int trace, String prompts) {
    return server.call(
        "POST",
        TRACES + "/link-prompts",
        "{\"trace_id\":\"%s\",\"prompt_versions\":%s}".formatted(id(trace), prompts));
  }

  @Test
  void prompts_are_linked_once_each_and_a_malformed_list_changes_nothing() {
    put(1, "OK", Map.of(), Map.of());
    String first = "{\"name\":\"greet\",\"version\":\"1\"}";
    String second = "{\"name\":\"greet\",\"version\":\"2\"}";
    assertThat(link(1, "[" + first + "]").status()).isEqualTo(200);
    assertThat(link(1, "[" + first + "," + second + "]").status()).isEqualTo(200);
    assertThat(link(1, "[]").status()).isEqualTo(400);
    assertThat(link(1, "[{\"name\":\"greet\"}]").message()).contains("version");
    assertThat(link(9, "[" + first + "]").status()).isEqualTo(404);
    JsonNode tags =
        server.call("GET", TRACES + "/" + id(1), "").body().at("/trace/trace_info/tags");
    assertThat(tags.path("mlflow.linkedPrompts").asText())
        .isEqualTo("[" + first + "," + second + "]");
  }
}
