package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The busiest minute, hour and day of a log. */
class PeakStoreTest {
  @TempDir Path folder;
  private int asked;

  private void ask(World world, String at, int requests) {
    Instant instant = Instant.parse(at);
    world.at(instant);
    for (int i = 0; i < requests; i++) {
      world.monitoring.accept(World.answer("p" + asked++, instant, "ham", "1.0.0"));
    }
    world.monitoring.flush();
  }

  @Test
  void the_window_is_the_shortest_whose_expected_peak_is_more_than_chance() {
    try (World world = new World(folder)) {
      ask(world, "2002-08-01T05:59:59.999Z", 3);
      ask(world, "2002-08-01T06:00:00.000Z", 4);
      ask(world, "2002-08-01T06:10:30.000Z", 7);
      ask(world, "2002-08-01T06:10:59.999Z", 2);
      ask(world, "2002-08-01T06:11:00.000Z", 8);
      ask(world, "2002-08-02T09:00:00.000Z", 20);
      ask(world, "2002-08-02T10:00:00.000Z", 11);
      PeakStore peaks = new PeakStore(world.database);
      Instant now = Instant.parse("2002-08-02T12:00:00Z");
      double enoughAMinute = PeakStore.ENOUGH / 60.0;
      assertThat(peaks.busiest(World.PRODUCT, enoughAMinute, now))
          .as("of the busiest hour, the first day's with 21")
          .contains(new PeakStore.Busiest("minute", "2002-08-01T06:10", 9, 60));
      assertThat(peaks.busiest(World.PRODUCT, enoughAMinute - 1e-6, now))
          .contains(new PeakStore.Busiest("hour", "2002-08-01T06", 21, 3600));
      assertThat(peaks.busiest(World.PRODUCT, PeakStore.ENOUGH / 3600.0 - 1e-9, now))
          .contains(new PeakStore.Busiest("day", "2002-08-02", 31, 86_400));
      assertThat(peaks.busiest("other", 1, now)).isEmpty();
    }
  }

  @Test
  void minutes_are_counted_in_hours_that_are_over_and_anew_when_another_is_the_busiest() {
    try (World world = new World(folder)) {
      ask(world, "2002-08-01T06:10:00.000Z", 5);
      ask(world, "2002-08-01T07:20:00.000Z", 9);
      PeakStore peaks = new PeakStore(world.database);
      Instant within = Instant.parse("2002-08-01T07:30:00Z");
      assertThat(peaks.busiest(World.PRODUCT, 1, within))
          .contains(new PeakStore.Busiest("minute", "2002-08-01T06:10", 5, 60));
      assertThat(peaks.busiest(World.PRODUCT, 1, within.plus(Duration.ofHours(1))))
          .contains(new PeakStore.Busiest("minute", "2002-08-01T07:20", 9, 60));
      assertThat(peaks.busiest(World.PRODUCT, 1, within.plus(Duration.ofDays(31)))).isEmpty();
    }
  }

  @Test
  void before_the_first_hour_is_over_the_hour_speaks() {
    try (World world = new World(folder)) {
      ask(world, "2002-08-01T06:10:00.000Z", 5);
      assertThat(
              new PeakStore(world.database)
                  .busiest(World.PRODUCT, 1, Instant.parse("2002-08-01T06:30:00Z")))
          .contains(new PeakStore.Busiest("hour", "2002-08-01T06", 5, 3600));
    }
  }
}
