package dev.espalier.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the pages of experiments ask for. */
class ExperimentRoutesTest {
  @TempDir Path folder;
  private MlflowServer server;
  private String experiment;

  @BeforeEach
  void start() {
    server = new MlflowServer(folder);
    experiment =
        server.ok("experiments/create", "{\"name\":\"sweep\"}").path("experiment_id").asText();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String run(String name, String metrics, String params) {
    JsonNode made =
        server.ok(
            "runs/create",
            "{\"experiment_id\":\"%s\",\"run_name\":\"%s\",\"start_time\":%d}"
                .formatted(experiment, name, 1_000 + name.length()));
    String id = made.at("/run/info/run_id").asText();
    server.ok(
        "runs/log-batch",
        "{\"run_id\":\"%s\",\"metrics\":[%s],\"params\":[%s]}".formatted(id, metrics, params));
    return id;
  }

  private static String metric(String key, String value, int step) {
    return "{\"key\":\"%s\",\"value\":%s,\"timestamp\":%d,\"step\":%d}"
        .formatted(key, value, 1_000 + step, step);
  }

  private static String param(String key, String value) {
    return "{\"key\":\"%s\",\"value\":\"%s\"}".formatted(key, value);
  }

  private MlflowServer.Answer ask(String path) {
    return server.call("GET", "/api/v1/tracking/" + path, "");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static List<String> texts(JsonNode array, String field) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(node -> field.isEmpty() ? node.asText() : node.path(field).asText())
        .toList();
  }

  @Test
  void counts_runs_and_names_the_keys_that_they_use() {
    run("a", metric("acc", "0.5", 0), param("lr", "0.1"));
    run("bb", metric("loss", "2", 0), param("depth", "3"));
    String gone = run("ccc", metric("ghost", "2", 0), param("lr", "0.3"));
    server.ok("runs/delete", "{\"run_id\":\"%s\"}".formatted(gone));
    JsonNode one = ask("experiments/" + experiment).body();
    assertThat(one.at("/experiment/runs").asInt()).isEqualTo(2);
    assertThat(one.at("/experiment/running").asInt()).isEqualTo(2);
    assertThat(one.at("/experiment/newest").asText()).isEqualTo("1970-01-01T00:00:01.002Z");
    assertThat(texts(one.path("params"), "")).containsExactly("depth", "lr");
    assertThat(texts(one.path("metrics"), "")).contains("acc", "loss");
    assertThat(texts(ask("experiments").body(), "name")).contains("sweep", "Default");
  }

  @Test
  void archived_runs_are_a_table_of_their_own_and_come_back_when_restored() {
    String kept = run("kept", metric("acc", "0.5", 0), param("lr", "0.1"));
    String gone = run("gone", metric("acc", "0.9", 0), param("lr", "0.2"));
    server.ok("runs/delete", "{\"run_id\":\"%s\"}".formatted(gone));
    String runs = "experiments/" + experiment + "/runs";
    assertThat(texts(ask(runs).body().path("runs"), "id")).containsExactly(kept);
    assertThat(texts(ask(runs + "?archived=no").body().path("runs"), "id")).containsExactly(kept);
    JsonNode archived =
        ask(runs + "?archived=yes&filter=" + encoded("metrics.acc > 0.6")).body().path("runs");
    assertThat(texts(archived, "id")).containsExactly(gone);
    server.ok("runs/restore", "{\"run_id\":\"%s\"}".formatted(gone));
    assertThat(ask(runs + "?archived=yes").body().path("runs")).isEmpty();
    MlflowServer.Answer odd = ask(runs + "?archived=perhaps");
    assertThat(odd.status()).isEqualTo(400);
    assertThat(odd.body().toString()).contains("archived is yes or no");
  }

  @Test
  void pages_hold_every_run_once_in_the_asked_order_and_only_the_asked_columns() {
    for (int i = 0; i < 7; i++) {
      run("r".repeat(i + 1), metric("acc", "0." + (i * 3 % 7), 0), param("lr", "0." + i));
    }
    List<String> names = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    String token = "";
    do {
      JsonNode page =
          ask("experiments/%s/runs?limit=3&column=metrics.acc&order=%s&token=%s"
                  .formatted(experiment, encoded("metrics.acc DESC"), encoded(token)))
              .body();
      for (JsonNode row : page.path("runs")) {
        names.add(row.path("name").asText());
        values.add(row.at("/metrics/acc").asDouble());
        assertThat(row.path("params")).isEmpty();
        assertThat(row.path("tags")).isEmpty();
      }
      token = page.path("next").asText("");
    } while (!token.isEmpty());
    assertThat(names).hasSize(7).doesNotHaveDuplicates();
    assertThat(values).isSortedAccordingTo((a, b) -> Double.compare(b, a));
  }

  @Test
  void filters_by_the_clients_grammar_and_says_what_is_wrong_with_a_filter() {
    run("a", metric("acc", "0.5", 0), param("lr", "0.1"));
    run("bb", metric("acc", "0.9", 0), param("lr", "0.1"));
    String path = "experiments/" + experiment + "/runs?filter=";
    JsonNode found = ask(path + encoded("metrics.acc > 0.6 and params.lr = '0.1'")).body();
    assertThat(texts(found.path("runs"), "name")).containsExactly("bb");
    MlflowServer.Answer wrong = ask(path + encoded("metrics.acc >> 1"));
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.body().path("detail").asText()).isNotBlank();
  }

