package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.Plan.Finding;
import dev.espalier.canvas.Plan.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every rule on canvases drawn at random; a failure names its seed. */
class RulePropertiesTest {
  private static final int CANVASES = 150;
  private static final Facts FACTS =
      new Facts(
          Optional.of(new Facts.Capacity(40, true, "this machine")),
          Optional.empty(),
          List.of(new Facts.Node("here", Optional.of("eu-west-1"), Set.of())),
          Optional.of(Duration.ofDays(3)),
          Optional.of(Duration.ofMinutes(12)),
          Optional.of(Duration.ofMinutes(50)),
          Optional.of(Set.of("inbox", "spam")),
          Map.of("baseline", Set.of("inbox", "spam")),
          Optional.of(Set.of("lang")));

  private static String pick(Random random, String... words) {
    return words[random.nextInt(words.length)];
  }

  /** Top-level parts of a canvas that breaks some rules and keeps others. */
  private static List<String> parts(Random r) {
    List<String> parts = new ArrayList<>();
    parts.add(
        "product: {name: p, authors: {ana: {role: owner, hours: '%1$s 09:00-17:00 UTC'}, ben: {role: approver, hours: '%1$s 09:00-17:00 UTC'}}}"
            .formatted(pick(r, "Fri", "Sat", "Mon-Fri")));
    parts.add(
        "data: {labeling: {label_delay: %s}}".formatted(pick(r, "1d", "6d", "7d", "8d", "20d")));
    parts.add(
        ("monitoring: {decay: [{id: a, type: performance_drop, window: %s},"
                + " {id: b, type: concept_drift, window: %s}]}")
            .formatted(pick(r, "5d", "7d", "14d"), pick(r, "5d", "7d", "14d")));
    parts.add(
        ("ct: {schedule: {triggers: [schedule], cadence: '0 3 * * 1 UTC', max_staleness: %s,"
                + " auto_promote: %s}, where: {run_in: embedded, residency: [%s]}}")
            .formatted(
                pick(r, "5d", "7d", "9d"),
                pick(r, "to_canary", "to_production"),
                pick(r, "eu", "us")));
    parts.add(
        ("serving: {volume: {expected: %s}, accelerator: {kind: %s, need: required},"
                + " mode: {online: {timeout: %s, availability: %s}},"
                + " fallback: {primary_timeout: 300ms, chain: [{on: [error], use: baseline,"
                + " timeout: %s}, {on: ['*'], use: default_value, value: %s, timeout: 10ms}]}}")
            .formatted(
                pick(r, "1/s", "10/s", "30/s"),
                pick(r, "none", "gpu"),
                pick(r, "400ms", "1s"),
                pick(r, "99%", "99.9%", "99.99%"),
                pick(r, "50ms", "90ms", "200ms"),
                pick(r, "inbox", "inbx")));
    parts.add(
        ("deploy: {lead_time: %s, release_policy: {four_eyes: %s, windows: ['Mon-Thu 09:00-16:00 UTC']},"
                + " strategy: {min_requests: %s, steps: [1%% for 10m, 50%% for %s, 100%%]},"
                + " targets: [{name: one, zone: %s}]}")
            .formatted(
                pick(r, "1h", "6h", "2d"),
                pick(r, "yes", "no"),
                pick(r, "50", "500"),
                pick(r, "1h", "3h"),
                pick(r, "eu", "us-east-1")));
    parts.add("solution: {constraints: [{kind: residency, target: eu}]}");
    parts.add("model: {family: %s, arch: {causal: no}}".formatted(pick(r, "encoder", "decoder")));
    parts.add(
        "metrics: [{id: macro_f1, primary: true}, {id: tickets, kind: business%s}]"
            .formatted(pick(r, "", ", source: push_api")));
    parts.add(
        "objectives: [{id: O1, metric: %s, target: '>= 1', due: 2027-01-01}, {id: O2, metric: tickets, target: '<= 9', due: 2027-01-01}]"
            .formatted(pick(r, "macro_f1", "speed")));
    parts.add(
        "nfr: [{attribute: fairness, slice: %s, target: 'DIR in [0.8, 1.25]', when: [ct]}]"
            .formatted(pick(r, "lang", "age")));
    parts.add("experimentation: [{kind: shadow, min_duration: %s}]".formatted(pick(r, "1h", "5h")));
    return parts;
  }

  private static Answers read(List<String> parts) {
    return Answers.read(
        ("canvas: espalier/1\n" + String.join("\n", parts)).getBytes(StandardCharsets.UTF_8));
  }

