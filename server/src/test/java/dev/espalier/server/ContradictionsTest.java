package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.Observation;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every contradiction rule through the plan call, about a product whose facts are real: rows with
 * fields, a trained champion, a run of the checks, a rate that was sustained.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContradictionsTest {
  private static final String PRODUCT = "tickets";
  private static final int RULES = 15;

  /** What a canvas says by its top-level keys, where a case says nothing else. */
  private static final Map<String, String> BASE =
      new LinkedHashMap<>(
          Map.ofEntries(
              Map.entry("canvas", "espalier/1"),
              Map.entry("product", "{name: tickets, authors: {ana: owner}}"),
              Map.entry("model", "{family: linear}"),
              Map.entry("data", "{training: [{dataset: tickets}], split: {ratio: 50/20/30}}"),
              Map.entry("metrics", "[{id: macro_f1, primary: true, min_n: 20}]"),
              Map.entry(
                  "evaluation",
                  "{offline: {gates: [macro_f1 >= champion - 20pp], on_inconclusive: extend}}"),
              Map.entry(
                  "nfr", "[{attribute: efficiency, target: 'p95 <= 10s', when: [pre_deploy]}]"),
              Map.entry(
                  "modeling",
                  "[{id: v0, approach: majority, hypothesis: the floor}, {id: v1, approach: linear, hypothesis: words}]"),
              Map.entry("ct", "{schedule: {triggers: [manual], auto_promote: to_production}}"),
              Map.entry("ci", "{workflow: {checks: [lint, unit], triggers: [push]}}"),
              Map.entry(
                  "deploy",
                  "{mode: deployment, lead_time: 30d, strategy: {kind: recreate, bake: 1s}, release_policy: {approvals: 0, four_eyes: no, windows: ['Mon-Sun 00:00-24:00 UTC'], requires: [gates]}}"),
              Map.entry("serving", "{volume: 1000/day}")));

  /**
   * One rule.
   *
   * @param breaks what the canvas says instead
   * @param holds the same at equality; empty where equality is what the repair leads to
   * @param numbers what the message names
   */
  record Case(
      int rule,
      String level,
      List<String> questions,
      Map<String, String> breaks,
      Map<String, String> holds,
      List<String> numbers) {
    @Override
    public String toString() {
      return "rule " + rule;
    }
  }

  private static Map<String, String> with(String... pairs) {
    Map<String, String> parts = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      parts.put(pairs[i], pairs[i + 1]);
    }
    return parts;
  }

  static List<Case> cases() {
    String late = "{decay: [{id: drop, type: performance_drop, window: 7d}]}";
    String data = "{training: [{dataset: tickets}], labeling: {label_delay: %s}}";
    String schedule =
        "{schedule: {triggers: [schedule], cadence: '0 3 * * 1 UTC', max_staleness: %s}}";
    String steps = "{strategy: {min_requests: 200, steps: [%s, 100%%]}}";
    String pair = "{name: tickets, authors: {ana: owner, ben: approver}}";
    String hours =
        "{name: tickets, authors: {ana: {role: owner, hours: 'Fri 09:00-17:00 UTC'}, ben: {role: approver, hours: '%s'}}}";
    String chain =
        "{mode: {online: {timeout: 1s}}, fallback: {primary_timeout: 500ms, chain: [{on: [error], use: previous_champion, timeout: %s}, {on: ['*'], use: reject, timeout: 200ms}]}}";
    String value = "{fallback: {chain: [{on: ['*'], use: default_value, value: %s}]}}";
    String fair = "[{attribute: fairness, slice: %s, target: 'DIR in [0.8, 1.25]', when: [ct]}]";
    String goal = "[{id: O1, metric: calls, target: '<= 9', due: 2030-12-31}]";
    String calls = "[{id: macro_f1, primary: true}, {id: calls, kind: business%s}]";
    String budget = "{volume: 10/s, mode: {online: {availability: 99.9%}}}";
    return List.of(
        new Case(
            1,
            "ERROR",
            List.of("serving.volume", "deploy.targets"),
            with("serving", "{volume: {expected: 10/s, peak_factor: 2, headroom: 51%}}"),
            with("serving", "{volume: {expected: 10/s, peak_factor: 2, headroom: 50%}}"),
            List.of("30.2/s", "30/s", "100ms")),
        new Case(
            2,
            "ERROR",
            List.of("data", "monitoring.decay"),
            with("data", data.formatted("8d"), "monitoring", late),
            with("data", data.formatted("7d"), "monitoring", late),
            List.of("8d", "7d")),
        new Case(
            3,
            "ERROR",
            List.of("ct.schedule"),
            with("ct", schedule.formatted("6d")),
            with("ct", schedule.formatted("7d")),
            List.of("7d", "6d")),
        new Case(
            4,
            "WARN",
            List.of("deploy.strategy", "serving.volume"),
            with("serving", "{volume: 10/s}", "deploy", steps.formatted("10% for 199s")),
            with("serving", "{volume: 10/s}", "deploy", steps.formatted("10% for 200s")),
            List.of("200 requests", "10 %", "3m20s", "3m19s")),
        new Case(
            5,
            "ERROR",
            List.of("ct.schedule", "deploy.release_policy"),
            with("product", pair, "deploy", "{release_policy: {four_eyes: yes}}"),
            with("product", pair, "deploy", "{release_policy: {four_eyes: no}}"),
            List.of("to_production", "2 members")),
        new Case(
            6,
            "ERROR",
            List.of("serving.accelerator", "deploy.targets"),
            with("serving", "{accelerator: {kind: gpu, need: required}}"),
            with("serving", "{accelerator: {kind: gpu, need: preferred}}"),
            List.of("gpu")),
        new Case(
            7,
            "ERROR",
            List.of("serving.fallback", "model"),
            with("serving", value.formatted("bilingl")),
            with("serving", value.formatted("billing")),
            List.of("bilingl", "billing, technical")),
        new Case(
            8,
            "ERROR",
            List.of("nfr", "data"),
            with("nfr", fair.formatted("lnag")),
            with("nfr", fair.formatted("lang")),
            List.of("lnag", "lang")),
        new Case(
            9,
            "ERROR",
            List.of("solution", "deploy.targets"),
            with(
                "solution", "{constraints: [{kind: residency, target: eu}]}",
                "deploy", "{targets: [{name: one, zone: us-east-1}]}"),
            with(
                "solution", "{constraints: [{kind: residency, target: eu}]}",
                "deploy", "{targets: [{name: one, zone: eu}]}"),
            List.of("eu", "us-east-1")),
        new Case(
            10,
            "ERROR",
            List.of("serving.fallback", "serving.mode"),
            with("serving", chain.formatted("301ms")),
            with("serving", chain.formatted("300ms")),
            List.of("1s1ms", "1s")),
        new Case(
            11,
            "ERROR",
            List.of("model"),
            with("model", "{family: decoder, arch: {causal: no}}"),
            with("model", "{family: decoder, arch: {causal: yes}}"),
            List.of("decoder", "causal is no")),
        new Case(
            12,
            "WARN",
            List.of("deploy.strategy", "serving.mode"),
            with("serving", budget, "deploy", steps.formatted("50% for 5185s")),
            with("serving", budget, "deploy", steps.formatted("50% for 5184s")),
            List.of("50 %", "1h26m25s", "25920", "25925")),
        new Case(
            13,
            "ERROR",
            List.of("objectives", "metrics"),
            with("objectives", goal, "metrics", calls.formatted("")),
            with("objectives", goal, "metrics", calls.formatted(", source: push_api")),
            List.of("O1", "calls")),
        new Case(
            14,
            "ERROR",
            List.of("deploy.release_policy", "product.authors"),
            with(
                "product",
                hours.formatted("Fri 09:00-17:00 UTC"),
                "deploy",
                "{release_policy: {windows: ['Fri 17:00-18:00 UTC']}}"),
            with(
                "product",
                hours.formatted("Fri 09:00-17:01 UTC"),
                "deploy",
                "{release_policy: {windows: ['Fri 17:00-18:00 UTC']}}"),
            List.of("Fri 17:00-18:00 UTC", "Fri 09:00-17:00 UTC")),
        new Case(
            15,
            "ERROR",
            List.of("deploy.lead_time", "deploy.strategy"),
            with("deploy", "{lead_time: 30m, strategy: {steps: [50% for 30m, 100%]}}"),
            Map.of(),
            List.of("30m promised", "checks", "training", "holds 9h36m")));
  }

  private Optional<Espalier> started = Optional.empty();
  private Client client = new Client("");

  /** A product that lives: trained, checked, loaded. */
  @BeforeAll
  void live(@TempDir Path home) throws Exception {
    Espalier espalier = Espalier.start(ServerConfig.local(home, 0));
    started = Optional.of(espalier);
    client = new Client(espalier.url());
    StringBuilder rows = new StringBuilder("text,label,lang\n");
    IntStream.range(0, 400)
        .forEach(row ->
            rows.append(
                "%s,%s,%s\n"
                    .formatted(Tickets.text(row), Tickets.label(row), row % 3 == 0 ? "de" : "en")));
    assertThat(client.post("/api/v1/datasets/tickets", "text/csv", rows.toString()).status())
        .isEqualTo(200);
    Client.Answer applied = client.apply(PRODUCT, canvas(Map.of()));
    assertThat(applied.ok()).as(applied.toString()).isTrue();
    JsonNode run = client.train(PRODUCT);
    assertThat(run.path("state").asText()).as(run.toString()).isEqualTo("SUCCEEDED");
    assertThat(client.post("/api/v1/ci/tickets?sample=100", Map.of()).ok()).isTrue();
    espalier
        .canvases()
        .record(
            PRODUCT,
            List.of(
                Observation.measured(
                    "serving.volume",
                    "load",
                    "1.0.0 on this machine",
                    Instant.now(),
                    2_000,
                    30,
                    Optional.empty(),
                    "sustained for 60 s",
                    "/api/v1/drills/tickets/records")));
    // Champion, fields, checks and run are known once no rule has to say that it does not know.
    String asks =
        "{volume: 1/s, fallback: {chain: [{on: ['*'], use: default_value, value: billing}]}}";
    JsonNode known =
        Client.until(() -> findings(canvas(with("serving", asks))), found -> known(found));
    assertThat(known).noneMatch(each -> each.path("level").asText().equals("UNKNOWN"));
  }

  private static boolean known(JsonNode findings) {
    for (JsonNode each : findings) {
      if (each.path("level").asText().equals("UNKNOWN")) {
        return false;
      }
    }
    return true;
  }

  @AfterAll
  void stop() {
    started.ifPresent(Espalier::close);
  }

  private static String canvas(Map<String, String> other) {
    return canvas(PRODUCT, other);
  }

  private static String canvas(String product, Map<String, String> other) {
    Map<String, String> parts = new LinkedHashMap<>(BASE);
    parts.putAll(other);
    StringBuilder text = new StringBuilder();
    parts.forEach((key, part) -> text.append(key).append(": ").append(part).append('\n'));
    return text.toString().replace("name: tickets", "name: " + product);
  }

  private JsonNode plan(String product, String canvas) throws IOException, InterruptedException {
    Client.Answer plan =
        client.post("/api/v1/canvases/" + product + "/plan", "application/yaml", canvas);
    assertThat(plan.status()).as(plan.toString()).isEqualTo(200);
    return plan.json();
  }

  private JsonNode findings(String canvas) throws IOException, InterruptedException {
    return plan(PRODUCT, canvas).path("contradictions");
  }

  private static List<JsonNode> of(int rule, JsonNode findings) {
    List<JsonNode> found = new ArrayList<>();
    findings.forEach(each -> {
      if (each.path("rule").asInt() == rule && !each.path("level").asText().equals("UNKNOWN")) {
        found.add(each);
      }
    });
    return found;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  private String repaired(String canvas, JsonNode finding) throws Exception {
    Client.Answer patched =
        client.post(
            "/api/v1/canvases/tickets/patch",
            Map.of("source", canvas, "patch", finding.path("patch")));
    assertThat(patched.status()).as(patched.toString()).isEqualTo(200);
    return patched.json().path("source").asText();
  }

  @Test
  void there_is_a_case_for_every_rule() {
    assertThat(cases())
        .extracting(Case::rule)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, RULES).boxed().toList());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void fires_in_a_plan_with_both_sides_numbers_and_a_repair_that_removes_it(Case each)
      throws Exception {
    String canvas = canvas(each.breaks());
    List<JsonNode> fired = of(each.rule(), findings(canvas));
    assertThat(fired).as("findings of %s", each).hasSize(1);
    JsonNode finding = fired.getFirst();
    assertThat(finding.path("level").asText()).as(finding.toString()).isEqualTo(each.level());
    assertThat(texts(finding.path("questions"))).containsAll(each.questions());
    assertThat(finding.path("message").asText()).contains(each.numbers());
    assertThat(finding.path("repair").asText()).isNotBlank();
    assertThat(of(each.rule(), findings(repaired(canvas, finding))))
        .as("after the repair: %s", finding)
        .isEmpty();
    // What an editor asks at each keystroke says the same.
    Client.Answer check = client.post("/api/v1/canvases/tickets/check", "application/yaml", canvas);
    assertThat(of(each.rule(), check.json().path("contradictions"))).isEqualTo(fired);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void is_silent_in_a_plan_at_equality(Case each) throws Exception {
    if (!each.holds().isEmpty()) {
      assertThat(of(each.rule(), findings(canvas(each.holds())))).isEmpty();
    } else {
      String canvas = canvas(each.breaks());
      String equal = repaired(canvas, of(each.rule(), findings(canvas)).getFirst());
      assertThat(of(each.rule(), findings(equal))).isEmpty();
    }
  }

  @Test
  void a_promise_of_one_millisecond_less_than_checks_run_and_steps_take_is_broken()
      throws Exception {
    String canvas =
        canvas(with("deploy", "{lead_time: 30m, strategy: {steps: [50% for 30m, 100%]}}"));
    JsonNode finding = of(15, findings(canvas)).getFirst();
    java.time.Duration exact =
        java.time.Duration.parse(finding.path("patch").path(0).path("value").asText());
    String just = "{lead_time: %s, strategy: {steps: [50%% for 30m, 100%%]}}";
    assertThat(of(15, findings(canvas(with("deploy", just.formatted(exact)))))).isEmpty();
    assertThat(of(15, findings(canvas(with("deploy", just.formatted(exact.minusMillis(1)))))))
        .hasSize(1);
  }

  @Test
  void a_product_about_which_nothing_is_known_gets_unknown_and_never_a_pass() throws Exception {
    Map<String, String> parts =
        with(
            "data", "{training: [{dataset: rows-that-nobody-stored}]}",
            "serving",
                "{volume: 10/s, fallback: {chain: [{on: ['*'], use: default_value, value: a}]}}",
            "nfr", "[{attribute: fairness, slice: lang, target: 'DIR in [0.8, 1.25]', when: [ct]}]",
            "solution", "{constraints: [{kind: residency, target: eu}]}");
    JsonNode findings = plan("stranger", canvas("stranger", parts)).path("contradictions");
    for (int rule : new int[] {1, 7, 8, 9, 15}) {
      List<JsonNode> unknown = new ArrayList<>();
      findings.forEach(each -> {
        if (each.path("rule").asInt() == rule) {
          unknown.add(each);
        }
      });
      assertThat(unknown).as("rule %d", rule).isNotEmpty();
      assertThat(unknown).allMatch(each -> each.path("level").asText().equals("UNKNOWN"));
      assertThat(unknown).allMatch(each -> each.path("patch").isEmpty());
    }
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(
      strings = {"minimal.yaml", "all-default.yaml", "complete.yaml"})
  void a_shipped_canvas_has_no_error_and_nothing_to_confirm(String file) throws Exception {
    String text =
        Files.readString(Path.of("../canvas/src/test/resources/canvases/valid").resolve(file));
    JsonNode plan = plan(text.contains("mail-filter") ? "mail-filter" : "quiet", text);
    assertThat(plan.path("contradictions"))
        .noneMatch(each -> each.path("level").asText().equals("ERROR"));
    assertThat(plan.path("confirms")).as(plan.path("contradictions").toString()).isEmpty();
  }

  @Test
  void a_warning_about_what_was_stated_is_confirmed_once_and_by_number() throws Exception {
    String name = "warned";
    String canvas =
        canvas(
            name,
            with("serving", "{volume: 10/s}", "deploy", "{strategy: {steps: [10% for 1m, 100%]}}"));
    JsonNode plan = plan(name, canvas);
    assertThat(plan.path("confirms")).hasSize(1);
    assertThat(plan.path("confirms").path(0).asInt()).isEqualTo(4);
    assertThat(texts(plan.path("needs"))).contains("confirmation of its warnings");
    String apply = "/api/v1/canvases/warned/apply";
    String digest = plan.path("planDigest").asText();
    Client.Answer silent = client.post(apply, Map.of("planDigest", digest));
    assertThat(silent.status()).isEqualTo(409);
    assertThat(silent.json().path("detail").asText())
        .contains("Rule 4: 200 requests at 10 %", "--confirm 4");
    assertThat(client.post(apply, Map.of("planDigest", digest, "confirms", List.of(12))).status())
        .as("another rule's number")
        .isEqualTo(409);
    assertThat(client.get("/api/v1/canvases/warned").status()).as("nothing applied").isEqualTo(404);
    Client.Answer applied =
        client.post(apply, Map.of("planDigest", digest, "confirms", List.of(4)));
    assertThat(applied.status()).as(applied.toString()).isEqualTo(200);
    assertThat(client.json("/canvases/warned/versions").path(0).path("reason").asText())
        .isEqualTo("(warned by rule 4)");
    JsonNode next = plan(name, canvas.replace("family: linear", "family: rule"));
    assertThat(of(4, next.path("contradictions"))).as("it is still said").hasSize(1);
    assertThat(next.path("confirms")).as("and was confirmed").isEmpty();
    JsonNode worse = plan(name, canvas.replace("10% for 1m", "5% for 1m"));
    assertThat(Json.write(worse.path("confirms"))).isEqualTo("[4]");
  }
}
