package dev.espalier.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private final Circuit circuit = new Circuit();

  private void calls(long at, int good, int bad) {
    for (int i = 0; i < good; i++) {
      circuit.succeeded(at);
    }
    for (int i = 0; i < bad; i++) {
      circuit.failed(at);
    }
  }

  @Test
  void nineteen_failures_say_nothing_and_the_twentieth_opens_it() {
    calls(0, 0, 19);
    assertThat(circuit.isOpen()).isFalse();
    circuit.failed(0);
    assertThat(circuit.isOpen()).isTrue();
  }

  @Test
  void less_than_half_failed_keeps_it_closed_and_half_opens_it() {
    calls(0, 50, 49);
    assertThat(circuit.isOpen()).isFalse();
    circuit.failed(0);
    assertThat(circuit.isOpen()).isTrue();
  }

  @Test
  void calls_older_than_ten_seconds_are_forgotten() {
    calls(0, 0, 19);
    circuit.failed(11 * SECOND);
    assertThat(circuit.isOpen()).isFalse();
  }

  @Test
  void only_the_last_hundred_calls_count() {
    calls(0, 60, 40);
    calls(1, 100, 0);
    calls(2, 0, 49);
    assertThat(circuit.isOpen()).as("49 of the last 100").isFalse();
    calls(3, 0, 1);
    assertThat(circuit.isOpen()).as("50 of the last 100, 50 of all 250").isTrue();
  }

  @Test
  void one_probe_at_a_time_and_only_after_the_back_off() {
    calls(0, 0, 20);
    assertThat(circuit.tryProbe(SECOND - 1)).isFalse();
    assertThat(circuit.tryProbe(SECOND)).isTrue();
    assertThat(circuit.tryProbe(SECOND)).as("somebody probes already").isFalse();
    circuit.probed(SECOND, true);
    assertThat(circuit.isOpen()).isFalse();
    assertThat(circuit.tryProbe(2 * SECOND)).as("nothing to probe").isFalse();
  }

  @Test
  void failed_probes_double_the_back_off_up_to_32_seconds() {
    calls(0, 0, 20);
    long at = SECOND;
    for (long wait : new long[] {2, 4, 8, 16, 32, 32, 32}) {
      assertThat(circuit.tryProbe(at)).isTrue();
      circuit.probed(at, false);
      assertThat(circuit.tryProbe(at + wait * SECOND - 1)).isFalse();
      at += wait * SECOND;
    }
  }

  @Test
  void a_closed_circuit_starts_with_a_clean_window_and_a_short_back_off() {
    calls(0, 0, 20);
    assertThat(circuit.tryProbe(SECOND)).isTrue();
    circuit.probed(SECOND, false);
    assertThat(circuit.tryProbe(4 * SECOND)).isTrue();
    circuit.probed(4 * SECOND, true);
    calls(5 * SECOND, 0, 19);
    assertThat(circuit.isOpen()).isFalse();
    calls(5 * SECOND, 0, 1);
    assertThat(circuit.tryProbe(6 * SECOND)).isTrue();
  }

  @Test
  void what_ends_late_does_not_count_against_an_open_circuit() {
    calls(0, 0, 20);
    calls(0, 0, 500);
    assertThat(circuit.tryProbe(SECOND)).isTrue();
    circuit.probed(SECOND, true);
    circuit.failed(SECOND);
    assertThat(circuit.isOpen()).isFalse();
  }
}
