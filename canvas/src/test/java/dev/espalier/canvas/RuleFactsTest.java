package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.Plan.Finding;
import dev.espalier.canvas.Plan.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules that need to know something about the world, at and beside the boundary. */
class RuleFactsTest {
  private static final Facts NOTHING = Facts.unknown();

  private static Answers read(String text) {
    return Answers.read(
        ("canvas: espalier/1\nproduct: {name: p}\n" + text).getBytes(StandardCharsets.UTF_8));
  }

  private static List<Finding> rule(int number, String canvas, Facts facts) {
    return Rules.findings(read(canvas), facts).stream().filter(f -> f.rule() == number).toList();
  }

  private static Finding one(int number, String canvas, Facts facts) {
    List<Finding> found = rule(number, canvas, facts);
    assertThat(found).as("rule %d", number).hasSize(1);
    return found.getFirst();
  }

  private static void repaired(Finding finding, String canvas, Facts facts) {
    Answers after = Patches.apply(read(canvas), finding.patch());
    assertThat(Rules.findings(after, facts))
        .noneMatch(f -> f.rule() == finding.rule() && f.level() != Level.UNKNOWN);
  }

  private static Facts sustains(double rate, boolean measured) {
    return NOTHING.withCapacity(new Facts.Capacity(rate, measured, "1.2.0 on this machine"));
  }

  @Test
  void rule_1_compares_the_peak_with_what_was_sustained() {
    String canvas = "serving: {volume: {expected: 10/s, peak_factor: 2, headroom: 50%}}";
    Finding beyond = one(1, canvas, sustains(29.9, true));
    assertThat(beyond.level()).isEqualTo(Level.ERROR);
    assertThat(beyond.message())
        .contains("You expect 30/s", "1.2.0 on this machine sustains 29.9/s at 100ms");
    assertThat(beyond.questions()).contains("serving.volume", "deploy.targets");
    assertThat(beyond.patch().getFirst().value().asText()).isEqualTo("9.966/s");
    repaired(beyond, canvas, sustains(29.9, true));
    assertThat(rule(1, canvas, sustains(30, true))).as("equality").isEmpty();
    assertThat(one(1, canvas, sustains(29.9, false)).level())
        .as("an estimate only warns")
        .isEqualTo(Level.WARN);
    assertThat(one(1, canvas, NOTHING).level()).isEqualTo(Level.UNKNOWN);
    assertThat(rule(1, "metrics: [{id: a, primary: true}]", NOTHING)).as("no volume").isEmpty();
  }

  @Test
  void rule_2_also_knows_how_long_labels_really_took() {
    String canvas =
        "data: {labeling: {label_delay: 2d}}\n"
            + "monitoring: {decay: [{id: drop, type: performance_drop, window: 7d}]}";
    Facts slow =
        NOTHING.withTimes(Optional.of(Duration.ofDays(9)), Optional.empty(), Optional.empty());
    Finding late = one(2, canvas, slow);
    assertThat(late.level()).isEqualTo(Level.WARN);
    assertThat(late.message()).contains("Labels arrive after 9d, as measured", "window 7d");
    repaired(late, canvas, slow);
    assertThat(
            rule(
                2,
                canvas,
                NOTHING.withTimes(
                    Optional.of(Duration.ofDays(7)), Optional.empty(), Optional.empty())))
        .isEmpty();
    assertThat(rule(2, canvas, NOTHING)).as("the declared delay suffices").isEmpty();
  }

  @Test
  void rule_6_looks_for_the_accelerator_on_the_nodes() {
    String canvas = "serving: {accelerator: {kind: gpu, need: required}}";
    Facts bare =
        NOTHING.withNodes(List.of(new Facts.Node("here", Optional.empty(), Set.of("npu"))));
    Finding none = one(6, canvas, bare);
    assertThat(none.level()).isEqualTo(Level.ERROR);
    assertThat(none.message()).isEqualTo("No node offers gpu: here has npu.");
    repaired(none, canvas, bare);
    Facts has = NOTHING.withNodes(List.of(new Facts.Node("x", Optional.empty(), Set.of("gpu"))));
    assertThat(rule(6, canvas, has)).isEmpty();
    assertThat(one(6, canvas, NOTHING).level()).isEqualTo(Level.UNKNOWN);
    assertThat(rule(6, "serving: {accelerator: {kind: gpu}}", bare)).as("preferred").isEmpty();
    assertThat(rule(6, "serving: {accelerator: {kind: cpu_simd, need: required}}", bare)).isEmpty();
  }

  @Test
  void rule_7_compares_the_labels_of_each_rung() {
    String canvas =
        "serving: {fallback: {chain: [{on: [error], use: baseline},"
            + " {on: ['*'], use: default_value, value: inbx}]}}";
    Facts known =
        NOTHING.withLabels(
            Set.of("inbox", "spam"), Map.of("baseline", Set.of("inbox", "spam", "junk")));
    List<Finding> found = rule(7, canvas, known);
    assertThat(found).hasSize(2).allMatch(f -> f.level() == Level.ERROR);
    assertThat(found.get(0).message())
        .isEqualTo("Rung baseline answers with another contract: it also says junk.");
    assertThat(found.get(1).message()).contains("'inbx' is none of inbox, spam");
    assertThat(found.get(1).patch().getFirst().value().asText()).isEqualTo("inbox");
    Answers once = Patches.apply(read(canvas), found.get(1).patch());
    assertThat(Rules.findings(once, known))
        .filteredOn(f -> f.rule() == 7)
        .as("the other one stays")
        .singleElement()
        .satisfies(rest -> {
          Answers twice = Patches.apply(once, rest.patch());
          assertThat(Rules.findings(twice, known)).noneMatch(f -> f.rule() == 7);
        });
    Facts equal =
        NOTHING.withLabels(Set.of("inbx", "spam"), Map.of("baseline", Set.of("inbx", "spam")));
    assertThat(rule(7, canvas, equal)).isEmpty();
    assertThat(one(7, canvas, NOTHING).level()).isEqualTo(Level.UNKNOWN);
    Facts fewer = NOTHING.withLabels(Set.of("inbx", "spam"), Map.of("baseline", Set.of("inbx")));
    assertThat(one(7, canvas, fewer).message()).contains("it never says spam");
  }

