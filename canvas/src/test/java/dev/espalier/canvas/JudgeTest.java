package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.platform.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each state of the table, at and beside its boundary. */
class JudgeTest {
  private static final Instant NOW = Instant.parse("2026-11-20T00:00:00Z");
  private static final Digest ANSWER = Digest.of("answer");
  private static final Duration DAY = Duration.ofDays(1);
  private final Clause clause =
      Clause.live("c", DAY, "seen").within(Bound.atMost(100, "ms")).atLeast(10);

  private static Evidence measured(double value, long n, Duration age) {
    Observation seen =
        Observation.measured("q", "c", "s", NOW.minus(age), n, value, Optional.empty(), "d", "/x");
    return new Evidence("e", Clause.Kind.LIVE, seen, NOW, DAY, ANSWER);
  }

  private State state(Clause judged, Evidence... rows) {
    return Judge.clause(judged, head(List.of(rows)), ANSWER, NOW).state();
  }

  /** What is known after observations that are given newest first. */
  private static Optional<Head> head(List<Evidence> rows) {
    Trend trend = Trend.NONE;
    for (Evidence each : rows.reversed()) {
      if (each.seen().value().isPresent()) {
        trend = trend.and(each.seen().observedAt(), each.seen().value().getAsDouble());
      }
    }
    // As the store hands it on.
    Trend stored = Trend.parse(trend.text());
    return rows.stream().findFirst().map(last -> new Head(last, stored));
  }

  @Test
  void without_or_with_too_little_evidence_nothing_is_said() {
    assertThat(state(clause)).isEqualTo(State.NO_EVIDENCE);
    assertThat(state(clause, measured(50, 9, DAY))).isEqualTo(State.NO_EVIDENCE);
    assertThat(state(clause, measured(50, 10, DAY))).isEqualTo(State.CONFORMS);
    for (Clause each :
        List.of(Clause.drill("a", "x"), Clause.attest("b", "x"), Clause.recorded("c", "x"))) {
      assertThat(Judge.clause(each, Optional.empty(), ANSWER, NOW).reason()).contains("x");
    }
  }

  @Test
  void a_failure_stays_a_failure_when_it_ages() {
    assertThat(state(clause, measured(101, 10, Duration.ZERO))).isEqualTo(State.VIOLATED);
    assertThat(state(clause, measured(101, 10, Duration.ofDays(90)))).isEqualTo(State.VIOLATED);
  }

  @Test
  void what_is_no_number_was_not_measured() {
    assertThat(state(clause, measured(Double.NaN, 10, DAY))).isEqualTo(State.NO_EVIDENCE);
    assertThat(state(clause, measured(Double.POSITIVE_INFINITY, 10, DAY)))
        .isEqualTo(State.NO_EVIDENCE);
  }

  @Test
  void a_pass_turns_stale_after_its_time_to_live() {
    assertThat(state(clause, measured(50, 10, Duration.ofDays(2)))).isEqualTo(State.CONFORMS);
    assertThat(state(clause, measured(50, 10, Duration.ofDays(2).plusSeconds(1))))
        .isEqualTo(State.STALE);
  }

  @Test
  void the_last_tenth_before_the_bound_is_at_risk() {
    assertThat(state(clause, measured(90, 10, DAY))).isEqualTo(State.CONFORMS);
    assertThat(state(clause, measured(91, 10, DAY))).isEqualTo(State.AT_RISK);
    assertThat(state(clause, measured(100, 10, DAY))).isEqualTo(State.AT_RISK);
    Clause all = Clause.live("c", DAY, "x").within(Bound.atLeast(1, "share"));
    assertThat(state(all, measured(1, 10, DAY))).isEqualTo(State.CONFORMS);
    assertThat(state(all, measured(0.999, 10, DAY))).isEqualTo(State.VIOLATED);
    Clause range = Clause.live("c", DAY, "x").within(Bound.between(0.5, 1.2, "share"));
    assertThat(state(range, measured(1, 10, DAY))).isEqualTo(State.CONFORMS);
    assertThat(state(range, measured(0.51, 10, DAY))).isEqualTo(State.AT_RISK);
    assertThat(state(range, measured(1.19, 10, DAY))).isEqualTo(State.AT_RISK);
    assertThat(state(range, measured(1.21, 10, DAY))).isEqualTo(State.VIOLATED);
    Clause rate = Clause.live("c", DAY, "x").within(Bound.of(Spec.Op.ABOVE, 10, "/s"));
    assertThat(state(rate, measured(10, 10, DAY))).isEqualTo(State.VIOLATED);
    assertThat(state(rate, measured(10.5, 10, DAY))).isEqualTo(State.AT_RISK);
    assertThat(state(rate, measured(12, 10, DAY))).isEqualTo(State.CONFORMS);
    assertThat(Bound.of(Spec.Op.BELOW, 3, "s").op()).isEqualTo("<");
    assertThat(range.bound().orElseThrow().target()).isEqualTo("0.5..1.2");
  }

