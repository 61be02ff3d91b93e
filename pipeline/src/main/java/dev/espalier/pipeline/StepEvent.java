package dev.espalier.pipeline;

import static dev.espalier.pipeline.StepState.CACHED;
import static dev.espalier.pipeline.StepState.CANCELLED;
import static dev.espalier.pipeline.StepState.FAILED;
import static dev.espalier.pipeline.StepState.LEASED;
import static dev.espalier.pipeline.StepState.PENDING;
import static dev.espalier.pipeline.StepState.READY;
import static dev.espalier.pipeline.StepState.RETRY_WAIT;
import static dev.espalier.pipeline.StepState.SUCCEEDED;
import static dev.espalier.pipeline.StepState.UPSTREAM_FAILED;

import java.util.Map;
import java.util.Optional;

/** What can happen to a step, and where it leads: the transition table is data. */
enum StepEvent {
  /** Everything upstream has its output. */
  INPUTS_THERE(Map.of(PENDING, READY)),
  /** A worker takes the step. */
  LEASE(Map.of(READY, LEASED)),
  /** An earlier result serves. */
  HIT(Map.of(LEASED, CACHED)),
  SUCCEED(Map.of(LEASED, SUCCEEDED)),
  FAIL(Map.of(LEASED, FAILED)),
  /** The attempt failed, another one follows. */
  RETRY(Map.of(LEASED, RETRY_WAIT)),
  /** The delay before the next attempt is over. */
  DUE(Map.of(RETRY_WAIT, READY)),
  /** The worker died. */
  LOST(Map.of(LEASED, READY)),
  UPSTREAM_FAIL(Map.of(PENDING, UPSTREAM_FAILED)),
  CANCEL(Map.of(PENDING, CANCELLED, READY, CANCELLED, LEASED, CANCELLED, RETRY_WAIT, CANCELLED));

  @SuppressWarnings("ImmutableEnumChecker") // An unmodifiable copy.
  private final Map<StepState, StepState> table;

  StepEvent(Map<StepState, StepState> table) {
    this.table = Map.copyOf(table);
  }

  /** The state that follows; empty when this cannot happen there. */
  Optional<StepState> after(StepState state) {
    return Optional.ofNullable(table.get(state));
  }
}