  @Test
  void rule_8_looks_for_the_slice_in_the_data() {
    String canvas =
        "nfr: [{attribute: fairness, slice: lnag, target: 'DIR in [0.8, 1.25]', when: [ct]}]";
    Facts known = NOTHING.withFields(Set.of("lang", "sender_kind"));
    Finding absent = one(8, canvas, known);
    assertThat(absent.level()).isEqualTo(Level.ERROR);
    assertThat(absent.message())
        .isEqualTo("Fairness by lnag: the schema has no such field; it has lang, sender_kind.");
    assertThat(absent.patch().getFirst().value().asText()).isEqualTo("lang");
    repaired(absent, canvas, known);
    repaired(one(8, canvas, NOTHING.withFields(Set.of())), canvas, NOTHING.withFields(Set.of()));
    assertThat(rule(8, canvas, NOTHING.withFields(Set.of("lnag")))).isEmpty();
    assertThat(one(8, canvas, NOTHING).level()).isEqualTo(Level.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource({
    "eu, eu, false",
    "eu-central-1, eu, false",
    "EU, eu, false",
    "us-east-1, eu, true",
    "europe, eu, true"
  })
  void rule_9_holds_targets_to_the_region_of_the_data(String zone, String region, boolean breaks) {
    String canvas =
        "solution: {constraints: [{kind: residency, target: %s}]}\ndeploy: {targets: [{name: x, zone: %s}]}"
            .formatted(region, zone);
    List<Finding> found =
        rule(9, canvas, NOTHING).stream().filter(f -> f.level() == Level.ERROR).toList();
    assertThat(found).hasSize(breaks ? 1 : 0);
    found.forEach(finding -> {
      assertThat(finding.message()).isEqualTo("Data must stay in eu; x is in %s.".formatted(zone));
      repaired(finding, canvas, NOTHING);
    });
  }

  @Test
  void rule_9_asks_where_training_runs() {
    String canvas = "ct: {where: {run_in: embedded, residency: [eu]}}";
    Facts abroad =
        NOTHING.withNodes(List.of(new Facts.Node("here", Optional.of("us-east-1"), Set.of())));
    Finding finding = one(9, canvas, abroad);
    assertThat(finding.message()).isEqualTo("Data must stay in eu; here is in us-east-1.");
    repaired(finding, canvas, abroad);
    Facts home = NOTHING.withNodes(List.of(new Facts.Node("here", Optional.of("eu"), Set.of())));
    assertThat(rule(9, canvas, home)).isEmpty();
    assertThat(one(9, canvas, NOTHING).level()).isEqualTo(Level.UNKNOWN);
    assertThat(one(9, "ct: {where: {run_in: kubernetes, residency: [eu]}}", home).level())
        .as("another machine than this one")
        .isEqualTo(Level.UNKNOWN);
    assertThat(
            one(
                    9,
                    "solution: {constraints: [{kind: residency, target: eu}]}\ndeploy: {targets: [{name: x}]}\n",
                    home)
                .level())
        .as("a target that says nothing")
        .isEqualTo(Level.UNKNOWN);
  }

  @Test
  void rule_15_adds_what_checks_and_training_take() {
    String canvas =
        "deploy: {lead_time: 2h, strategy: {steps: [50% for 1h, 100%]}}\n"
            + "experimentation: [{kind: canary}]";
    Facts exact =
        NOTHING.withTimes(
            Optional.empty(),
            Optional.of(Duration.ofMinutes(15)),
            Optional.of(Duration.ofMinutes(45)));
    assertThat(rule(15, canvas, exact)).as("equality").isEmpty();
    Facts slower =
        NOTHING.withTimes(
            Optional.empty(),
            Optional.of(Duration.ofMinutes(15)),
            Optional.of(Duration.ofMinutes(45).plusSeconds(1)));
    Finding late = one(15, canvas, slower);
    assertThat(late.level()).isEqualTo(Level.ERROR);
    assertThat(late.message())
        .isEqualTo(
            "2h promised, at least 2h1s needed: checks 15m, training 45m1s, stages 0s, holds 1h.");
    repaired(late, canvas, slower);
    Finding unknown = one(15, canvas, NOTHING);
    assertThat(unknown.level()).isEqualTo(Level.UNKNOWN);
    assertThat(unknown.message()).contains("how long checks and training take is unknown");
    Facts half =
        NOTHING.withTimes(Optional.empty(), Optional.of(Duration.ofMinutes(61)), Optional.empty());
    assertThat(one(15, canvas, half).level())
        .as("too late already, whatever training takes")
        .isEqualTo(Level.ERROR);
  }
}
