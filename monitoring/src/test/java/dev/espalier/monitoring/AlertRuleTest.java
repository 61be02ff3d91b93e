package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.Spec.Op;
import dev.espalier.monitoring.AlertRule.Position;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AlertRuleTest {
  private static final Instant DAY = Instant.parse("2002-09-26T00:00:00Z");

  @Test
  void fires_at_once_without_a_hold_and_resolves_when_all_is_well() {
    AlertRule rule = new AlertRule(Duration.ZERO);

    Position firing = rule.next(Position.start(DAY), Verdict.ALERT, DAY);
    Position resolved = rule.next(firing, Verdict.OK, DAY.plusSeconds(1));

    assertThat(firing.state()).isEqualTo(AlertState.FIRING);
    assertThat(resolved.state()).isEqualTo(AlertState.RESOLVED);
    assertThat(rule.next(resolved, Verdict.ALERT, DAY.plusSeconds(2)).state())
        .isEqualTo(AlertState.FIRING);
  }

  @Test
  void stays_pending_until_the_hold_has_passed() {
    AlertRule rule = new AlertRule(Duration.ofDays(2));

    Position first = rule.next(Position.start(DAY), Verdict.ALERT, DAY);
    Position second = rule.next(first, Verdict.ALERT, DAY.plus(Duration.ofDays(1)));
    Position third = rule.next(second, Verdict.ALERT, DAY.plus(Duration.ofDays(2)));

    assertThat(first.state()).isEqualTo(AlertState.PENDING);
    assertThat(second).isEqualTo(first);
    assertThat(third.state()).isEqualTo(AlertState.FIRING);
  }

  @Test
  void a_warning_ends_pending_but_keeps_firing() {
    AlertRule rule = new AlertRule(Duration.ofDays(1));
    Position pending = new Position(AlertState.PENDING, DAY);
    Position firing = new Position(AlertState.FIRING, DAY);

    assertThat(rule.next(pending, Verdict.WARN, DAY).state()).isEqualTo(AlertState.INACTIVE);
    assertThat(rule.next(firing, Verdict.WARN, DAY)).isEqualTo(firing);
  }

  @Test
  void missing_data_changes_no_state() {
    AlertRule rule = new AlertRule(Duration.ZERO);
    for (AlertState state : AlertState.values()) {
      Position before = new Position(state, DAY);
      assertThat(rule.next(before, Verdict.INSUFFICIENT, DAY.plusSeconds(9))).isEqualTo(before);
    }
  }

  @Test
  void only_an_interval_clear_of_the_bound_alerts_or_is_well() {
    assertThat(AlertRule.judge(Op.ABOVE, 0.1, 0.1, 0.15, 0.101, 0.2)).isEqualTo(Verdict.ALERT);
    assertThat(AlertRule.judge(Op.ABOVE, 0.1, 0.1, 0.15, 0.1, 0.2)).isEqualTo(Verdict.WARN);
    assertThat(AlertRule.judge(Op.ABOVE, 0.1, 0.1, 0.05, 0.02, 0.12)).isEqualTo(Verdict.WARN);
    assertThat(AlertRule.judge(Op.ABOVE, 0.1, 0.1, 0.05, 0.02, 0.1)).isEqualTo(Verdict.OK);
    assertThat(AlertRule.judge(Op.ABOVE, 0.1, 0.04, 0.05, 0.02, 0.09)).isEqualTo(Verdict.WARN);
    assertThat(AlertRule.judge(Op.BELOW, 0.8, 0.8, 0.7, 0.6, 0.79)).isEqualTo(Verdict.ALERT);
    assertThat(AlertRule.judge(Op.BELOW, 0.8, 0.8, 0.9, 0.85, 0.95)).isEqualTo(Verdict.OK);
  }
}
