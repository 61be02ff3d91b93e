package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Database;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessSignalsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  @TempDir Path folder;

  private static CanvasVersion canvas() {
    return World.with(
        World.canvas("never", "hashed", List.of("inbox")),
        "operational",
        new Spec.Operational(Set.of("cpu", "heap", "gc", "fd"), 0.8, 0.85, Duration.ofMillis(100)));
  }

  @Test
  void a_minute_keeps_the_mean_of_the_processor_and_the_most_of_the_rest() {
    try (Database database = TestDatabase.in(folder)) {
      ProcessStore store = new ProcessStore(database);
      store.add(NOON.plusSeconds(1), new ProcessSignals.Sample(0.2, 0.5, 0.01));
      store.add(NOON.plusSeconds(11), new ProcessSignals.Sample(0.4, 0.3, 0.02));
      store.add(NOON.plusSeconds(21), new ProcessSignals.Sample(0.9, 0.4, 0.01));
      ProcessStore.Minute minute = store.since(NOON).getFirst();
      assertThat(minute.samples()).isEqualTo(3);
      assertThat(minute.cpu()).isCloseTo(0.5, within(1e-12));
      assertThat(minute.heap()).isEqualTo(0.5);
      assertThat(minute.files()).isEqualTo(0.02);
    }
  }

  @Test
  void minutes_older_than_eight_days_are_forgotten() {
    try (Database database = TestDatabase.in(folder)) {
      ProcessStore store = new ProcessStore(database);
      ProcessSignals.Sample any = new ProcessSignals.Sample(0.1, 0.1, 0.1);
      store.add(NOON.minus(Duration.ofDays(9)), any);
      store.add(NOON.minus(Duration.ofDays(7)), any);
      store.add(NOON, any);
      assertThat(store.since(Instant.EPOCH))
          .extracting(ProcessStore.Minute::at)
          .containsExactly(NOON.minus(Duration.ofDays(7)), NOON);
    }
  }

  @Test
  void the_process_is_measured_and_a_minute_without_a_sample_is_a_visible_gap() throws Exception {
    MovableClock machine = new MovableClock(NOON);
    try (Database database = TestDatabase.in(folder)) {
      ProcessStore store = new ProcessStore(database);
      for (int minute = 1; minute <= 20; minute++) {
        if (minute < 8 || minute > 10) {
          store.add(
              NOON.minus(Duration.ofMinutes(minute)),
              new ProcessSignals.Sample(minute == 15 ? 1.0 : 0.1, 0.4, 0.01));
        }
      }
      try (ProcessSignals signals = new ProcessSignals(database, machine)) {
        for (int i = 0; i < 1000 && store.since(NOON).isEmpty(); i++) {
          Thread.sleep(20);
        }
        System.gc();
        Map<String, Observation> seen =
            signals.observe("mail", canvas(), NOON).stream()
                .collect(Collectors.toMap(Observation::clause, Function.identity()));
        assertThat(seen).containsKeys("cpu", "heap", "fd");
        assertThat(seen.get("cpu").n()).isEqualTo(18);
        assertThat(seen.get("cpu").detail()).contains("over 21 minutes, of which 3 have no sample");
        assertThat(seen.get("cpu").value().orElseThrow()).isBetween(0.1, 1.0);
        assertThat(seen.get("heap").value().orElseThrow()).isBetween(0.0, 1.0);
        assertThat(seen.get("fd").pass()).contains(true);
      }
    }
  }

  @Test
  void a_minute_in_which_nearly_all_files_were_open_fails() {
    try (Database database = TestDatabase.in(folder)) {
      new ProcessStore(database)
          .add(NOON.minusSeconds(300), new ProcessSignals.Sample(0.1, 0.1, 0.95));
      try (ProcessSignals signals = new ProcessSignals(database, new MovableClock(NOON))) {
        Observation files =
            signals.observe("mail", canvas(), NOON).stream()
                .filter(seen -> seen.clause().equals("fd"))
                .findFirst()
                .orElseThrow();
        assertThat(files.pass()).contains(false);
        assertThat(files.detail()).contains("95.0 % of the allowed files");
      }
    }
  }

  @Test
  void nobody_asks_nothing_is_said() {
    try (Database database = TestDatabase.in(folder);
        ProcessSignals signals = new ProcessSignals(database, new MovableClock(NOON))) {
      assertThat(signals.observe("mail", World.canvas("never", "hashed", List.of("inbox")), NOON))
          .isEmpty();
    }
  }

  @Test
  void a_sample_of_this_process_is_made_of_shares() {
    ProcessSignals.sample()
        .ifPresent(sample -> {
          assertThat(sample.cpu()).isBetween(0.0, 1.0);
          assertThat(sample.heap()).isBetween(0.0, 1.0);
          assertThat(sample.files()).isBetween(0.0, 1.0);
        });
    assertThat(ProcessSignals.quantile(List.of(5.0, 1.0, 3.0, 2.0, 4.0), 0.5)).isEqualTo(3);
    assertThat(ProcessSignals.quantile(List.of(5.0, 1.0), 0.99)).isEqualTo(5);
  }
}