  @Test
  void a_trend_that_crosses_the_bound_within_a_week_is_at_risk() {
    List<Evidence> rising = new ArrayList<>();
    for (int day = 0; day <= 8; day++) {
      rising.add(measured(80 - 5 * day, 10, Duration.ofDays(day)));
    }
    assertThat(Judge.clause(clause, head(rising), ANSWER, NOW).state()).isEqualTo(State.AT_RISK);
    assertThat(Judge.clause(clause, head(rising.subList(0, 4)), ANSWER, NOW).state())
        .as("three days of history do not predict a week")
        .isEqualTo(State.CONFORMS);
    List<Evidence> falling = new ArrayList<>();
    for (int day = 0; day <= 8; day++) {
      falling.add(measured(40 + 5 * day, 10, Duration.ofDays(day)));
    }
    assertThat(Judge.clause(clause, head(falling), ANSWER, NOW).state()).isEqualTo(State.CONFORMS);
  }

  @Test
  void a_trend_spans_days_however_often_a_value_is_seen() {
    List<Evidence> rows = new ArrayList<>();
    for (int minute = 0; minute < 14 * 24 * 60; minute += 30) {
      rows.add(measured(80 - minute * 5 / 1440.0, 10, Duration.ofMinutes(minute)));
    }
    Head head = head(rows).orElseThrow();
    assertThat(head.trend().points()).hasSizeBetween(14, 15);
    assertThat(Judge.clause(clause, Optional.of(head), ANSWER, NOW).state())
        .isEqualTo(State.AT_RISK);
    assertThat(Trend.parse(head.trend().text())).isEqualTo(head.trend());
    Trend again = head.trend().and(NOW.plusSeconds(60), 3);
    assertThat(again.points()).as("one value a day, the newest").hasSize(15);
    Trend long60 = Trend.NONE;
    for (int day = 0; day < 60; day++) {
      long60 = long60.and(NOW.plus(Duration.ofDays(day)), day);
    }
    assertThat(long60.points()).hasSize(20);
    assertThat(long60.points().getLast().value()).isEqualTo(59);
  }

  @Test
  void a_verdict_speaks_for_its_own_answer_only() {
    Clause verdict = Clause.recorded("c", "x");
    Evidence pass = verdict(true);
    assertThat(state(verdict, pass)).isEqualTo(State.CONFORMS);
    assertThat(state(verdict, verdict(false))).isEqualTo(State.VIOLATED);
    assertThat(Judge.clause(verdict, head(List.of(pass)), Digest.of("other"), NOW).state())
        .isEqualTo(State.NO_EVIDENCE);
    assertThat(state(verdict, measured(1, 10, DAY))).isEqualTo(State.NO_EVIDENCE);
    assertThat(state(clause, verdict(true))).isEqualTo(State.NO_EVIDENCE);
    assertThat(state(verdict.notApplicable("no"), pass)).isEqualTo(State.N_A);
  }

  private static Evidence verdict(boolean pass) {
    Observation seen = Observation.verdict("q", "c", "s", NOW, 20, pass, "d", "/x");
    return new Evidence("e", Clause.Kind.RECORD, seen, NOW, DAY, ANSWER);
  }

  @Test
  void the_worse_state_wins_and_not_applicable_is_ignored() {
    assertThat(State.CONFORMS.worse(State.VIOLATED)).isEqualTo(State.VIOLATED);
    assertThat(State.N_A.worse(State.CONFORMS)).isEqualTo(State.CONFORMS);
    assertThat(State.AT_RISK.worse(State.UNANSWERED)).isEqualTo(State.UNANSWERED);
    for (State each : State.values()) {
      assertThat(each.words()).isNotBlank();
    }
  }
}
