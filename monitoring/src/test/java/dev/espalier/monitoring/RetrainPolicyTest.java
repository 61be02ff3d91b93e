package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.monitoring.RetrainDecision.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetrainPolicyTest {
  private static final Instant NOW = Instant.parse("2002-10-01T00:00:00Z");
  private final RetrainPolicy policy = new RetrainPolicy(Duration.ofDays(1), 2);

  private static RetrainDecision past(Instant at, boolean started, Optional<Outcome> outcome) {
    return new RetrainDecision(
        "d" + at,
        "mail",
        at,
        true,
        "decay",
        "why",
        "i",
        "a",
        started ? Optional.of("run_" + at) : Optional.empty(),
        started ? Optional.of(at) : Optional.empty(),
        outcome);
  }

  @Test
  void the_first_alarm_retrains_and_says_why() {
    assertThat(policy.decide(List.of(), NOW, "because"))
        .isEqualTo(new RetrainPolicy.Answer(true, "because"));
  }

  @Test
  void one_at_a_time_whether_it_waits_or_runs() {
    assertThat(policy.decide(List.of(past(NOW, false, Optional.empty())), NOW, "").fire())
        .isFalse();
    Instant longAgo = NOW.minus(Duration.ofDays(30));
    assertThat(policy.decide(List.of(past(longAgo, true, Optional.empty())), NOW, "").reason())
        .contains("still under way");
  }

  @Test
  void the_cooldown_ends_exactly_when_it_says() {
    List<RetrainDecision> history = List.of(past(NOW, true, Optional.of(Outcome.PROMOTED)));
    Instant free = NOW.plus(Duration.ofDays(1));

    assertThat(policy.decide(history, free.minusMillis(1), "").fire()).isFalse();
    assertThat(policy.decide(history, free, "").fire()).isTrue();
  }

  @Test
  void too_many_failures_in_a_row_wait_for_a_person() {
    List<RetrainDecision> history = new ArrayList<>();
    history.add(past(NOW.minus(Duration.ofDays(9)), true, Optional.of(Outcome.FAILED)));
    history.add(past(NOW.minus(Duration.ofDays(5)), true, Optional.of(Outcome.NOT_PROMOTED)));
    assertThat(policy.decide(history, NOW, "").reason()).contains("2 retrainings failed in a row");

    history.add(past(NOW.minus(Duration.ofDays(3)), true, Optional.of(Outcome.PROMOTED)));
    assertThat(policy.decide(history, NOW, "").fire()).isTrue();
  }
}
