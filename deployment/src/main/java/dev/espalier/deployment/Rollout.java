package dev.espalier.deployment;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A route change, on record from its proposal to its end.
 *
 * @param kind FIRST (no second arm yet), CANARY or ROLLBACK
 * @param state PENDING (waits for approval), WAITING_WINDOW, RUNNING, PROMOTING, BAKING (answers
 *     everything, guardrails armed), PROMOTED, HELD (a guardrail failed and a person decides),
 *     ROLLING_BACK, ROLLED_BACK or WITHDRAWN (before it touched any traffic); the last version of a
 *     ROLLED_BACK one is quarantined
 * @param approvals who approved
 * @param admission the release policy and how it was met; none for a ROLLBACK, which is never gated
 */
public record Rollout(
    String id,
    String product,
    String kind,
    Optional<String> from,
    String to,
    String state,
    String cause,
    Instant startedAt,
    Optional<Instant> finishedAt,
    List<RolloutStepRun> steps,
    List<Decision> decisions,
    List<String> approvals,
    Optional<Admission> admission) {
  public static final String FIRST = "FIRST";
  public static final String CANARY = "CANARY";
  public static final String ROLLBACK = "ROLLBACK";
  static final String PENDING = "PENDING";
  static final String WAITING_WINDOW = "WAITING_WINDOW";
  static final String BAKING = "BAKING";
  static final String HELD = "HELD";

  /** The decision at which the version answers everything. */
  static final String FULL_TRAFFIC = "FULL_TRAFFIC";

  /** The decisions that a failure is known from. */
  static final String ROLL_BACK = "ROLL_BACK";

  static final String HOLD = "HOLD";
  static final String RUNNING = "RUNNING";
  static final String PROMOTING = "PROMOTING";
  public static final String PROMOTED = "PROMOTED";
  static final String ROLLING_BACK = "ROLLING_BACK";

  /** Taken back before it touched any traffic; its version is not quarantined. */
  public static final String WITHDRAWN = "WITHDRAWN";

  public static final String ROLLED_BACK = "ROLLED_BACK";

  public Rollout {
    steps = List.copyOf(steps);
    decisions = List.copyOf(decisions);
    approvals = List.copyOf(approvals);
  }

  /** True when nothing more will happen. */
  public boolean ended() {
    return ended(state);
  }

  private static boolean ended(String state) {
    return state.equals(PROMOTED) || state.equals(ROLLED_BACK) || state.equals(WITHDRAWN);
  }

  /** True while it touches traffic. */
  boolean moving() {
    return !ended() && !state.equals(PENDING) && !state.equals(WAITING_WINDOW);
  }

  /** The index of the running step, −1 when none runs. */
  int current() {
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).state().equals(RUNNING)) {
        return i;
      }
    }
    return -1;
  }

  /** The index of the step with all the traffic. */
  int bake() {
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).share() >= 1) {
        return i;
      }
    }
    throw new IllegalStateException("Rollout " + id + " has no step with all the traffic");
  }

  /** When a decision was last taken; empty when it never was. */
  Optional<Instant> decidedAt(String decision) {
    return decisions.stream()
        .filter(one -> one.decision().equals(decision))
        .map(Decision::at)
        .reduce((_, later) -> later);
  }

  /** Since when the new version answers everything; empty while it does not. The bake is later. */
  public Optional<Instant> fullTrafficAt() {
    return decidedAt(FULL_TRAFFIC);
  }

  /** True once the release policy let it touch traffic. */
  boolean began() {
    return admission.flatMap(Admission::admittedAt).isPresent();
  }

  Rollout decided(String next, Decision decision) {
    List<Decision> all = new ArrayList<>(decisions);
    all.add(decision);
    Optional<Instant> end = ended(next) ? Optional.of(decision.at()) : finishedAt;
    return new Rollout(
        id, product, kind, from, to, next, cause, startedAt, end, steps, all, approvals, admission);
  }

  Rollout step(int index, RolloutStepRun step) {
    List<RolloutStepRun> all = new ArrayList<>(steps);
    all.set(index, step);
    return new Rollout(
        id,
        product,
        kind,
        from,
        to,
        state,
        cause,
        startedAt,
        finishedAt,
        all,
        decisions,
        approvals,
        admission);
  }

  Rollout approved(String by) {
    List<String> all = new ArrayList<>(approvals);
    all.add(by);
    return new Rollout(
        id,
        product,
        kind,
        from,
        to,
        state,
        cause,
        startedAt,
        finishedAt,
        steps,
        decisions,
        all,
        admission);
  }

  Rollout admitted(Admission met) {
    return new Rollout(
        id,
        product,
        kind,
        from,
        to,
        state,
        cause,
        startedAt,
        finishedAt,
        steps,
        decisions,
        approvals,
        Optional.of(met));
  }
}
