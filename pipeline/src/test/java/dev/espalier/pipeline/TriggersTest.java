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
  private static final Spec.Schedule BOTH = Bench.schedule("make_up", "schedule", "new_data 12");

  private static History ran(String at, long rows) {
    return new History(Bench.START, Optional.of(Instant.parse(at)), rows, 0);
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
    History never = new History(Bench.START, Optional.empty(), 0, 0);
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

  @Test
  void reads_the_zone_behind_the_five_fields_also_across_the_change_to_summer_time() {
    Instant before = Instant.parse("2026-03-28T12:00:00Z");
    assertThat(Triggers.nextDue("0 3 * * * Europe/Berlin", before))
        .as("the clocks go forward at 02:00 that night")
        .contains(Instant.parse("2026-03-29T01:00:00Z"));
    assertThat(Triggers.nextDue("0 3 * * * UTC", before))
        .contains(Instant.parse("2026-03-29T03:00:00Z"));
    assertThat(Triggers.lastDue("0 3 * * * America/New_York", THREE))
        .contains(Instant.parse("2026-11-20T08:00:00Z"));
    assertThatThrownBy(() -> Triggers.nextDue("0 3 * * * Atlantis", before))
        .hasMessageContaining("names no time zone");
  }

  @Test
  void lists_the_times_between_two_instants() {
    assertThat(Triggers.times("0 3 * * 1 UTC", Bench.START, Bench.START.plus(Duration.ofDays(15))))
        .containsExactly(
            Instant.parse("2026-11-23T03:00:00Z"), Instant.parse("2026-11-30T03:00:00Z"));
    assertThat(Triggers.times("* * * * *", Bench.START, Bench.START.plus(Duration.ofDays(30))))
        .as("bounded, however often")
        .hasSize(1000);
  }

  @Test
  void waits_for_a_thousand_new_rows_where_the_canvas_names_no_number() {
    Instant noon = Instant.parse("2026-11-20T12:00:00Z");
    Spec.Schedule plain = Bench.schedule("skip", "new_data");
    assertThat(Triggers.due(ran("2026-11-20T03:00:00Z", 999), noon, plain)).isEmpty();
    assertThat(Triggers.due(ran("2026-11-20T03:00:00Z", 1000), noon, plain)).isPresent();
    Spec.Schedule hundred = Bench.schedule("skip", "new_data: 100");
    assertThat(Triggers.due(ran("2026-11-20T03:00:00Z", 99), noon, hundred)).isEmpty();
    assertThat(Triggers.due(ran("2026-11-20T03:00:00Z", 100), noon, hundred)).isPresent();
  }

  @Test
  void starts_nothing_by_itself_once_the_months_budget_is_spent() {
    History spent =
        new History(Bench.START, Optional.of(Instant.parse("2026-11-20T03:00:00Z")), 5000, 10);
    assertThat(Triggers.due(spent, THREE, BOTH)).isEmpty();
  }

  @Test
  void a_manual_schedule_can_ask_for_nothing() {
    assertThat(Triggers.any(Bench.schedule("skip", "manual", "decay"))).isFalse();
    assertThat(Triggers.any(Bench.schedule("skip", "new_data:5"))).isTrue();
    assertThat(Triggers.any(BOTH)).isTrue();
  }
}
