package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class StepEventTest {
  /** The whole table, written down a second time; every pair that is absent is refused. */
  private static final Set<String> TABLE =
      Set.of(
          "PENDING INPUTS_THERE READY",
          "PENDING UPSTREAM_FAIL UPSTREAM_FAILED",
          "PENDING CANCEL CANCELLED",
          "READY LEASE LEASED",
          "READY CANCEL CANCELLED",
          "LEASED HIT CACHED",
          "LEASED SUCCEED SUCCEEDED",
          "LEASED FAIL FAILED",
          "LEASED RETRY RETRY_WAIT",
          "LEASED LOST READY",
          "LEASED CANCEL CANCELLED",
          "RETRY_WAIT DUE READY",
          "RETRY_WAIT CANCEL CANCELLED");

  @Test
  void allows_these_transitions_and_no_others() {
    Set<String> allowed = new TreeSet<>();
    for (StepState state : StepState.values()) {
      for (StepEvent event : StepEvent.values()) {
        event.after(state).ifPresent(to -> allowed.add(state + " " + event + " " + to));
      }
    }
    assertThat(allowed).containsExactlyInAnyOrderElementsOf(TABLE);
  }

  @Test
  void nothing_follows_an_ended_step_and_something_follows_every_other() {
    for (StepState state : StepState.values()) {
      boolean goesOn =
          Arrays.stream(StepEvent.values()).anyMatch(event -> event.after(state).isPresent());
      assertThat(goesOn).as(state.name()).isEqualTo(!state.ended());
    }
    assertThat(Arrays.stream(StepState.values()).filter(StepState::hasOutput))
        .containsExactly(StepState.SUCCEEDED, StepState.CACHED);
    assertThat(Arrays.stream(RunState.values()).filter(RunState::ended).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED);
  }
}
