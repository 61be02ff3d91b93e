package dev.espalier.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class IdsTest {
  private final MovableClock clock = new MovableClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final Ids ids = new Ids(clock, new Random(1));

  @Test
  void are_uuids_of_version_7_and_variant_2() {
    UUID id = ids.nextUuid();
    assertThat(id.version()).isEqualTo(7);
    assertThat(id.variant()).isEqualTo(2);
    assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(clock.millis());
  }

  @Test
  void increase_even_when_the_clock_stands_still_or_goes_back() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      if (i == 5_000) {
        clock.set(Instant.parse("2025-01-01T00:00:00Z"));
      }
      made.add(ids.next("run"));
    }
    assertThat(made).isSorted().doesNotHaveDuplicates().allMatch(id -> id.startsWith("run_"));
  }

  @Test
  void never_collide_across_threads() throws InterruptedException {
    Set<String> made = ConcurrentHashMap.newKeySet();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int t = 0; t < 8; t++) {
        threads.submit(() -> {
          for (int i = 0; i < 1_000; i++) {
            made.add(ids.next("e"));
          }
        });
      }
    }
    assertThat(made).hasSize(8_000);
  }
}
