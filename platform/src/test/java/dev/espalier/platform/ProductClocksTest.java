package dev.espalier.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProductClocksTest {
  private static final Instant START = Instant.parse("2002-08-01T00:00:00Z");
  @TempDir Path folder;
  private final MovableClock machine = new MovableClock(Instant.parse("2026-01-01T00:00:00Z"));

  @Test
  void a_product_without_a_replay_lives_on_the_machine_clock() {
    try (Database database = TestDatabase.in(folder)) {
      ProductClocks clocks = new ProductClocks(database, machine);
      machine.advance(Duration.ofDays(1));
      assertThat(clocks.now("p")).isEqualTo(machine.instant());
      assertThat(clocks.state("p")).isEmpty();
      assertThatThrownBy(() -> clocks.advance("p", START)).hasMessageContaining("not replaying");
    }
  }

  @Test
  void a_replay_stands_still_until_it_is_advanced_and_never_goes_back() {
    try (Database database = TestDatabase.in(folder)) {
      ProductClocks clocks = new ProductClocks(database, machine);
      clocks.replay("p", START);
      machine.advance(Duration.ofDays(1));
      assertThat(clocks.now("p")).isEqualTo(START);
      clocks.advance("p", START.plusSeconds(60));
      clocks.advance("p", START.plusSeconds(30));
      assertThat(clocks.of("p").instant()).isEqualTo(START.plusSeconds(60));
      assertThat(clocks.now("other")).isEqualTo(machine.instant());
    }
  }

  @Test
  void an_ended_replay_stays_where_it_ended_across_a_restart() {
    Instant end = START.plus(Duration.ofDays(100)).plusSeconds(7);
    try (Database database = TestDatabase.in(folder)) {
      ProductClocks clocks = new ProductClocks(database, machine);
      clocks.replay("p", START);
      clocks.advance("p", end);
      clocks.end("p");
      assertThatThrownBy(() -> clocks.advance("p", end.plusSeconds(1)))
          .hasMessageContaining("not replaying");
    }
    try (Database database = TestDatabase.in(folder)) {
      ProductClocks clocks = new ProductClocks(database, machine);
      assertThat(clocks.now("p")).isEqualTo(end);
      assertThat(clocks.state("p").orElseThrow().ended()).isTrue();
    }
  }

  @Test
  void a_crash_loses_less_than_an_hour_of_replay() {
    try (Database database = TestDatabase.in(folder)) {
      ProductClocks clocks = new ProductClocks(database, machine);
      clocks.replay("p", START);
      for (int minute = 1; minute <= 600; minute++) {
        clocks.advance("p", START.plus(Duration.ofMinutes(minute)));
      }
    }
    try (Database database = TestDatabase.in(folder)) {
      Instant resumed = new ProductClocks(database, machine).now("p");
      assertThat(Duration.between(resumed, START.plus(Duration.ofMinutes(600))))
          .isLessThanOrEqualTo(Duration.ofMinutes(61));
    }
  }
}