  @Test
  void groups_hold_every_run_once_with_mean_and_deviation_of_a_metric() {
    for (String value : List.of("2", "4", "4", "4", "5", "5", "7", "9")) {
      run("run" + value, metric("x", value, 0), param("lr", "0.1"));
    }
    run("other", metric("x", "1", 0), param("lr", "0.2"));
    run("without", metric("x", "\"NaN\"", 0), "");
    JsonNode groups =
        ask("experiments/%s/groups?by=params.lr&metric=x".formatted(experiment)).body();
    assertThat(texts(groups, "value")).containsExactly("0.1", "", "0.2");
    assertThat(texts(groups, "runs")).containsExactly("8", "1", "1");
    // numpy.std([2, 4, 4, 4, 5, 5, 7, 9], ddof=1) = 2.138089935299395
    assertThat(groups.at("/0/metrics/0/mean").asDouble()).isEqualTo(5);
    assertThat(groups.at("/0/metrics/0/deviation").asDouble())
        .isCloseTo(2.138089935299395, org.assertj.core.data.Offset.offset(1e-12));
    assertThat(groups.at("/1/metrics")).isEmpty();
    String filter = encoded("metrics.x > 4.5 and params.lr = '0.1'");
    JsonNode some =
        ask("experiments/%s/groups?by=run.status&filter=%s".formatted(experiment, filter)).body();
    assertThat(texts(some, "runs")).containsExactly("4");
    MlflowServer.Answer wrong = ask("experiments/%s/groups?by=metrics.x".formatted(experiment));
    assertThat(wrong.body().path("field").asText()).isEqualTo("by");
  }

  @Test
  void says_which_of_the_bounds_a_request_breaks() {
    String run = run("a", metric("acc", "0.5", 0), "");
    String rows = "experiments/" + experiment + "/runs?";
    assertThat(ask(rows + "limit=5000").body().path("field").asText()).isEqualTo("limit");
    assertThat(ask(rows + "column=x&".repeat(101)).body().path("field").asText())
        .isEqualTo("column");
    assertThat(ask("series?run=" + run).body().path("field").asText()).isEqualTo("metric");
    assertThat(ask("series?metric=acc" + ("&run=" + run).repeat(101)).status()).isEqualTo(400);
    assertThat(ask("experiments/..%2f0").status()).isEqualTo(404);
    assertThat(ask("experiments/999").status()).isEqualTo(404);
    assertThat(ask("runs/none/record").status()).isEqualTo(404);
  }

  @Test
  void a_run_comes_with_its_newest_values_and_the_true_ones() {
    String id =
        run("a", metric("acc", "0.9", 1) + "," + metric("acc", "0.4", 2), param("lr", "0.1"));
    server.ok(
        "runs/log-metric",
        "{\"run_id\":\"%s\",\"key\":\"loss\",\"value\":\"NaN\",\"timestamp\":1}".formatted(id));
    JsonNode view = ask("runs/" + id + "/record").body();
    assertThat(view.at("/run/metrics/acc").asDouble()).isEqualTo(0.4);
    assertThat(view.at("/run/metrics/loss").asText()).isEqualTo("NaN");
    assertThat(view.at("/metrics/0/step").asInt()).isEqualTo(2);
    assertThat(view.path("experimentName").asText()).isEqualTo("sweep");
    assertThat(view.path("deleted").asBoolean()).isFalse();
  }

