package dev.espalier.canvas;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
  private static Answers read(String text) {
    // A line of authors belongs into the map of the product.
    String authors =
        text.lines().filter(line -> line.startsWith("authors: ")).findFirst().orElse("");
    String rest = text.lines().filter(line -> !line.equals(authors)).collect(joining("\n"));
    String product = "product: {name: p%s}".formatted(authors.isEmpty() ? "" : ", " + authors);
    return Answers.read(
        ("canvas: espalier/1\n" + product + "\n" + rest).getBytes(StandardCharsets.UTF_8));
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
        "2 | data: {labeling: {label_delay: 8d}}@metrics: [{id: macro_f1, primary: true}]@monitoring: {ml: [{metric: macro_f1, window: 7d}]} | data: {labeling: {label_delay: 8d}}@metrics: [{id: macro_f1, primary: true}]@monitoring: {ml: [{metric: macro_f1, window: 8d}, {metric: confidence, window: 1d}]}",
        "12 | serving: {volume: 1/s, mode: {online: {availability: 99.9%}}}@deploy: {strategy: {steps: [10% for 25921s, 100%]}} | serving: {volume: 1/s, mode: {online: {availability: 99.9%}}}@deploy: {strategy: {steps: [10% for 25920s, 100%]}}",
        "13 | metrics: [{id: macro_f1, primary: true}, {id: tickets, kind: business}]@objectives: [{metric: tickets, target: '<= 9', due: 2027-01-01}] | metrics: [{id: macro_f1, primary: true}, {id: tickets, kind: business, source: push_api}]@objectives: [{metric: tickets, target: '<= 9', due: 2027-01-01}]",
        "14 | authors: {ana: {role: owner, hours: 'Fri 09:00-17:00 UTC'}, ben: {role: approver, hours: 'Fri 09:00-17:00 UTC'}}@deploy: {release_policy: {windows: ['Mon-Thu 00:00-24:00 UTC', 'Fri 08:00-09:00 UTC']}} | authors: {ana: {role: owner, hours: 'Fri 09:00-17:00 UTC'}, ben: {role: approver, hours: 'Fri 09:00-17:00 UTC'}}@deploy: {release_policy: {windows: ['Mon-Thu 00:00-24:00 UTC', 'Fri 08:00-09:01 UTC']}}",
        "15 | deploy: {lead_time: 1h, strategy: {steps: [50% for 61m, 100%]}}@experimentation: [{kind: canary}] | deploy: {lead_time: 1h, strategy: {steps: [50% for 60m, 100%]}}@experimentation: [{kind: canary}]",
      })
  void fires_beyond_the_boundary_and_not_on_it(int rule, String fires, String holds) {
    assertThat(Rules.findings(read(fires.replace("@", "\n")), Facts.unknown()))
        .filteredOn(f -> f.rule() == rule)
        .singleElement()
        .satisfies(f -> {
          assertThat(f.level())
              .isEqualTo(rule == 4 || rule == 12 ? Plan.Level.WARN : Plan.Level.ERROR);
          assertThat(f.message()).isNotBlank();
          assertThat(f.repair()).isNotBlank();
        });
    assertThat(Rules.findings(read(holds.replace("@", "\n")), Facts.unknown()))
        .noneMatch(f -> f.rule() == rule && f.level() != Plan.Level.UNKNOWN);
  }

  @Test
  void an_unconfirmed_default_never_makes_more_than_a_warning() {
    assertThat(Rules.findings(read("deploy: {lead_time: 1m}"), Facts.unknown()))
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
            "objectives.objectives[a].target TIGHTENED");
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
