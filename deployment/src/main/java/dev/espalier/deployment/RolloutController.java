package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.ProductClocks;
import dev.espalier.registry.Registry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transitions of a rollout: WAITING_WINDOW → RUNNING → PROMOTING → BAKING → PROMOTED, or
 * ROLLING_BACK → ROLLED_BACK, or HELD until a person decides. Each is one write that names the
 * epoch it was read at. The caller holds the product's lock.
 */
final class RolloutController {
  private static final Logger LOG = LoggerFactory.getLogger(RolloutController.class);
  private static final int MAX_HOLDS = 3;

  private final RolloutStore store;
  private final Registry registry;
  private final Traffic traffic;
  private final ReleaseTerms terms;
  private final OutcomeSource outcomes;
  private final ProductClocks clocks;
  private final Events events;
  private final Function<String, CanvasVersion> canvases;

  RolloutController(
      RolloutStore store,
      Registry registry,
      Traffic traffic,
      ReleaseTerms terms,
      OutcomeSource outcomes,
      ProductClocks clocks,
      Events events,
      Function<String, CanvasVersion> canvases) {
    this.store = store;
    this.registry = registry;
    this.traffic = traffic;
    this.terms = terms;
    this.outcomes = outcomes;
    this.clocks = clocks;
    this.events = events;
    this.canvases = canvases;
  }

  /** One transition; true when there may be another. */
  boolean transition(String product) {
    Optional<RolloutStore.Stored> active = store.active(product);
    if (active.isEmpty()) {
      return false;
    }
    Rollout rollout = active.get().rollout();
    long epoch = active.get().epoch();
    return switch (rollout.state()) {
      case Rollout.WAITING_WINDOW -> waiting(rollout, epoch);
      case Rollout.RUNNING -> running(rollout, epoch);
      case Rollout.PROMOTING -> promote(rollout, epoch);
      case Rollout.BAKING -> baking(rollout, epoch);
      case Rollout.ROLLING_BACK -> rolledBack(rollout, epoch);
      default -> false;
    };
  }

  private boolean waiting(Rollout rollout, long epoch) {
    Instant now = clocks.now(rollout.product());
    CanvasVersion canvas = canvases.apply(rollout.product());
    Admission asked = rollout.admission().orElseThrow();
    Optional<String> obstacle =
        asked.glass().isPresent()
            ? Optional.empty()
            : ReleaseTerms.closed(canvas, now)
                .or(() ->
                    terms
                        .lapsed(
                            asked, registry.version(rollout.product(), rollout.to()), canvas, now)
                        .map(check -> check.rule() + ": " + check.detail()));
    if (obstacle.isPresent()) {
      Decision last = rollout.decisions().getLast();
      if (!last.decision().equals("WAIT") || !last.why().equals(obstacle.get())) {
        moved(rollout.decided(rollout.state(), decision(rollout, "WAIT", obstacle.get())), epoch);
      }
      return false;
    }
    Admission admission = ReleaseTerms.admitted(asked, rollout.approvals(), now);
    String next = rollout.from().isEmpty() ? Rollout.PROMOTING : Rollout.RUNNING;
    moved(
        rollout
            .admitted(admission)
            .decided(next, decision(rollout, "ADMIT", "The release policy is met")),
        epoch);
    return true;
  }

  private boolean running(Rollout rollout, long epoch) {
    int index = rollout.current();
    if (index < 0) {
      return nextStep(rollout, epoch, 0);
    }
    if (!load(rollout, epoch)) {
      return true;
    }
    // Derived from the row at each tick, so that a crash between row and alias is mended.
    challenger(rollout);
    RolloutStepRun step = rollout.steps().get(index);
    CanvasVersion canvas = canvases.apply(rollout.product());
    Instant since = step.startedAt().orElseThrow();
    ArmOutcomes champion =
        outcomes.outcomes(rollout.product(), rollout.from().orElseThrow(), since);
    ArmOutcomes candidate = outcomes.outcomes(rollout.product(), rollout.to(), since);
    List<GuardrailResult> results =
        new Guardrails(canvas.spec(Spec.Rollout.class), canvas).judge(champion, candidate);
    RolloutStepRun seen = step.seen(champion.requests(), candidate.requests(), results);
    return judged(rollout.step(index, seen), epoch, index, !seen.equals(step));
  }

  private void challenger(Rollout rollout) {
    String product = rollout.product();
    if (!traffic.named(product, Registry.CHALLENGER).equals(Optional.of(rollout.to()))) {
      traffic.alias(product, Registry.CHALLENGER, rollout.to(), rollout.id());
    }
  }

