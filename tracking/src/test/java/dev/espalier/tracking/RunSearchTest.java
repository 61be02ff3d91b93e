package dev.espalier.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MLflow's search language over runs: what matches, in which order, page by page. */
class RunSearchTest {
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

  private String run(String name, long start, String batch) {
    String id =
        server.run(
            "{\"experiment_id\":\"0\",\"run_name\":\"%s\",\"start_time\":%d,\"user_id\":\"ann\"}"
                .formatted(name, start));
    server.ok("runs/log-batch", "{\"run_id\":\"%s\",%s}".formatted(id, batch));
    return id;
  }

  private void threeRuns() {
    run(
        "one",
        3,
        """
        "metrics":[{"key":"acc","value":0.5,"timestamp":1},{"key":"val loss","value":1,"timestamp":1}],
        "params":[{"key":"opt","value":"Adam"},{"key":"p%x","value":"it's"}],"tags":[{"key":"a.b","value":"x_y"}]
        """
            .replace("p%x", "px"));
    run(
        "two",
        2,
        """
        "metrics":[{"key":"acc","value":"NaN","timestamp":1}],
        "params":[{"key":"opt","value":"adam"}],"tags":[{"key":"a.b","value":"xzy"}]
        """);
    run("three", 1, "\"params\":[{\"key\":\"opt\",\"value\":\"SGD\"}]");
  }

  private List<String> names(String filter, String... order) {
    return names(server.ok("runs/search", query(filter, 1_000, "", List.of(order))));
  }

  private static String query(String filter, int limit, String token, List<String> order) {
    return "{\"experiment_ids\":[\"0\"],\"filter\":%s,\"max_results\":%d,\"page_token\":\"%s\",\"order_by\":%s}"
        .formatted(Json.write(filter), limit, token, Json.write(order));
  }

  private static List<String> names(JsonNode answer) {
    return StreamSupport.stream(answer.path("runs").spliterator(), false)
        .map(run -> run.at("/info/run_name").asText())
        .toList();
  }

  @Test
  void finds_by_every_operator() {
    threeRuns();
    Map<String, List<String>> expected = new TreeMap<>();
    expected.put("", List.of("one", "two", "three"));
    expected.put("metrics.acc > 0.4", List.of("one"));
    expected.put("metrics.acc >= 5e-1 and metric.acc<=.5", List.of("one"));
    expected.put("metrics.acc != 7", List.of("one", "two"));
    expected.put("metrics.acc < -1", List.of());
    expected.put("metrics.`val loss` = 1", List.of("one"));
    expected.put("metrics.\"val loss\" = 1", List.of("one"));
    expected.put("params.opt = 'adam'", List.of("two"));
    expected.put("parameters.opt != \"adam\"", List.of("one", "three"));
    expected.put("param.opt LIKE 'a%'", List.of("two"));
    expected.put("params.opt iLike 'A%'", List.of("one", "two"));
    expected.put("params.px = 'it''s'", List.of("one"));
    expected.put("params.px IS NOT NULL", List.of("one"));
    expected.put("params.px IS NULL", List.of("two", "three"));
    expected.put("params.none != 'x'", List.of());
    expected.put("tags.a.b LIKE 'x_y'", List.of("one", "two"));
    expected.put("tag.`a.b` = 'x_y'", List.of("one"));
    expected.put("tags.mlflow.runName = 'two'", List.of("two"));
    expected.put("run_name = 'one'", List.of("one"));
    expected.put("attributes.`run name` LIKE 't%'", List.of("two", "three"));
    expected.put("attr.status = 'RUNNING' AND created > 1", List.of("one", "two"));
    expected.put("start_time <= 2", List.of("two", "three"));
    expected.put("end_time > 0", List.of());
    expected.put("user_id = 'ann' AND params.opt = 'SGD'", List.of("three"));
    expected.forEach((filter, names) -> assertThat(names(filter)).as(filter).isEqualTo(names));
    String one =
        server
            .ok("runs/search", query("run_name = 'one'", 1, "", List.of()))
            .at("/runs/0/info/run_id")
            .asText();
    assertThat(names("run_id IN ('%s', 'none')".formatted(one))).containsExactly("one");
    assertThat(names("attributes.run_id NOT IN ('%s')".formatted(one)))
        .containsExactly("two", "three");
    assertThat(names("artifact_uri LIKE '%" + one + "%'")).containsExactly("one");
  }

