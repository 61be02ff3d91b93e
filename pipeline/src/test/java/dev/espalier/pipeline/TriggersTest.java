package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.canvas.Spec;
import dev.espalier.pipeline.Triggers.History;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TriggersTest {
  // The schedule of Bench: 03:00 UTC each day, at least two hours between runs.
  private static final Instant THREE = Instant.parse("2026-11-21T03:00:00Z");
  private static final Spec.Schedule BOTH = Bench.schedule("make_up", "schedule", "new_data");

  private static History ran(String at, long rows) {
    return new History(Bench.START, Optional.of(Instant.parse(at)), rows);
  }

  @Test
  void is_due_at_the_very_instant_and_not_a_second_before() {
    History history = ran("2026-11-20T03:00:00Z", 0);
    assertThat(Triggers.due(history, THREE.minusSeconds(1), BOTH)).isEmpty();
    assertThat(Triggers.due(history, THREE, BOTH).orElseThrow().trigger()).isEqualTo("schedule");
    assertThat(Triggers.due(ran("2026-11-21T03:00:00Z", 0), THREE, BOTH)).isEmpty();
  }

  @Test
  void keeps_the_least_interval_between_runs() {
    History history = ran("2026-11-21T01:30:00Z", 5);
    assertThat(Triggers.due(history, THREE, BOTH)).isEmpty();
    assertThat(Triggers.due(history, THREE.plusSeconds(1800), BOTH)).isPresent();
  }

  @Test
  void makes_up_a_missed_run_once_unless_the_canvas_skips_it() {
    Instant later = THREE.plus(Duration.ofDays(3)).plusSeconds(7200);
    History history = ran("2026-11-20T03:00:00Z", 0);
    assertThat(Triggers.due(history, later, BOTH).orElseThrow().reason()).contains("made up once");
    assertThat(Triggers.due(history, later, Bench.schedule("skip", "schedule"))).isEmpty();
    assertThat(Triggers.due(history, THREE.plusSeconds(3600), Bench.schedule("skip", "schedule")))
        .as("an hour late is not missed")
        .isPresent();
  }

  @Test
  void counts_from_the_beginning_before_the_first_run() {
    History never = new History(Bench.START, Optional.empty(), 0);
    assertThat(Triggers.due(never, Bench.START.plusSeconds(60), BOTH)).isEmpty();
    assertThat(Triggers.due(never, Bench.START.plusSeconds(3 * 3600), BOTH)).isPresent();
  }

  @Test
  void starts_for_new_rows_only_where_the_canvas_says_so() {
    Instant noon = Instant.parse("2026-11-20T12:00:00Z");
    History rows = ran("2026-11-20T03:00:00Z", 12);
    Cause cause = Triggers.due(rows, noon, BOTH).orElseThrow();
    assertThat(cause.trigger()).isEqualTo("new_data");
    assertThat(cause.reason()).startsWith("12 rows");
    assertThat(Triggers.due(rows, noon, Bench.schedule("skip", "manual"))).isEmpty();
    assertThat(Triggers.due(ran("2026-11-20T03:00:00Z", 0), noon, BOTH)).isEmpty();
  }

  @Test
  void a_schedule_without_a_cron_expression_is_never_due() {
    Spec.Schedule none =
        new Spec.Schedule(
            Set.of("schedule"), Optional.empty(), Duration.ZERO, Duration.ZERO, 1, "never", "skip");
    assertThat(Triggers.due(ran("2026-11-20T03:00:00Z", 0), THREE, none)).isEmpty();
  }

  @Test
  void knows_the_next_instant_and_refuses_what_is_no_cron_expression() {
    assertThat(Triggers.nextDue("0 3 * * *", THREE)).contains(THREE.plus(Duration.ofDays(1)));
    assertThat(Triggers.lastDue("0 3 * * *", THREE)).contains(THREE);
    assertThatThrownBy(() -> Triggers.lastDue("every day", THREE))
        .hasMessageContaining("no cron expression");
  }

  @Test
  void every_cause_has_a_known_trigger_and_a_reason() {
    assertThatThrownBy(() -> new Cause("mood", "x", Optional.empty()))
        .hasMessageContaining("Unknown trigger 'mood'");
    assertThatThrownBy(() -> new Cause("manual", " ", Optional.empty()))
        .hasMessageContaining("reason");
  }
}