  private boolean judged(Rollout rollout, long epoch, int index, boolean changed) {
    RolloutStepRun step = rollout.steps().get(index);
    Instant now = clocks.now(rollout.product());
    Optional<GuardrailResult> failed = step.first(Verdict.FAIL);
    if (failed.isPresent()) {
      return failed(rollout, epoch, failed.get().detail());
    }
    Duration held = Duration.between(step.startedAt().orElseThrow(), now);
    boolean due =
        held.compareTo(step.hold()) >= 0 && step.candidateRequests() >= step.minRequests();
    boolean passed = step.guardrails().stream().allMatch(one -> one.verdict() == Verdict.PASS);
    if (due && passed && ReleaseTerms.closed(canvases.apply(rollout.product()), now).isEmpty()) {
      return nextStep(rollout.step(index, step.ended("PASSED", now)), epoch, index + 1);
    }
    Duration longest = max(step.hold(), Duration.ofHours(1)).multipliedBy(MAX_HOLDS);
    if (due && !passed && held.compareTo(longest) > 0) {
      return failed(rollout, epoch, "Still inconclusive after %s".formatted(held));
    }
    if (changed) {
      moved(rollout, epoch);
    }
    return false;
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private boolean nextStep(Rollout rollout, long epoch, int index) {
    boolean last = index >= rollout.steps().size() || rollout.steps().get(index).share() >= 1;
    Rollout next;
    if (last) {
      next =
          rollout.decided(
              Rollout.PROMOTING, decision(rollout, "PROMOTE", "Every guardrail passed"));
    } else {
      RolloutStepRun step = rollout.steps().get(index).started(clocks.now(rollout.product()));
      String why = "%.0f %% of the traffic to %s".formatted(step.share() * 100, rollout.to());
      next = rollout.step(index, step).decided(Rollout.RUNNING, decision(rollout, "STEP", why));
    }
    store.update(next, epoch);
    events.publish(rollout.product(), "rollout.step", next);
    // A version that cannot be loaded is found by the next transition, which ends its rollout.
    return true;
  }

  private boolean promote(Rollout rollout, long epoch) {
    if (!load(rollout, epoch)) {
      return true;
    }
    String product = rollout.product();
    // Previous first: a crash in between leaves the champion named twice, never a good one lost.
    // After a rollback the version that was left is no place to fall back to.
    rollout
        .from()
        .filter(_ -> !rollout.kind().equals(Rollout.ROLLBACK))
        .ifPresent(old -> traffic.alias(product, Registry.PREVIOUS, old, rollout.id()));
    traffic.alias(product, Registry.CHAMPION, rollout.to(), rollout.id());
    traffic.apply(product, Optional.empty());
    String why = "%s answers everything".formatted(rollout.to());
    Rollout full = rollout.decided(rollout.state(), decision(rollout, Rollout.FULL_TRAFFIC, why));
    if (!rollout.kind().equals(Rollout.CANARY)) {
      finish(full, epoch, Rollout.PROMOTED, "Nothing to bake against");
      return true;
    }
    int bake = rollout.bake();
    RolloutStepRun step = rollout.steps().get(bake).started(clocks.now(product));
    String armed = "The guardrails stay armed for %s".formatted(step.hold());
    moved(full.step(bake, step).decided(Rollout.BAKING, decision(rollout, "BAKE", armed)), epoch);
    return true;
  }

  private boolean baking(Rollout rollout, long epoch) {
    if (!load(rollout, epoch)) {
      return true;
    }
    String product = rollout.product();
    int index = rollout.bake();
    RolloutStepRun step = rollout.steps().get(index);
    Instant since = step.startedAt().orElseThrow();
    CanvasVersion canvas = canvases.apply(product);
    // The old version answers nothing now: what it did during the steps is what is compared with.
    ArmOutcomes before =
        outcomes.outcomes(product, rollout.from().orElseThrow(), rollout.startedAt());
    ArmOutcomes now = outcomes.outcomes(product, rollout.to(), since);
    List<GuardrailResult> results =
        new Guardrails(canvas.spec(Spec.Rollout.class), canvas).judge(before, now);
    RolloutStepRun seen = step.seen(0, now.requests(), results);
    Rollout baked = rollout.step(index, seen);
    Optional<GuardrailResult> failed = seen.first(Verdict.FAIL);
    if (failed.isPresent()) {
      return failed(baked, epoch, failed.get().detail());
    }
    Instant at = clocks.now(product);
    if (Duration.between(since, at).compareTo(step.hold()) >= 0) {
      String why = "No guardrail failed in %d requests of the bake".formatted(now.requests());
      finish(baked.step(index, seen.ended("PASSED", at)), epoch, Rollout.PROMOTED, why);
    } else if (!seen.equals(step)) {
      moved(baked, epoch);
    }
    return false;
  }

  /** A guardrail failed: back, or, where the canvas wants a person to decide, hold. */
  private boolean failed(Rollout rollout, long epoch, String why) {
    if (canvases.apply(rollout.product()).spec(Spec.Rollout.class).autoRollback()) {
      return back(rollout, epoch, why);
    }
    moved(
        rollout.decided(Rollout.HELD, decision(rollout, Rollout.HOLD, why + "; a person decides")),
        epoch);
    LOG.warn("Rollout {} of {} is held: {}", rollout.id(), rollout.product(), why);
    return false;
  }

  /** A person takes what a held rollout found: it goes on. */
  void accept(Rollout rollout, long epoch, String by) {
    Instant now = clocks.now(rollout.product());
    int index = rollout.current();
    RolloutStepRun step = rollout.steps().get(index).ended("ACCEPTED", now);
    Rollout accepted =
        rollout
            .step(index, step)
            .decided(
                Rollout.RUNNING,
                new Decision(now, "ACCEPT", "Goes on all the same", by, new TreeMap<>()));
    if (step.share() >= 1) {
      finish(accepted, epoch, Rollout.PROMOTED, "Accepted by " + by);
    } else {
      nextStep(accepted, epoch, index + 1);
    }
  }

  private boolean back(Rollout rollout, long epoch, String why) {
    Rollout next =
        rollout.decided(
            Rollout.ROLLING_BACK, decision(rollout, Rollout.ROLL_BACK, why + "; quarantined"));
    store.update(next, epoch);
    restore(next);
    LOG.warn("Rollout {} of {} goes back: {}", rollout.id(), rollout.product(), why);
    return true;
  }

  private void restore(Rollout rollout) {
    String product = rollout.product();
    rollout
        .from()
        .filter(_ -> Optional.of(rollout.to()).equals(traffic.champion(product)))
        .ifPresent(old -> traffic.alias(product, Registry.CHAMPION, old, rollout.id()));
    if (traffic.champion(product).isPresent()) {
      traffic.apply(product, Optional.of(rollout));
    }
  }

  private boolean rolledBack(Rollout rollout, long epoch) {
    restore(rollout);
    int index = rollout.current();
    Instant now = clocks.now(rollout.product());
    Rollout ended =
        index < 0 ? rollout : rollout.step(index, rollout.steps().get(index).ended("FAILED", now));
    finish(ended, epoch, Rollout.ROLLED_BACK, "The old version answers everything");
    return true;
  }

  /** Routes to the candidate; a version that cannot be loaded ends its rollout. */
  private boolean load(Rollout rollout, long epoch) {
    try {
      traffic.apply(rollout.product(), Optional.of(rollout));
      return true;
    } catch (EspalierException unloadable) {
      LOG.warn("{} of {} cannot be served", rollout.to(), rollout.product(), unloadable);
      String why = "Not loadable: " + unloadable.getMessage();
      if (rollout.kind().equals(Rollout.CANARY)) {
        return !back(rollout, epoch, why);
      }
      finish(
          rollout.decided(rollout.state(), decision(rollout, Rollout.ROLL_BACK, why)),
          epoch,
          Rollout.ROLLED_BACK,
          why);
      return false;
    }
  }

  private void moved(Rollout rollout, long epoch) {
    store.update(rollout, epoch);
    events.publish(rollout.product(), "rollout.step", rollout);
  }

  private void finish(Rollout rollout, long epoch, String state, String why) {
    Rollout end = rollout.decided(state, decision(rollout, state, why));
    store.update(end, epoch);
    events.publish(rollout.product(), "rollout.finished", end);
    LOG.info("Rollout {} of {}: {}", rollout.id(), rollout.product(), state);
  }

  private Decision decision(Rollout rollout, String what, String why) {
    SortedMap<String, Double> numbers = new TreeMap<>();
    rollout.steps().stream()
        .filter(step -> step.startedAt().isPresent())
        .reduce((_, latest) -> latest)
        .ifPresent(step -> numbers.putAll(step.numbers()));
    return new Decision(clocks.now(rollout.product()), what, why, Deployments.MACHINE, numbers);
  }
}