  @Test
  void finds_by_datasets() {
    String id = run("one", 1, "\"tags\":[]");
    run("two", 2, "\"tags\":[]");
    server.ok(
        "runs/log-inputs",
        """
        {"run_id":"%s","datasets":[{"tags":[{"key":"mlflow.data.context","value":"train"}],
         "dataset":{"name":"mails","digest":"d1","source_type":"s","source":"s"}}]}
        """
            .formatted(id));
    assertThat(names("dataset.name = 'mails'")).containsExactly("one");
    assertThat(names("datasets.digest IN ('d1','d2')")).containsExactly("one");
    assertThat(names("dataset.context ILIKE 'TR%'")).containsExactly("one");
    assertThat(names("dataset.name = 'other'")).isEmpty();
  }

  @Test
  void orders_numbers_then_nan_then_missing_both_ways() {
    threeRuns();
    run("low", 4, "\"metrics\":[{\"key\":\"acc\",\"value\":\"-Infinity\",\"timestamp\":1}]");
    assertThat(names("", "metrics.acc DESC")).containsExactly("one", "low", "two", "three");
    assertThat(names("", "metrics.acc")).containsExactly("low", "one", "two", "three");
    assertThat(names("", "params.opt ASC")).containsExactly("one", "three", "two", "low");
    assertThat(names("", "params.opt DESC")).containsExactly("two", "three", "one", "low");
    assertThat(names("", "tags.`a.b` desc", "start_time ASC"))
        .containsExactly("two", "one", "three", "low");
    assertThat(names("", "attributes.start_time ASC"))
        .containsExactly("three", "two", "one", "low");
    assertThat(names("", "run_name")).containsExactly("low", "one", "three", "two");
    assertThat(names("", "end_time", "metrics.acc DESC"))
        .containsExactly("one", "low", "two", "three");
    assertThat(names("metrics.acc < 100", "metrics.acc DESC")).containsExactly("one", "low");
  }

  @Test
  void refuses_what_it_cannot_mean_and_says_what_would_be_right() {
    Map<String, String> bad = new TreeMap<>();
    bad.put("metrics.a > 1 OR metrics.b > 1", "Invalid clause(s) in filter string: 'OR'");
    bad.put("NOT metrics.a > 1", "Invalid clause(s)");
    bad.put("(metrics.a > 1)", "Invalid clause(s)");
    bad.put("metrics.a > 1; DROP TABLE experiment_run", "multiple expression");
    bad.put("metrics.a > 'x'", "numeric value");
    bad.put("metrics.a LIKE 'x'", "Invalid comparator 'LIKE'");
    bad.put("params.a > 'x'", "Invalid comparator '>'");
    bad.put("params.a = 1", "quoted string value");
    bad.put("params.a = x", "quoted string value");
    bad.put("color = 'x'", "Invalid attribute key 'color'");
    bad.put("colors.a = 'x'", "Invalid entity type 'colors'");
    bad.put("dataset.size = 'x'", "Invalid dataset attribute key 'size'");
    bad.put("run_id IN ()", "non-empty list");
    bad.put("run_id IN ('a' 'b')", "non-empty list");
    bad.put("status IN ('a')", "Invalid comparator 'IN'");
    bad.put("params.a = 'x", "never closed");
    bad.put("params.a =", "Invalid clause(s)");
    bad.put("params.a", "Invalid clause(s)");
    bad.put("params. = 'x'", "Invalid clause(s)");
    bad.put("= 1", "Invalid clause(s)");
    bad.put("metrics.a > 1 AND", "Invalid clause(s)");
    bad.put("metrics.a > 1 metrics.b > 1", "Invalid clause(s)");
    bad.put("metrics.a > 1e", "Invalid clause(s)");
    bad.put("$", "Invalid clause(s)");
    bad.put("params.a = '" + "x".repeat(20_001) + "'", "at most 20000");
    bad.put("metrics.a > 1 AND ".repeat(150) + "metrics.a > 1", "at most 100 clauses");
    bad.forEach((filter, message) -> {
      MlflowServer.Answer answer = server.post("runs/search", query(filter, 10, "", List.of()));
      assertThat(answer.status()).as(filter).isEqualTo(400);
      assertThat(answer.code()).isEqualTo("INVALID_PARAMETER_VALUE");
      assertThat(answer.message()).as(filter).contains(message);
    });
    for (List<String> order :
        List.of(
            List.of("metrics.a", "metrics.a DESC"),
            List.of("color"),
            List.of("metrics.a down"),
            List.of("dataset.name"),
            List.of(""))) {
      assertThat(server.post("runs/search", query("", 10, "", order)).status())
          .as("%s", order)
          .isEqualTo(400);
    }
  }

