package dev.espalier.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.EspalierException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When releases may begin: weekdays, midnights, the two clock changes of 2026, freezes. */
class CalendarTest {
  private static Calendar calendar(List<String> windows, List<String> freezes) {
    return Calendar.of(Rig.policy("deployment", 0, windows, freezes, Set.of()));
  }

  private static boolean open(String window, String at) {
    return calendar(List.of(window), List.of()).closed(Instant.parse(at)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    // 2026-01-01 is a Thursday.
    "Mon-Thu 09:00-16:00, 2026-01-01T08:59:59Z, false",
    "Mon-Thu 09:00-16:00, 2026-01-01T09:00:00Z, true",
    "Mon-Thu 09:00-16:00, 2026-01-01T15:59:59Z, true",
    "Mon-Thu 09:00-16:00, 2026-01-01T16:00:00Z, false",
    "Mon-Thu 09:00-16:00, 2026-01-02T12:00:00Z, false",
    "Thu 00:00-24:00, 2026-01-01T23:59:59Z, true",
    "Thu 00:00-24:00, 2026-01-02T00:00:00Z, false",
    // Over the week's end: Saturday to Monday.
    "Sat-Mon 10:00-11:00, 2026-01-04T10:30:00Z, true",
    "Sat-Mon 10:00-11:00, 2026-01-06T10:30:00Z, false",
    // Over midnight: the Thursday window reaches into Friday, and no further.
    "Thu 22:00-06:00, 2026-01-01T21:59:59Z, false",
    "Thu 22:00-06:00, 2026-01-01T22:00:00Z, true",
    "Thu 22:00-06:00, 2026-01-02T05:59:59Z, true",
    "Thu 22:00-06:00, 2026-01-02T06:00:00Z, false",
    "Thu 22:00-06:00, 2026-01-02T23:00:00Z, false",
    "Thu 22:00-06:00, 2026-01-01T03:00:00Z, false",
    "Sun 22:00-06:00, 2026-01-05T05:00:00Z, true",
    // Another zone decides the weekday too: Friday in Tokyo is still Thursday in London.
    "Fri 00:00-24:00 Asia/Tokyo, 2026-01-01T15:00:00Z, true",
    "Fri 00:00-24:00 Asia/Tokyo, 2026-01-01T14:59:59Z, false"
  })
  void a_window_holds_from_its_start_to_before_its_end(String window, String at, boolean open) {
    assertThat(open(window, at)).isEqualTo(open);
  }

  @ParameterizedTest
  @CsvSource({
    // Winter is UTC+1, summer UTC+2; the change is at 01:00 UTC on 29 March and 25 October.
    "2026-03-28T08:00:00Z, true",
    "2026-03-28T07:59:59Z, false",
    "2026-03-29T07:00:00Z, true",
    "2026-03-29T06:59:59Z, false",
    "2026-03-29T13:59:59Z, true",
    "2026-03-29T14:00:00Z, false",
    "2026-10-25T07:59:59Z, false",
    "2026-10-25T08:00:00Z, true"
  })
  void nine_o_clock_is_nine_o_clock_in_summer_and_in_winter(String at, boolean open) {
    assertThat(open("Mon-Sun 09:00-16:00 Europe/Berlin", at)).isEqualTo(open);
  }

  @Test
  void a_window_inside_the_hour_that_a_clock_change_skips_opens_right_after_it() {
    // 02:30 does not exist in Berlin on 29 March 2026: it is 03:00 at 01:00 UTC.
    Calendar night = calendar(List.of("Sun 02:30-05:00 Europe/Berlin"), List.of());
    assertThat(night.opens(Instant.parse("2026-03-28T12:00:00Z")))
        .contains(Instant.parse("2026-03-29T01:00:00Z"));
    assertThat(night.closed(Instant.parse("2026-03-29T00:59:59Z"))).isPresent();
    assertThat(night.closed(Instant.parse("2026-03-29T01:00:00Z"))).isEmpty();
  }

  @Test
  void the_hour_that_a_clock_change_repeats_is_open_twice() {
    Calendar night = calendar(List.of("Sun 02:00-03:00 Europe/Berlin"), List.of());
    assertThat(night.closed(Instant.parse("2026-10-25T00:30:00Z"))).isEmpty();
    assertThat(night.closed(Instant.parse("2026-10-25T01:30:00Z"))).isEmpty();
    assertThat(night.closed(Instant.parse("2026-10-25T02:00:00Z"))).isPresent();
  }

