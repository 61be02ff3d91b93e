package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
  private static Answers read(String text) {
    return Answers.read(
        ("canvas: espalier/1\nproduct: {name: p}\n" + text).getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "2 | data: {labeling: {label_delay: 8d}}@monitoring: {decay: [{id: a, type: performance_drop, window: 7d}]} | data: {labeling: {label_delay: 7d}}@monitoring: {decay: [{id: a, type: performance_drop, window: 7d}]}",
        "3 | ct: {schedule: {triggers: [schedule], cadence: '0 3 * * 1 UTC', max_staleness: 6d}} | ct: {schedule: {triggers: [schedule], cadence: '0 3 * * 1 UTC', max_staleness: 7d}}",
        "4 | serving: {volume: 1/s}@deploy: {strategy: {steps: [10% for 30m, 100%], min_requests: 181}} | serving: {volume: 1/s}@deploy: {strategy: {steps: [10% for 30m, 100%], min_requests: 180}}",
        "5 | ct: {schedule: {auto_promote: to_production}}@deploy: {release_policy: {four_eyes: yes}} | ct: {schedule: {auto_promote: to_production}}@deploy: {release_policy: {four_eyes: no}}",
        "10 | serving: {mode: {online: {timeout: 1s}}, fallback: {primary_timeout: 900ms, chain: [{on: [error], use: reject, timeout: 101ms}]}} | serving: {mode: {online: {timeout: 1s}}, fallback: {primary_timeout: 900ms, chain: [{on: [error], use: reject, timeout: 100ms}]}}",
        "11 | model: {family: decoder, arch: {causal: no}} | model: {family: decoder}",
        "13 | metrics: [{id: macro_f1, primary: true}]@objectives: [{metric: speed, target: '>= 1', due: 2027-01-01}] | metrics: [{id: macro_f1, primary: true}]@objectives: [{metric: macro_f1, target: '>= 1', due: 2027-01-01}]",
        "15 | deploy: {lead_time: 1h, strategy: {steps: [50% for 61m, 100%]}}@experimentation: [{kind: canary}] | deploy: {lead_time: 1h, strategy: {steps: [50% for 60m, 100%]}}@experimentation: [{kind: canary}]",
      })
  void fires_beyond_the_boundary_and_not_on_it(int rule, String fires, String holds) {
    assertThat(Rules.findings(read(fires.replace("@", "\n"))))
        .filteredOn(f -> f.rule() == rule)
        .singleElement()
        .satisfies(f -> {
          assertThat(f.level()).isEqualTo(rule == 4 ? Plan.Level.WARN : Plan.Level.ERROR);
          assertThat(f.message()).isNotBlank();
          assertThat(f.repair()).isNotBlank();
        });
    assertThat(Rules.findings(read(holds.replace("@", "\n")))).noneMatch(f -> f.rule() == rule);
  }

  @Test
  void an_unconfirmed_default_never_makes_more_than_a_warning() {
    assertThat(Rules.findings(read("deploy: {lead_time: 1m}")))
        .filteredOn(f -> f.rule() == 15)
        .allMatch(f -> f.level() == Plan.Level.WARN);
  }

  @Test
  void every_question_has_one_key_and_clauses_with_their_own_ids() {
    assertThat(Question.all()).extracting(Question::key).doesNotHaveDuplicates().hasSize(90);
    assertThat(Question.all()).extracting(Question::id).doesNotHaveDuplicates();
    Answers answers = read("serving: {volume: 1/s}");
    for (Given<?> given : answers.all()) {
      assertThat(Board.clauses(answers, given))
          .as(given.question().key())
          .extracting(Clause::id)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void tells_tightening_from_loosening() {
    Answers before =
        read(
            "deploy: {strategy: {min_requests: 100}, format: {forbidden: [pickle]}}\nobjectives: [{id: a, metric: m, target: '>= 80%', due: 2027-01-01}]");
    Answers after =
        read(
            "deploy: {strategy: {min_requests: 90}, format: {forbidden: [pickle, zip]}}\nobjectives: [{id: a, metric: m, target: '>= 90%', due: 2027-01-01}]");
    assertThat(Diff.between(before, after))
        .extracting(c -> c.path() + " " + c.direction())
        .containsExactlyInAnyOrder(
            "deploy.strategy.min_requests LOOSENED",
            "deploy.format.forbidden TIGHTENED",
            "objectives.objectives[a] TIGHTENED");
    assertThat(Diff.between(after, before)).anyMatch(c -> c.direction() == Plan.Direction.LOOSENED);
    assertThat(
            Diff.next(
                java.util.Optional.of("1.2.3"),
                Diff.between(before, read("objectives: {n/a: none}"))))
        .isEqualTo("2.0.0");
    Answers why = read("model: {family: linear, why: a}");
    Answers because = read("model: {family: linear, why: b}");
    assertThat(Diff.next(java.util.Optional.of("1.2.3"), Diff.between(why, because)))
        .isEqualTo("1.2.4");
  }
}