  @Test
  void a_text_that_looks_like_sql_is_a_text() {
    threeRuns();
    for (String text :
        List.of("' OR 1=1 --", "x'; DELETE FROM experiment_run; --", "*", "[a-z]*")) {
      String quoted = "'" + text.replace("'", "''") + "'";
      assertThat(names("params.opt = " + quoted)).isEmpty();
      assertThat(names("params.opt LIKE " + quoted)).isEmpty();
      assertThat(names("params.`" + text.replace("'", "") + "` = 'x'")).isEmpty();
      assertThat(names("", "params.`" + text.replace("'", "") + "` DESC")).hasSize(3);
    }
    assertThat(names("")).hasSize(3);
  }

  @Test
  void pages_neither_skip_nor_repeat_while_runs_are_added() {
    for (int i = 0; i < 25; i++) {
      run(
          "r" + i,
          100 + i % 3,
          "\"metrics\":[{\"key\":\"m\",\"value\":%d,\"timestamp\":1}]".formatted(i % 4));
    }
    List<String> order = List.of("metrics.m DESC");
    List<String> seen = new ArrayList<>();
    String token = "";
    int added = 0;
    do {
      JsonNode page = server.ok("runs/search", query("", 4, token, order));
      seen.addAll(names(page));
      token = page.path("next_page_token").asText("");
      run("new" + added++, 999, "\"metrics\":[{\"key\":\"m\",\"value\":9,\"timestamp\":1}]");
    } while (!token.isEmpty());
    assertThat(seen).doesNotHaveDuplicates();
    assertThat(seen.stream().filter(name -> name.startsWith("r"))).hasSize(25);
  }

  @Test
  void refuses_a_token_of_another_search_and_a_broken_one() {
    threeRuns();
    String token =
        server.ok("runs/search", query("", 1, "", List.of())).path("next_page_token").asText();
    assertThat(server.post("runs/search", query("", 1, token, List.of())).status()).isEqualTo(200);
    for (String body :
        List.of(
            query("metrics.acc > 0", 1, token, List.of()),
            query("", 1, token, List.of("metrics.acc")),
            query("", 1, "garbage", List.of()),
            query("", 1, "e30=", List.of()),
            query("", 1, "x".repeat(200_000), List.of()))) {
      assertThat(server.post("runs/search", body).message()).contains("Invalid page_token");
    }
  }

