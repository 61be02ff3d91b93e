package dev.espalier.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cli.Api;
import dev.espalier.monitoring.Asked;
import dev.espalier.server.Child;
import dev.espalier.server.Espalier;
import dev.espalier.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole lives on a small history, by the demo's own command. */
class LifeTest {
  private static final String PRODUCT = "small-filter";
  private static final int LATER = SmallCorpus.DAYS_AFTER * SmallCorpus.MAILS_A_DAY;

  @TempDir Path folder;
  private Path canvas;

  @BeforeEach
  void write() throws IOException {
    canvas = canvas("20%", "30%");
  }

  private Path canvas(String alert, String objective) throws IOException {
    return Files.writeString(folder.resolve("canvas.yaml"), SmallCorpus.canvas(alert, objective));
  }

  private SmallDemo.Told live(String home, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--exit",
                "--port",
                "0",
                "--home",
                folder.resolve(home).toString(),
                "--canvas",
                canvas.toString()));
    arguments.addAll(List.of(more));
    return SmallDemo.run(arguments.toArray(String[]::new));
  }

  /** Looks into a home that has been lived in. */
  private <T> T look(String home, Function<Api, T> question) {
    try (Espalier espalier = Espalier.start(ServerConfig.local(folder.resolve(home), 0))) {
      return question.apply(new Api(espalier.url()));
    }
  }

  /** The links of every incident, and what the rollouts decided: the decisions of a life. */
  private static List<String> decisions(Api api) {
    List<String> decisions = new ArrayList<>();
    for (JsonNode incident : api.get("/incidents/" + PRODUCT)) {
      for (JsonNode link : incident.path("trace")) {
        decisions.add(
            "%s %s %s"
                .formatted(
                    link.path("at").asText(),
                    link.path("kind").asText(),
                    link.path("text").asText()));
      }
    }
    for (JsonNode rollout : api.get("/deployments/" + PRODUCT).path("rollouts")) {
      for (JsonNode decision : rollout.path("decisions")) {
        decisions.add(
            "%s %s %s"
                .formatted(
                    decision.path("at").asText(),
                    rollout.path("to").asText(),
                    decision.path("decision").asText()));
      }
    }
    return decisions;
  }

  private static String state(Api api, String question) {
    for (JsonNode row : api.get("/canvases/" + PRODUCT + "/conformance").path("questions")) {
      if (row.path("question").asText().equals(question)) {
        return row.path("state").asText();
      }
    }
    throw new AssertionError("No question " + question);
  }

  private static JsonNode clause(Api api, String question, String clause) {
    for (JsonNode row : api.get("/canvases/" + PRODUCT + "/conformance").path("questions")) {
      for (JsonNode each : row.path("evidence")) {
        if (row.path("question").asText().equals(question)
            && each.path("clause").asText().equals(clause)) {
          return each;
        }
      }
    }
    throw new AssertionError("No clause " + clause);
  }

  /** Every mail is in the log exactly once, and has its label. */
  private void wholeLog(String home) {
    try (Espalier espalier = Espalier.start(ServerConfig.local(folder.resolve(home), 0))) {
      List<Asked> log =
          espalier.asked(PRODUCT).stream().filter(one -> one.unit().startsWith("mail-")).toList();
      assertThat(log).extracting(Asked::unit).doesNotHaveDuplicates().hasSize(LATER);
      assertThat(log).allMatch(Asked::labelled);
    }
  }

  @Test
  void the_loop_closes_and_the_same_seed_decides_the_same() {
    SmallDemo.Told first = live("one");
    assertThat(first.code()).as(first.text()).isZero();
    assertThat(first.text())
        .contains("== Live", "alert: false_spam", "PROMOTED", "recovered:", "The loop closed.")
        // No terminal, no bars.
        .doesNotContain("\r", "\033");
    List<String> decided = look("one", LifeTest::decisions);
    assertThat(decided)
        .anyMatch(line -> line.contains(" recovered "))
        .anyMatch(line -> line.endsWith("1.1.0 PROMOTED"));
    look(
        "one",
        api -> {
          assertThat(api.get("/incidents/" + PRODUCT)).hasSize(1);
          assertThat(api.get("/ci/" + PRODUCT))
              .extracting(run -> run.path("trigger").asText())
              .containsExactlyInAnyOrder("canvas_change", "request");
          JsonNode checked = clause(api, "stack.components", "automated:ci");
          assertThat(checked.path("detail").asText())
              .as("the canvas says that checks run by themselves, and they did")
              .startsWith("checks ci_");
          assertThat(checked.path("state").asText())
              .as("thirty days before the end, which is as long as it counts")
              .isEqualTo("STALE");
          return api;
        });
    wholeLog("one");

    SmallDemo.Told second = live("two");
    assertThat(second.code()).isZero();
    List<String> decidedAgain = look("two", LifeTest::decisions);
    assertThat(decidedAgain).isEqualTo(decided);

    // Once more in the first home: it has been lived to its end.
    SmallDemo.Told again = live("one");
    assertThat(again.code()).isZero();
    assertThat(again.text())
        .contains("has been lived to its end", "The loop closed.")
        .doesNotContain("== Live");
    SmallDemo.Told other = live("one", "--seed", "7");
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.text()).contains("--seed 42", "another --home");
    assertThat(live("one", "--shuffle").text()).contains("without --shuffle");
  }

  @Test
  void a_bound_that_the_data_never_break_fires_nothing() throws IOException {
    canvas = canvas("95%", "99%");
    SmallDemo.Told told = live("calm");
    assertThat(told.code()).as(told.text()).isZero();
    look(
        "calm",
        api -> {
          assertThat(api.get("/incidents/" + PRODUCT)).isEmpty();
          assertThat(api.get("/pipelines/" + PRODUCT + "/runs")).hasSize(1);
          return api;
        });
  }

  @Test
  void a_bound_that_cannot_be_met_ends_violated() throws IOException {
    // Newsletters come, and nothing alerts at less than 95 %: nobody retrains.
    canvas = canvas("95%", "1%");
    SmallDemo.Told told = live("impossible");
    assertThat(told.text()).contains("== Live");
    String state = look("impossible", api -> state(api, "objectives"));
    assertThat(state).as(told.text()).isEqualTo("VIOLATED");
  }

  @Test
  void shuffled_mails_tell_no_story() {
    SmallDemo.Told told = live("shuffled", "--shuffle");
    assertThat(told.code()).as(told.text()).isZero();
    assertThat(told.text()).doesNotContain("alert:");
    look(
        "shuffled",
        api -> {
          assertThat(api.get("/incidents/" + PRODUCT)).isEmpty();
          return api;
        });
    wholeLog("shuffled");
  }

  @Test
  void a_life_that_is_killed_goes_on_and_does_nothing_twice() throws Exception {
    Path home = folder.resolve("killed");
    List<String> tails = new ArrayList<>();
    // While the first version trains, in the calm days, around the retraining, near the end.
    for (String moment :
        List.of("== Train", "FIRST to 1.0.0: PROMOTED", "alert: false_spam", "1.1.0: PROMOTE")) {
      try (Child child = demo(home)) {
        child.await(Pattern.compile(Pattern.quote(moment)));
        child.kill();
        tails.add(child.text());
      }
    }
    SmallDemo.Told told = live("killed");
    assertThat(told.code()).as("%s%n%s", tails, told.text()).isZero();
    assertThat(told.text()).contains("Going on from", "The loop closed.");
    look(
        "killed",
        api -> {
          assertThat(api.get("/incidents/" + PRODUCT)).hasSize(1);
          // No run was started a second time, and no run registered twice.
          List<String> reasons = new ArrayList<>();
          api.get("/pipelines/" + PRODUCT + "/runs")
              .forEach(run -> reasons.add(run.path("cause").path("reason").asText()));
          assertThat(reasons).hasSizeGreaterThan(1).doesNotHaveDuplicates();
          List<String> makers = new ArrayList<>();
          api.get("/models/" + PRODUCT + "/versions")
              .forEach(version -> makers.add(version.path("runId").asText()));
          assertThat(makers).hasSizeGreaterThan(1).doesNotHaveDuplicates();
          return api;
        });
    wholeLog("killed");
  }

  @Test
  void control_c_stops_in_order_and_says_how_to_go_on() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeFalse(
        interruptsAreIgnored(), "started in the background of a shell: run it in the foreground");
    try (Child child = demo(folder.resolve("stopped"))) {
      child.await(Pattern.compile("FIRST to 1.0.0: PROMOTED"));
      child.signal("INT");
      assertThat(child.exit()).isEqualTo(130);
      assertThat(child.text())
          .contains("Stopped. The same command goes on from here.")
          .doesNotContain("Exception", "\tat ");
    }
    // The home is free at once, and whole.
    look(
        "stopped",
        api -> {
          assertThat(api.get("/models/" + PRODUCT + "/versions")).hasSize(1);
          return api;
        });
  }

  /** Whether this process was started with SIGINT ignored, which its children inherit. */
  private static boolean interruptsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).trim(), 16) & 2) != 0);
  }

  private Child demo(Path home) throws IOException {
    return Child.start(
        SmallDemo.class.getName(),
        List.of(),
        List.of("--exit", "--port", "0", "--home", home.toString(), "--canvas", canvas.toString()));
  }
}
