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
        .contains("You expect 30/s", "1.2.0 on this machine sustain 29.9/s at 100ms");
    assertThat(beyond.questions()).contains("serving.volume", "deploy.targets");
    assertThat(beyond.patch().getFirst().value().asText()).isEqualTo("9.966/s");
    repaired(beyond, canvas, sustains(29.9, true));
    assertThat(rule(1, canvas, sustains(30, true))).as("equality").isEmpty();
    assertThat(one(1, canvas, sustains(29.9, false)).level())
        .as("an estimate only warns")
        .isEqualTo(Level.WARN);
    assertThat(one(1, canvas, NOTHING).level()).isEqualTo(Level.UNKNOWN);
    Finding nothing = one(1, canvas, sustains(0, true));
    assertThat(nothing.level()).as("nothing was sustained").isEqualTo(Level.ERROR);
    assertThat(nothing.repair()).isEqualTo("Add replicas or relax p95.");
    assertThat(nothing.patch()).as("no lower volume would fit").isEmpty();
    assertThat(rule(1, "metrics: [{id: a, primary: true}]", NOTHING)).as("no volume").isEmpty();
  }

  @Test
  void rule_1_estimates_from_what_one_prediction_takes_until_a_load_drill_has_measured() {
    Facts timed = NOTHING.withPace(new Facts.Pace(Duration.ofMillis(40), 2, "1.2.0"));
    String canvas = "serving: {volume: {expected: 10/s, peak_factor: 2, headroom: %s}%s}\n%s";
    assertThat(rule(1, canvas.formatted("150%", "", ""), timed))
        .as("2 cores at 40 ms are 50/s: equality")
        .isEmpty();
    Finding beyond = one(1, canvas.formatted("151%", "", ""), timed);
    assertThat(beyond.level()).as("an estimate only warns").isEqualTo(Level.WARN);
    assertThat(beyond.message())
        .isEqualTo(
            "You expect 50.2/s; 2 cores here sustain 50/s at 100ms, by an estimate: 1.2.0 takes 40ms for a prediction on a core.");
    repaired(beyond, canvas.formatted("151%", "", ""), timed);
    String place = "deploy: {targets: [{name: one, cpu: 3}, {name: two, stage: staging, cpu: 9}]}";
    assertThat(rule(1, canvas.formatted("275%", "", place), timed))
        .as("the declared production cores count")
        .isEmpty();
    assertThat(one(1, canvas.formatted("276%", "", place), timed).message())
        .contains("one with 3 cores sustain 75/s");
    String more = ", distributed: {required: yes, replicas: 1..4}";
    assertThat(rule(1, canvas.formatted("900%", more, ""), timed)).as("four replicas").isEmpty();
    assertThat(
            rule(
                1,
                canvas.formatted("151%", "", ""),
                timed.withCapacity(new Facts.Capacity(60, true, "here"))))
        .as("what was measured counts")
        .isEmpty();
  }

  @Test
  void rule_1_says_that_no_core_answers_within_the_limit() {
    Facts slow = NOTHING.withPace(new Facts.Pace(Duration.ofMillis(120), 2, "1.2.0"));
    String canvas = "serving: {volume: {expected: 10/s}}";
    Finding late = one(1, canvas, slow);
    assertThat(late.message()).contains("sustain 0/s at 100ms", "takes 120ms");
    assertThat(late.repair()).contains("relax p95 to 120ms", "lower the volume to");
    repaired(late, canvas, slow);
  }

  @Test
  void only_a_warning_about_what_was_stated_has_to_be_confirmed_and_only_once() {
    String stated =
        "serving: {volume: 1/s}\ndeploy: {strategy: {steps: [10% for 30m, 100%], min_requests: 181}}";
    List<Finding> found = Rules.findings(read(stated));
    assertThat(Rules.toConfirm(read(stated), found, List.of())).containsExactly(4);
    assertThat(Rules.toConfirm(read(stated), found, found)).isEmpty();
    String byDefault = "serving: {volume: 1/h}";
    assertThat(rule(4, byDefault, NOTHING)).isNotEmpty();
    assertThat(Rules.toConfirm(read(byDefault), Rules.findings(read(byDefault)), List.of()))
        .isEmpty();
    String error =
        "ct: {schedule: {triggers: [schedule], cadence: '0 3 * * 1 UTC', max_staleness: 6d}}";
    assertThat(Rules.toConfirm(read(error), Rules.findings(read(error)), List.of()))
        .as("an error is repaired, not confirmed")
        .isEmpty();
  }

  @Test
  void a_field_that_nobody_stated_never_makes_more_than_a_warning() {
    String monthly = "ct: {schedule: {triggers: [schedule], cadence: '0 3 1 * * UTC'}}";
    assertThat(one(3, monthly, NOTHING).level()).isEqualTo(Level.WARN);
    assertThat(one(3, monthly.replace("UTC'", "UTC', max_staleness: 30d"), NOTHING).level())
        .isEqualTo(Level.ERROR);
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
  void rule_7_compares_the_labels_that_a_rung_of_words_can_give() {
    String canvas =
        "serving: {fallback: {chain: [{on: [error], use: rule, value: 'prize -> spam; * -> inbx'},"
            + " {on: ['*'], use: reject}]}}";
    Facts known = NOTHING.withLabels(Set.of("inbox", "spam"), Map.of());
    Finding found = one(7, canvas, known);
    assertThat(found.message()).contains("Rung rule").contains("'inbx', none of inbox, spam");
    assertThat(Rules.findings(Patches.apply(read(canvas), found.patch()), known))
        .noneMatch(each -> each.rule() == 7);
    assertThat(rule(7, canvas.replace("inbx", "inbox"), known)).isEmpty();
    assertThat(one(7, canvas, NOTHING).level()).isEqualTo(Level.UNKNOWN);
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