  /** The planner's shortcuts must not change an answer: compared with a plain filter and sort. */
  @Test
  void finds_what_a_plain_scan_finds_in_random_trials() {
    Random random = new Random(7);
    record Made(String name, long start, Double metric, String param) {}
    List<Made> all = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      Double metric =
          random.nextInt(5) == 0 ? null : random.nextInt(8) == 0 ? Double.NaN : random.nextInt(6);
      String param = random.nextInt(4) == 0 ? null : "v" + random.nextInt(3);
      Made made = new Made("r%03d".formatted(i), random.nextInt(20), metric, param);
      all.add(made);
      run(
          made.name(),
          made.start(),
          "\"metrics\":[%s],\"params\":[%s]"
              .formatted(
                  metric == null
                      ? ""
                      : "{\"key\":\"m\",\"timestamp\":1,\"value\":%s}"
                          .formatted(metric.isNaN() ? "\"NaN\"" : metric.toString()),
                  param == null ? "" : "{\"key\":\"p\",\"value\":\"%s\"}".formatted(param)));
    }
    Comparator<Made> byMetric =
        Comparator.comparingInt((Made m) -> m.metric() == null ? 2 : m.metric().isNaN() ? 1 : 0);
    for (boolean descending : new boolean[] {true, false}) {
      for (String filter :
          List.of("", "metrics.m >= 2", "params.p = 'v1'", "metrics.m != 3 AND params.p != 'v0'")) {
        List<Made> expected = new ArrayList<>(all);
        expected.removeIf(made ->
            (filter.contains(">= 2") && (made.metric() == null || !(made.metric() >= 2)))
                || (filter.contains("'v1'") && !"v1".equals(made.param()))
                || (filter.contains("!= 3")
                    && (made.metric() == null
                        || made.metric() == 3
                        || made.param() == null
                        || made.param().equals("v0"))));
        expected.sort(
            byMetric
                .thenComparing(
                    made -> made.metric() == null || made.metric().isNaN() ? 0.0 : made.metric(),
                    descending ? Collections.reverseOrder() : Comparator.<Double>naturalOrder())
                .thenComparing(Made::start, Comparator.reverseOrder()));
        List<String> found = new ArrayList<>();
        String token = "";
        do {
          JsonNode page =
              server.ok(
                  "runs/search",
                  query(filter, 7, token, List.of("metrics.m" + (descending ? " DESC" : ""))));
          found.addAll(names(page));
          token = page.path("next_page_token").asText("");
        } while (!token.isEmpty());
        assertThat(new HashSet<>(found)).as(filter).hasSize(found.size());
        assertThat(
                found.stream()
                    .map(name -> all.get(Integer.parseInt(name.substring(1))))
                    .map(m -> m.metric() + "@" + m.start()))
            .as("%s descending %s", filter, descending)
            .containsExactlyElementsOf(
                expected.stream().map(m -> m.metric() + "@" + m.start()).toList());
      }
    }
  }

  @Test
  void searches_one_several_and_many_experiments_alike() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      String id =
          server
              .ok("experiments/create", "{\"name\":\"e%d\"}".formatted(i))
              .path("experiment_id")
              .asText();
      ids.add(id);
      String run =
          server.run(
              "{\"experiment_id\":\"%s\",\"run_name\":\"n%02d\",\"start_time\":1}"
                  .formatted(id, i));
      server.ok(
          "runs/log-metric",
          "{\"run_id\":\"%s\",\"key\":\"m\",\"value\":%d,\"timestamp\":1}".formatted(run, i % 7));
    }
    List<String> many = new ArrayList<>();
    for (int most : new int[] {5, 25}) {
      String body =
          "{\"experiment_ids\":%s,\"filter\":\"metrics.m < 3\",\"order_by\":[\"metrics.m DESC\",\"run_name\"]}"
              .formatted(Json.write(ids.subList(0, most)));
      many = names(server.ok("runs/search", body));
      assertThat(many)
          .isEqualTo(
              java.util.stream.IntStream.range(0, most)
                  .filter(i -> i % 7 < 3)
                  .boxed()
                  .sorted(Comparator.comparing((Integer i) -> -(i % 7)).thenComparing(i -> i))
                  .map("n%02d"::formatted)
                  .toList());
    }
    assertThat(many).hasSize(12);
  }

  @Test
  void looks_at_deleted_runs_only_when_asked() {
    threeRuns();
    String id =
        server
            .ok("runs/search", query("run_name = 'two'", 1, "", List.of()))
            .at("/runs/0/info/run_id")
            .asText();
    server.ok("runs/delete", "{\"run_id\":\"%s\"}".formatted(id));
    assertThat(names("")).containsExactly("one", "three");
    String base = "{\"experiment_ids\":[\"0\"],\"run_view_type\":\"%s\"}";
    assertThat(names(server.ok("runs/search", base.formatted("DELETED_ONLY"))))
        .containsExactly("two");
    assertThat(names(server.ok("runs/search", base.formatted("ALL")))).hasSize(3);
    server.ok("runs/restore", "{\"run_id\":\"%s\"}".formatted(id));
    assertThat(names("")).hasSize(3);
  }

  @Test
  void searches_experiments_by_name_tag_and_time() {
    for (String name : List.of("spam", "Spam 2", "ham")) {
      server.ok(
          "experiments/create",
          "{\"name\":\"%s\",\"tags\":[{\"key\":\"team\",\"value\":\"%s\"}]}".formatted(name, name));
    }
    for (var query :
        Map.of(
                "name LIKE 'spam%'", List.of("spam"),
                "name ILIKE 'spam%'", List.of("Spam 2", "spam"),
                "tags.team = 'ham'", List.of("ham"),
                "tags.`team` != 'ham' AND name != 'spam'", List.of("Spam 2"),
                "creation_time > 1 AND last_update_time > 1 AND tags.team IS NULL",
                    List.of("Default"))
            .entrySet()) {
      JsonNode answer =
          server.ok(
              "experiments/search",
              "{\"max_results\":10,\"order_by\":[\"name\"],\"filter\":%s}"
                  .formatted(Json.write(query.getKey())));
      assertThat(
              StreamSupport.stream(answer.path("experiments").spliterator(), false)
                  .map(e -> e.path("name").asText()))
          .as(query.getKey())
          .containsExactlyElementsOf(query.getValue());
    }
    List<String> names = new ArrayList<>();
    String token = "";
    do {
      JsonNode page =
          server
              .get("experiments/search?max_results=1&order_by=name%20DESC&page_token=" + token)
              .body();
      page.path("experiments").forEach(e -> names.add(e.path("name").asText()));
      token = page.path("next_page_token").asText("");
    } while (!token.isEmpty());
    assertThat(names).containsExactly("spam", "ham", "Spam 2", "Default");
    assertThat(
            server
                .post("experiments/search", "{\"max_results\":1,\"filter\":\"params.a = 'x'\"}")
                .status())
        .isEqualTo(400);
  }
}
