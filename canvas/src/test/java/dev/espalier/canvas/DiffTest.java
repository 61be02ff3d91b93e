package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.Plan.Change;
import dev.espalier.canvas.Plan.Direction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a change does to the promise, and which version follows from it. */
class DiffTest {
  private static Answers read(String text) {
    return Answers.read(
        ("canvas: espalier/1\nproduct: {name: p}\n" + text.replace("@", "\n"))
            .getBytes(StandardCharsets.UTF_8));
  }

  private static List<Change> diff(String before, String after) {
    return Diff.between(read(before), read(after));
  }

  private static Change one(String before, String after) {
    List<Change> changes = diff(before, after);
    assertThat(changes).hasSize(1);
    return changes.getFirst();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // a duration, a share, a number, a size: lower or higher is stricter
        "serving: {mode: {online: {p95: 40ms}}} | serving: {mode: {online: {p95: 30ms}}} | serving.mode.online.p95",
        "serving: {mode: {online: {availability: 99% per 30d}}} | serving: {mode: {online: {availability: 99.9% per 30d}}} | serving.mode.online.availability",
        "deploy: {strategy: {min_requests: 100}} | deploy: {strategy: {min_requests: 101}} | deploy.strategy.min_requests",
        "deploy: {format: {max_size: 2GB}} | deploy: {format: {max_size: 1999MB}} | deploy.format.max_size",
        "serving: {volume: {expected: 60/min}} | serving: {volume: {expected: 2/s}} | serving.volume.expected",
        // sets: more forbidden, more required, more checked
        "deploy: {format: {forbidden: [pickle]}} | deploy: {format: {forbidden: [pickle, zip]}} | deploy.format.forbidden",
        "deploy: {release_policy: {requires: [gates]}} | deploy: {release_policy: {requires: [gates, ci]}} | deploy.release_policy.requires",
        "nfr: [{attribute: cost, target: '<= 1', when: [ci]}] | nfr: [{attribute: cost, target: '<= 1', when: [ci, live]}] | nfr.requirements[cost].when",
        // yes and no
        "nfr: [{attribute: cost, target: '<= 1', blocking: no}] | nfr: [{attribute: cost, target: '<= 1', blocking: yes}] | nfr.requirements[cost].blocking",
        "deploy: {release_policy: {four_eyes: no}} | deploy: {release_policy: {four_eyes: yes}} | deploy.release_policy.four_eyes",
        // words in order
        "data: {versioning: optional} | data: {versioning: mandatory} | data.versioning",
        "ct: {schedule: {auto_promote: to_canary}} | ct: {schedule: {auto_promote: never}} | ct.schedule.auto_promote",
        // bounds
        "objectives: [{id: a, metric: m, target: '>= 80%', due: 2027-01-01}] | objectives: [{id: a, metric: m, target: '>= 81%', due: 2027-01-01}] | objectives.objectives[a].target",
        "objectives: [{id: a, metric: m, target: '<= 80%', due: 2027-01-01}] | objectives: [{id: a, metric: m, target: '< 80%', due: 2027-01-01}] | objectives.objectives[a].target",
        "nfr: [{attribute: fairness, target: 'DIR in [0.7, 1.3]'}] | nfr: [{attribute: fairness, target: 'DIR in [0.8, 1.3]'}] | nfr.requirements[fairness].target",
        "objectives: [{id: a, metric: m, target: '>= 80%', due: 2027-01-02}] | objectives: [{id: a, metric: m, target: '>= 80%', due: 2027-01-01}] | objectives.objectives[a].due",
        "evaluation: {offline: {gates: ['macro_f1 >= champion - 1pp']}} | evaluation: {offline: {gates: ['macro_f1 >= champion - 0.5pp']}} | evaluation.offline.gates[macro_f1 champion]",
        "monitoring: {decay: [{id: f, type: performance_drop, alert: 5% rel}]} | monitoring: {decay: [{id: f, type: performance_drop, alert: 4% rel}]} | monitoring.decay.detectors[f].alert"
      })
  void one_way_tightens_and_the_other_loosens(String loose, String tight, String path) {
    Change forth = one(loose, tight);
    assertThat(forth.path()).isEqualTo(path);
    assertThat(forth.direction()).isEqualTo(Direction.TIGHTENED);
    assertThat(forth.loosens()).isFalse();
    Change back = one(tight, loose);
    assertThat(back.direction()).isEqualTo(Direction.LOOSENED);
    assertThat(back.loosens()).isTrue();
    assertThat(back.before()).isEqualTo(forth.after());
    assertThat(Diff.next(Optional.of("1.2.3"), List.of(forth))).isEqualTo("1.3.0");
    assertThat(Diff.next(Optional.of("1.2.3"), List.of(back))).isEqualTo("2.0.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // another comparison, another metric, a set that is neither smaller nor larger
        "objectives: [{id: a, metric: m, target: '>= 80%', due: 2027-01-01}] | objectives: [{id: a, metric: m, target: '<= 80%', due: 2027-01-01}]",
        "nfr: [{attribute: fairness, target: 'DIR in [0.8, 1.3]'}] | nfr: [{attribute: fairness, target: 'DIR in [0.7, 1.2]'}]",
        "evaluation: {offline: {gates: ['macro_f1 >= champion']}} | evaluation: {offline: {gates: ['macro_f1 >= baseline']}}",
        "deploy: {format: {forbidden: [pickle]}} | deploy: {format: {forbidden: [zip]}}",
        // a promise that is no longer there
        "objectives: [{id: a, metric: m, target: '>= 80%', due: 2027-01-01}, {id: b, metric: n, target: '>= 1%', due: 2027-01-01}] | objectives: [{id: a, metric: m, target: '>= 80%', due: 2027-01-01}]",
        "monitoring: {ml: [{metric: confidence, target: '>= 0.5'}]} | monitoring: {ml: [{metric: confidence}]}",
        "monitoring: {decay: [{id: f}, {id: g}]} | monitoring: {decay: [{id: f}]}",
        "deploy: {strategy: {guardrails: ['error <= 1%', 'psi <= 0.2']}} | deploy: {strategy: {guardrails: ['error <= 1%']}}",
        // set aside
        "serving: {volume: 1/s} | serving: {volume: {n/a: nobody knows}}",
        "serving: {volume: 1/s} | serving: {volume: {deferred: {owner: ana, due: 2027-01-01}}}",
        "model: {family: linear} | feasibility: {n/a: we just do it}@model: {family: linear}"
      })
  void what_cannot_be_compared_or_is_gone_counts_as_loosened(String before, String after) {
    List<Change> changes = diff(before, after);
    assertThat(changes).as(changes.toString()).anyMatch(Change::loosens);
    assertThat(Diff.next(Optional.of("1.0.0"), changes)).isEqualTo("2.0.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "model: {family: linear} | model: {family: encoder} | NEUTRAL | 1.3.0",
        "ct: {schedule: {catch_up: skip}} | ct: {schedule: {catch_up: run_once}} | NEUTRAL | 1.3.0",
        "value: {benefit: a} | value: {benefit: b} | TEXT | 1.2.4",
        "model: {family: linear, why: a} | model: {family: linear, why: b} | TEXT | 1.2.4",
        "metrics: [{id: a, primary: true}] | metrics: [{id: a, primary: true}, {id: b}] | ADDED | 1.3.0",
        "serving: {volume: {deferred: {owner: ana, due: 2027-01-01}}} | serving: {volume: 1/s} | ADDED | 1.3.0",
        "data: {schema: a} | data: {schema: b} | NEUTRAL | 2.0.0"
      })
  void says_what_kind_of_change_it_is(String before, String after, Direction kind, String next) {
    Change change = one(before, after);
    assertThat(change.direction()).isEqualTo(kind);
    assertThat(change.loosens()).isFalse();
    assertThat(Diff.next(Optional.of("1.2.3"), List.of(change))).isEqualTo(next);
  }

  @Test
  void comments_order_and_spelling_change_nothing() {
    assertThat(
            diff(
                "deploy: {strategy: {rollback_time: 60s}, lead_time: 24h}@model: {family: linear}",
                "model: {family: linear} # simple@deploy: {lead_time: 1d, strategy: {rollback_time: PT1M}}"))
        .isEmpty();
    assertThat(
            diff(
                "monitoring: {decay: [{id: a}, {id: b}]}",
                "monitoring: {decay: [{id: b}, {id: a}]}"))
        .as("items are known by their names")
        .isEmpty();
  }

  @Test
  void two_bounds_on_one_metric_are_two_promises() {
    List<Change> changes =
        diff(
            "deploy: {strategy: {guardrails: ['p95 <= 40ms', 'p95 >= 1ms']}}",
            "deploy: {strategy: {guardrails: ['p95 <= 30ms', 'p95 >= 1ms']}}");
    assertThat(changes)
        .singleElement()
        .satisfies(c -> assertThat(c.path()).isEqualTo("deploy.strategy.guardrails[p95 at most]"));
  }

  @Test
  void a_waiver_loosens_when_it_begins_or_lasts_longer() {
    String base = "nfr: [{attribute: cost, target: '<= 1', when: [ci]}]@";
    String until = "waivers: [{question: nfr, clause: ci:cost, until: %s, why: %s}]";
    String may = base + until.formatted("2027-05-01", "late");
    String june = base + until.formatted("2027-06-01", "late");
    assertThat(one(base, may).loosens()).isTrue();
    assertThat(one(base, may).path()).isEqualTo("waivers[nfr#ci:cost]");
    assertThat(one(may, june).direction()).isEqualTo(Direction.LOOSENED);
    assertThat(one(june, may).direction()).isEqualTo(Direction.TIGHTENED);
    assertThat(one(may, base).loosens()).isFalse();
    assertThat(one(may, base + until.formatted("2027-05-01", "later")).direction())
        .isEqualTo(Direction.TEXT);
  }
}