  @Test
  void a_thinned_series_keeps_its_ends_and_every_spike() {
    StringBuilder points = new StringBuilder();
    for (int step = 0; step < 900; step++) {
      points
          .append(step > 0 ? "," : "")
          .append(
              metric(
                  "loss",
                  step == 437 ? "99" : step == 610 ? "-7" : step % 2 == 0 ? "1" : "1.5",
                  step));
    }
    String id = run("a", points.toString(), "");
    JsonNode series = ask("series?metric=loss&limit=20&run=" + id).body().get(0);
    assertThat(series.path("points").asInt()).isEqualTo(900);
    assertThat(series.path("sample")).hasSizeBetween(15, 20);
    assertThat(texts(series.path("sample"), "step")).contains("0", "437", "610", "899");
    JsonNode whole = ask("series?metric=loss&limit=1000&run=" + id).body().get(0);
    assertThat(whole.path("sample")).hasSize(900);
  }

  @Test
  void a_row_holds_the_best_of_a_metric_beside_its_latest_whatever_the_order_of_the_batches() {
    String id = run("a", metric("acc", "0.5", 0) + "," + metric("acc", "0.9", 5), "");
    String batch = "{\"run_id\":\"%s\",\"metrics\":[%s]}";
    server.ok("runs/log-batch", batch.formatted(id, metric("acc", "0.7", 9)));
    server.ok("runs/log-batch", batch.formatted(id, metric("acc", "0.2", 3)));
    server.ok("runs/log-batch", batch.formatted(id, metric("acc", "\"NaN\"", 7)));
    server.ok("runs/log-batch", batch.formatted(id, metric("odd", "\"NaN\"", 1)));
    server.ok("runs/log-batch", batch.formatted(id, metric("flat", "1", 1)));
    JsonNode row = ask("experiments/" + experiment + "/runs").body().at("/runs/0");
    assertThat(row.at("/metrics/acc").asDouble()).isEqualTo(0.7);
    assertThat(row.path("least").toString()).isEqualTo("{\"acc\":0.2}");
    assertThat(row.path("greatest").toString()).isEqualTo("{\"acc\":0.9}");
    JsonNode thin =
        ask("experiments/" + experiment + "/runs?column=metrics.flat").body().at("/runs/0");
    assertThat(thin.has("least") || thin.has("greatest")).isFalse();
    JsonNode values = ask("runs/" + id + "/record").body().path("metrics");
    for (JsonNode value : values) {
      switch (value.path("key").asText()) {
        case "acc" -> assertThat(value.path("greatest").asDouble()).isEqualTo(0.9);
        case "flat" -> assertThat(value.path("least").asDouble()).isEqualTo(1);
        default -> assertThat(value.has("least") || value.has("greatest")).isFalse();
      }
    }
  }

  @Test
  void a_series_lies_over_the_epochs_that_the_run_counts_whichever_points_are_left_out() {
    StringBuilder points = new StringBuilder(metric("epoch", "\"NaN\"", 0));
    for (int step = 0; step < 600; step++) {
      points.append(",").append(metric("loss", String.valueOf(1.0 / (1 + step)), step));
      if (step % 100 == 50) {
        points.append(",").append(metric("epoch", String.valueOf(step / 100 + 1), step));
      }
    }
    String id = run("a", points.toString(), "");
    JsonNode sample =
        ask("series?metric=loss&over=epoch&limit=40&run=" + id).body().get(0).path("sample");
    assertThat(sample).hasSizeBetween(20, 40);
    for (JsonNode point : sample) {
      int step = point.path("step").asInt();
      if (step < 50) {
        assertThat(point.has("over")).as("no epoch is counted at step %d", step).isFalse();
      } else {
        assertThat(point.path("over").asDouble()).isEqualTo((step - 50) / 100 + 1);
      }
    }
    for (String unasked : List.of("", "&over=", "&over=nothing")) {
      JsonNode plain = ask("series?metric=loss&run=" + id + unasked).body().get(0).path("sample");
      assertThat(plain).isNotEmpty().allMatch(point -> !point.has("over"));
    }
  }

  @Test
  void lists_the_artifacts_of_a_run_and_of_no_other() {
    String id = run("a", "", "");
    String other = run("bb", "", "");
    for (String owner : List.of(id, other)) {
      server.call(
          "PUT",
          "/api/2.0/mlflow-artifacts/artifacts/%s/%s/artifacts/plots/%s.txt"
              .formatted(experiment, owner, owner.equals(id) ? "mine" : "other"),
          "hello");
    }
    assertThat(ask("runs/" + id + "/files").body().at("/files/0/path").asText()).isEqualTo("plots");
    JsonNode inside = ask("runs/" + id + "/files?path=plots").body().path("files");
    assertThat(texts(inside, "path")).containsExactly("plots/mine.txt");
    assertThat(inside.at("/0/bytes").asInt()).isEqualTo(5);
    String above = "runs/%s/files?path=%s".formatted(id, encoded("../" + other + "/artifacts"));
    assertThat(ask(above).status()).isEqualTo(400);
  }
}