  @Test
  void a_freeze_includes_both_its_days_in_its_zone_and_wins_over_windows() {
    Calendar calendar =
        calendar(
            List.of("Mon-Sun 00:00-24:00"), List.of("2026-12-21..2027-01-03 America/New_York"));
    assertThat(calendar.closed(Instant.parse("2026-12-21T04:59:59Z"))).isEmpty();
    assertThat(calendar.closed(Instant.parse("2026-12-21T05:00:00Z")).orElseThrow())
        .contains("frozen");
    assertThat(calendar.closed(Instant.parse("2027-01-04T04:59:59Z"))).isPresent();
    assertThat(calendar.closed(Instant.parse("2027-01-04T05:00:00Z"))).isEmpty();
    assertThat(calendar.opens(Instant.parse("2026-12-25T00:00:00Z")))
        .contains(Instant.parse("2027-01-04T05:00:00Z"));
  }

  @Test
  void without_windows_it_is_always_open_and_freezes_still_hold() {
    Calendar calendar = calendar(List.of(), List.of("2026-01-01..2026-01-01"));
    assertThat(calendar.closed(Instant.parse("2026-01-01T12:00:00Z"))).isPresent();
    assertThat(calendar.opens(Instant.parse("2026-01-01T12:00:00Z")))
        .contains(Instant.parse("2026-01-02T00:00:00Z"));
    assertThat(calendar.opens(Instant.parse("2026-01-02T12:00:00Z")))
        .contains(Instant.parse("2026-01-02T12:00:00Z"));
  }

  @Test
  void the_next_opening_skips_windows_that_are_frozen() {
    // Thursday 1 January; the window is on Mondays, the first of which is frozen.
    Calendar calendar = calendar(List.of("Mon 09:00-10:00"), List.of("2026-01-05..2026-01-06"));
    assertThat(calendar.opens(Instant.parse("2026-01-01T00:00:00Z")))
        .contains(Instant.parse("2026-01-12T09:00:00Z"));
  }

  @Test
  void a_calendar_that_never_opens_within_a_year_says_so() {
    Calendar calendar = calendar(List.of("Mon 09:00-10:00"), List.of("2026-01-01..2030-01-01"));
    assertThat(calendar.opens(Instant.parse("2026-02-01T00:00:00Z"))).isEmpty();
  }

  @Test
  void what_opens_says_is_the_first_instant_at_which_it_is_not_closed() {
    for (String window :
        List.of(
            "Mon-Thu 09:00-16:00 Europe/Berlin",
            "Fri-Sun 22:00-06:00 America/New_York",
            "Wed 00:00-24:00 Asia/Kathmandu")) {
      Calendar calendar = calendar(List.of(window), List.of("2026-03-20..2026-04-02"));
      Instant at = Instant.parse("2026-01-01T00:00:00Z");
      for (int i = 0; i < 300; i++) {
        at = at.plus(Duration.ofMinutes(457));
        Instant opens = calendar.opens(at).orElseThrow();
        assertThat(calendar.closed(opens)).isEmpty();
        if (opens.isAfter(at)) {
          assertThat(calendar.closed(opens.minusSeconds(1))).isPresent();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "always",
        "Mon",
        "Mon-Thu",
        "Mun 09:00-16:00",
        "Mon 9:00-16:00",
        "Mon 09:00-16:60",
        "Mon 09:00-25:00",
        "Mon 09:00-09:00",
        "Mon 24:00-02:00",
        "Mon 09:00-16:00 Mars/Olympus",
        "Mon 09:00-16:00 UTC UTC",
        "Mon-Tue-Wed 09:00-16:00"
      })
  void a_window_that_cannot_be_read_is_refused_with_an_example(String window) {
    assertThatThrownBy(() -> calendar(List.of(window), List.of()))
        .isInstanceOfSatisfying(
            EspalierException.class,
            e -> assertThat(e.nearest()).contains("Mon-Thu 09:00-16:00 UTC"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-12-21",
        "2026-12-21..",
        "2026-02-30..2026-03-01",
        "2026-12-31..2026-12-21",
        "21.12.2026..24.12.2026",
        "2026-12-21..2026-12-24 Nowhere"
      })
  void a_freeze_that_cannot_be_read_or_runs_backwards_is_refused(String freeze) {
    assertThatThrownBy(() -> calendar(List.of(), List.of(freeze)))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("freeze");
  }
}