  private static Set<String> summary(Answers answers) {
    Set<String> lines = new TreeSet<>();
    Rules.findings(answers, FACTS)
        .forEach(f ->
            lines.add("%d %s %s %s".formatted(f.rule(), f.level(), f.questions(), f.message())));
    return lines;
  }

  @Test
  void every_rule_fires_somewhere_and_its_repair_removes_it() {
    Set<Integer> fired = new HashSet<>();
    for (long seed = 0; seed < CANVASES; seed++) {
      Answers answers = read(parts(new Random(seed)));
      for (Finding finding : Rules.findings(answers, FACTS)) {
        fired.add(finding.rule());
        assertThat(finding.message()).as("seed %d", seed).matches(".*[A-Za-z].*");
        assertThat(finding.questions()).as("seed %d rule %d", seed, finding.rule()).isNotEmpty();
        if (finding.level() == Level.UNKNOWN) {
          continue;
        }
        assertThat(finding.repair()).as("seed %d rule %d", seed, finding.rule()).isNotBlank();
        Answers repaired = Patches.apply(answers, finding.patch());
        assertThat(Rules.findings(repaired, FACTS))
            .as("seed %d: rule %d after %s", seed, finding.rule(), finding.patch())
            .noneMatch(
                left -> left.rule() == finding.rule() && left.message().equals(finding.message()));
      }
    }
    assertThat(fired).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  }

  @Test
  void all_repairs_one_after_the_other_leave_no_error() {
    for (long seed = 0; seed < CANVASES; seed++) {
      Answers answers = read(parts(new Random(seed)));
      for (int round = 0; round < 40; round++) {
        Optional<Finding> next =
            Rules.findings(answers, FACTS).stream()
                .filter(f -> f.level() == Level.ERROR)
                .findFirst();
        if (next.isEmpty()) {
          break;
        }
        answers = Patches.apply(answers, next.get().patch());
      }
      assertThat(Rules.findings(answers, FACTS))
          .as("seed %d", seed)
          .noneMatch(f -> f.level() == Level.ERROR);
    }
  }

  /** Parts that stand on a bound, with what lies just beyond it, by the rule. */
  private record Edge(int rule, String equal, String beyond, Facts facts) {}

  private static List<Edge> edges(Random r) {
    int days = 2 + r.nextInt(60);
    int perSecond = 1 + r.nextInt(50);
    int percent = 1 + r.nextInt(40);
    int rungs = 1 + r.nextInt(4);
    int each = 10 + r.nextInt(200);
    int primary = 100 + r.nextInt(500);
    int hold = 100 * (1 + r.nextInt(30));
    int minutes = 1 + r.nextInt(50);
    Facts none = Facts.unknown();
    String late =
        "data: {labeling: {label_delay: %s}}\nmonitoring: {decay: [{id: d, type: performance_drop, window: %dd}]}";
    String fresh =
        "ct: {schedule: {triggers: [schedule], cadence: '0 3 * * 1 UTC', max_staleness: %s}}";
    String step =
        "serving: {volume: %d/s}\ndeploy: {strategy: {min_requests: %d, steps: [%d%% for %ds, 100%%]}}";
    String chain =
        "serving: {mode: {online: {timeout: %dms}}, fallback: {primary_timeout: %dms, chain: [%s]}}";
    String tries = "{on: [error], use: reject, timeout: %dms}, ".formatted(each).repeat(rungs);
    String rest = tries.substring(0, tries.length() - 2);
    String volume = "serving: {volume: {expected: %d/s, peak_factor: 2, headroom: 50%%}}";
    String lead =
        "deploy: {lead_time: %s, strategy: {steps: [50%% for %dm, 100%%]}}\nexperimentation: [{kind: canary}]";
    Facts times =
        none.withTimes(
            Optional.empty(),
            Optional.of(Duration.ofMinutes(minutes)),
            Optional.of(Duration.ofMinutes(2L * minutes)));
    int sum = primary + rungs * each;
    return List.of(
        new Edge(
            1,
            volume.formatted(perSecond),
            volume.formatted(perSecond + 1),
            none.withCapacity(new Facts.Capacity(3.0 * perSecond, true, "here"))),
        new Edge(2, late.formatted(days + "d", days), late.formatted(days + "d1s", days), none),
        new Edge(3, fresh.formatted("7d"), fresh.formatted("6d23h59m59s"), none),
        new Edge(
            4,
            step.formatted(perSecond, perSecond * percent * hold / 100, percent, hold),
            step.formatted(perSecond, perSecond * percent * hold / 100 + 1, percent, hold),
            none),
        new Edge(
            10, chain.formatted(sum, primary, rest), chain.formatted(sum - 1, primary, rest), none),
        new Edge(
            15,
            lead.formatted(4 * minutes + "m", minutes),
            lead.formatted(4 * minutes - 1 + "m59s", minutes),
            times));
  }

  @Test
  void equality_never_fires_and_a_step_beyond_it_always_does() {
    for (long seed = 0; seed < CANVASES; seed++) {
      for (Edge edge : edges(new Random(seed))) {
        assertThat(fired(edge.rule(), edge.equal(), edge.facts()))
            .as("seed %d: rule %d at equality, %s", seed, edge.rule(), edge.equal())
            .isEmpty();
        assertThat(fired(edge.rule(), edge.beyond(), edge.facts()))
            .as("seed %d: rule %d beyond, %s", seed, edge.rule(), edge.beyond())
            .isNotEmpty();
      }
    }
  }

  private static List<Finding> fired(int rule, String part, Facts facts) {
    return Rules.findings(read(List.of("product: {name: p}", part)), facts).stream()
        .filter(each -> each.rule() == rule && each.level() != Level.UNKNOWN)
        .toList();
  }

  @Test
  void the_order_of_a_document_changes_nothing() {
    for (long seed = 0; seed < CANVASES; seed++) {
      List<String> parts = parts(new Random(seed));
      Set<String> before = summary(read(parts));
      Collections.shuffle(parts, new Random(seed + 1));
      List<String> swapped =
          parts.stream()
              .map(part ->
                  part.startsWith("objectives: ")
                      ? part.replaceAll("\\[(\\{id: O1.*?\\}), (\\{id: O2.*?\\})\\]", "[$2, $1]")
                      : part)
              .toList();
      assertThat(summary(read(swapped))).as("seed %d", seed).isEqualTo(before);
    }
  }

  @Test
  void tightening_something_else_removes_no_finding() {
    List<Patch> tighter =
        List.of(
            new Patch("registry.decay.half_life_min", text("P90D")),
            new Patch("monitoring.alerts.pages_per_week", number(1)),
            new Patch("ct.workflow.success", number(0.999)),
            new Patch("serving.mode.online.p99", text("PT0.15S")),
            new Patch("feasibility.min_rows", number(5000)),
            new Patch("deploy.strategy.rollback_time", text("PT5S")));
    for (long seed = 0; seed < CANVASES; seed++) {
      Answers answers = read(parts(new Random(seed)));
      Patch patch = tighter.get((int) (seed % tighter.size()));
      assertThat(summary(Patches.apply(answers, List.of(patch))))
          .as("seed %d, %s", seed, patch.path())
          .containsAll(summary(answers));
    }
  }

  private static com.fasterxml.jackson.databind.JsonNode text(String value) {
    return com.fasterxml.jackson.databind.node.TextNode.valueOf(value);
  }

  private static com.fasterxml.jackson.databind.JsonNode number(double value) {
    return com.fasterxml.jackson.databind.node.DoubleNode.valueOf(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "src/test/resources/canvases/valid/minimal.yaml",
        "src/test/resources/canvases/valid/all-default.yaml",
        "src/test/resources/canvases/valid/complete.yaml",
        "../examples/quickstart/canvas.yaml",
        "../examples/mail-filter/canvas.yaml"
      })
  void the_shipped_canvases_have_no_error_whether_or_not_anything_is_known(String file)
      throws Exception {
    Answers answers = Answers.read(Files.readAllBytes(Path.of(file)));
    for (Facts facts : List.of(Facts.unknown(), known())) {
      assertThat(Rules.findings(answers, facts)).as(file).noneMatch(f -> f.level() == Level.ERROR);
    }
  }

  /** A world in which the complete example can live: its labels, its fields, its region. */
  private static Facts known() {
    return new Facts(
        Optional.of(new Facts.Capacity(60, true, "this machine")),
        Optional.empty(),
        List.of(new Facts.Node("here", Optional.of("eu-west-1"), Set.of())),
        Optional.of(Duration.ofDays(2)),
        Optional.of(Duration.ofMinutes(15)),
        Optional.of(Duration.ofHours(1)),
        Optional.of(Set.of("inbox", "spam", "phishing", "ham", "easy_ham")),
        Map.of(),
        Optional.of(Set.of("lang", "sender_kind")));
  }
}
