package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import dev.espalier.serving.Arm;
import dev.espalier.serving.EndpointView;
import dev.espalier.serving.Route;
import dev.espalier.serving.Serving;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes which version answers. A rollout is a row; {@link #reconcile} moves it, one transition
 * per transaction, fenced by an epoch, so a killed controller resumes without repeating or skipping
 * anything. What a transition causes outside its row (alias moves, routes) is idempotent and is
 * derived from the row, so it is simply done again after a crash.
 *
 * <p>Thread-safe: one lock a product serialises its changes in this process, the epoch does so
 * between processes.
 */
public final class Deployments {
  private static final Logger LOG = LoggerFactory.getLogger(Deployments.class);
  private static final String MACHINE = "espalier";
  private static final int MAX_HOLDS = 3;

  private final RolloutStore store;
  private final Registry registry;
  private final Serving serving;
  private final OutcomeSource outcomes;
  private final ProductClocks clocks;
  private final Events events;
  private final Ids ids;
  private final Function<String, CanvasVersion> canvases;
  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  /**
   * @param canvases the active canvas of a product
   */
  public Deployments(
      Database database,
      Registry registry,
      Serving serving,
      OutcomeSource outcomes,
      ProductClocks clocks,
      Events events,
      Ids ids,
      Function<String, CanvasVersion> canvases) {
    this.store = new RolloutStore(database);
    this.registry = registry;
    this.serving = serving;
    this.outcomes = outcomes;
    this.clocks = clocks;
    this.events = events;
    this.ids = ids;
    this.canvases = canvases;
  }

  /** Rebuilds every route from the rows; call it before the process reports ready. */
  public void resume() {
    for (String product : store.products()) {
      locked(
          product,
          () -> {
            Optional<RolloutStore.Stored> active = store.active(product);
            if (registry.alias(product, Registry.CHAMPION).isPresent()) {
              applyRoute(product, active.map(RolloutStore.Stored::rollout));
            }
          });
    }
  }

  /**
   * Proposes a version. The first one is released directly: there is no second arm to compare with.
   * Later ones go through the canary steps, after the approvals that the release policy asks for.
   *
   * @throws EspalierException CONFLICT while another rollout runs, for the champion itself and for
   *     a quarantined version; NOT_FOUND for an unregistered one
   */
  public Rollout release(String product, String version, String cause) {
    ModelVersion to = registry.version(product, version);
    CanvasVersion canvas = canvases.apply(product);
    Optional<String> from = champion(product);
    if (from.equals(Optional.of(version))) {
      throw EspalierException.conflict("Version %s is the champion already.".formatted(version));
    }
    if (quarantined(product).contains(version)) {
      throw EspalierException.conflict(
          "Version %s was rolled back and is quarantined.".formatted(version));
    }
    int approvals = canvas.spec(Spec.ReleasePolicy.class).approvals();
    String state =
        approvals > 0 ? Rollout.PENDING : from.isEmpty() ? Rollout.PROMOTING : Rollout.RUNNING;
    Rollout rollout = proposal(product, to.version(), from, state, cause, canvas, approvals);
    store.insert(rollout);
    events.publish(product, "rollout.started", rollout);
    LOG.info("{} {} of {} begins ({})", rollout.kind(), rollout.id(), product, cause);
    if (state.equals(Rollout.PENDING)) {
      return rollout;
    }
    return settled(product, rollout);
  }

  private Rollout settled(String product, Rollout rollout) {
    reconcile(product);
    return find(product, rollout.id());
  }

  private Rollout proposal(
      String product,
      String to,
      Optional<String> from,
      String state,
      String cause,
      CanvasVersion canvas,
      int approvals) {
    Instant now = clocks.now(product);
    Spec.Rollout spec = canvas.spec(Spec.Rollout.class);
    List<RolloutStepRun> steps = new ArrayList<>();
    if (from.isPresent()) {
      for (Spec.RolloutStep step : spec.steps()) {
        steps.add(
            new RolloutStepRun(
                step.share(),
                step.hold(),
                spec.minRequests(),
                "PENDING",
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                List.of()));
      }
    }
    String mode = canvas.spec(Spec.ReleasePolicy.class).mode();
    SortedMap<String, Double> numbers =
        new TreeMap<>(Map.of("approvalsNeeded", (double) approvals));
    Decision policy =
        new Decision(
            now,
            state.equals(Rollout.PENDING) ? "AWAIT_APPROVAL" : "RELEASE",
            "Release policy: mode %s, %d approvals".formatted(mode, approvals),
            MACHINE,
            numbers);
    return new Rollout(
        ids.next("rol"),
        product,
        from.isEmpty() ? Rollout.FIRST : Rollout.CANARY,
        from,
        to,
        state,
        cause,
        now,
        Optional.empty(),
        steps,
        List.of(policy),
        List.of());
  }

  /** Adds an approval; enough of them start the rollout. One person counts once. */
  public Rollout approve(String product, String id, String by) {
    locked(
        product,
        () -> {
          RolloutStore.Stored stored = stored(product, id);
          if (!stored.rollout().state().equals(Rollout.PENDING)) {
            throw EspalierException.conflict("Rollout %s awaits no approval.".formatted(id));
          }
          if (stored.rollout().approvals().contains(by)) {
            throw EspalierException.conflict("%s has approved already.".formatted(by));
          }
          Rollout approved = stored.rollout().approved(by);
          int needed = canvases.apply(product).spec(Spec.ReleasePolicy.class).approvals();
          if (approved.approvals().size() >= needed) {
            String next = approved.from().isEmpty() ? Rollout.PROMOTING : Rollout.RUNNING;
            approved =
                approved.decided(next, decision(product, "APPROVED", "Enough approvals", by));
          }
          store.update(approved, stored.epoch());
        });
    return settled(product, find(product, id));
  }

  /** Moves the product's rollout as far as the evidence goes now. */
  public void reconcile(String product) {
    locked(
        product,
        () -> {
          // Each pass is one transition; a rollout has few, so this ends.
          while (transition(product)) {
            LOG.debug("Rollout of {} moved", product);
          }
        });
  }

  private boolean transition(String product) {
    Optional<RolloutStore.Stored> active = store.active(product);
    if (active.isEmpty()) {
      return false;
    }
    Rollout rollout = active.get().rollout();
    long epoch = active.get().epoch();
    return switch (rollout.state()) {
      case Rollout.RUNNING -> running(rollout, epoch);
      case Rollout.PROMOTING -> promote(rollout, epoch);
      case Rollout.ROLLING_BACK -> rolledBack(rollout, epoch);
      default -> false;
    };
  }

  private boolean running(Rollout rollout, long epoch) {
    int index = rollout.current();
    if (index < 0) {
      return nextStep(rollout, epoch, 0);
    }
    if (!load(rollout, epoch)) {
      return true;
    }
    RolloutStepRun step = rollout.steps().get(index);
    CanvasVersion canvas = canvases.apply(rollout.product());
    Instant since = step.startedAt().orElseThrow();
    ArmOutcomes champion =
        outcomes.outcomes(rollout.product(), rollout.from().orElseThrow(), since);
    ArmOutcomes candidate = outcomes.outcomes(rollout.product(), rollout.to(), since);
    List<GuardrailResult> results =
        new Guardrails(canvas.spec(Spec.Rollout.class), canvas).judge(champion, candidate);
    RolloutStepRun seen = step.seen(champion.requests(), candidate.requests(), results);
    Rollout now = rollout.step(index, seen);
    return judged(now, epoch, index, !seen.equals(step));
  }

  private boolean judged(Rollout rollout, long epoch, int index, boolean changed) {
    RolloutStepRun step = rollout.steps().get(index);
    Instant now = clocks.now(rollout.product());
    Optional<GuardrailResult> failed = first(step, Verdict.FAIL);
    if (failed.isPresent()) {
      return back(rollout.step(index, step.ended("FAILED", now)), epoch, failed.get().detail());
    }
    Duration held = Duration.between(step.startedAt().orElseThrow(), now);
    boolean due =
        held.compareTo(step.hold()) >= 0 && step.candidateRequests() >= step.minRequests();
    if (due && step.guardrails().stream().allMatch(one -> one.verdict() == Verdict.PASS)) {
      return nextStep(rollout.step(index, step.ended("PASSED", now)), epoch, index + 1);
    }
    Duration longest = max(step.hold(), Duration.ofHours(1)).multipliedBy(MAX_HOLDS);
    if (due && held.compareTo(longest) > 0) {
      String why = "Still inconclusive after %s".formatted(held);
      return back(rollout.step(index, step.ended("FAILED", now)), epoch, why);
    }
    if (changed) {
      store.update(rollout, epoch);
      events.publish(rollout.product(), "rollout.step", rollout);
    }
    return false;
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Optional<GuardrailResult> first(RolloutStepRun step, Verdict verdict) {
    return step.guardrails().stream().filter(one -> one.verdict() == verdict).findFirst();
  }

  private boolean nextStep(Rollout rollout, long epoch, int index) {
    Instant now = clocks.now(rollout.product());
    boolean last = index >= rollout.steps().size() || rollout.steps().get(index).share() >= 1;
    Rollout next;
    if (last) {
      next =
          rollout.decided(
              Rollout.PROMOTING, decision(rollout, "PROMOTE", "Every guardrail passed"));
    } else {
      RolloutStepRun step = rollout.steps().get(index).started(now);
      String why = "%.0f %% of the traffic to %s".formatted(step.share() * 100, rollout.to());
      next = rollout.step(index, step).decided(Rollout.RUNNING, decision(rollout, "STEP", why));
    }
    store.update(next, epoch);
    applyRoute(rollout.product(), Optional.of(next));
    if (index == 0) {
      alias(rollout.product(), Registry.CHALLENGER, rollout.to(), rollout.id());
    }
    events.publish(rollout.product(), "rollout.step", next);
    return true;
  }

  private boolean back(Rollout rollout, long epoch, String why) {
    Rollout next =
        rollout.decided(
            Rollout.ROLLING_BACK, decision(rollout, "ROLL_BACK", why + "; quarantined"));
    store.update(next, epoch);
    applyRoute(rollout.product(), Optional.of(next));
    LOG.warn("Rollout {} of {} goes back: {}", rollout.id(), rollout.product(), why);
    return true;
  }

  private boolean rolledBack(Rollout rollout, long epoch) {
    applyRoute(rollout.product(), Optional.of(rollout));
    finish(rollout, epoch, Rollout.ROLLED_BACK, "The old version answers everything");
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
        .ifPresent(old -> alias(product, Registry.PREVIOUS, old, rollout.id()));
    alias(product, Registry.CHAMPION, rollout.to(), rollout.id());
    applyRoute(product, Optional.empty());
    finish(rollout, epoch, Rollout.PROMOTED, "%s answers everything".formatted(rollout.to()));
    return true;
  }

  /** Routes to the candidate; a version that cannot be loaded ends its rollout. */
  private boolean load(Rollout rollout, long epoch) {
    try {
      applyRoute(rollout.product(), Optional.of(rollout));
      return true;
    } catch (EspalierException unloadable) {
      LOG.warn("{} of {} cannot be served", rollout.to(), rollout.product(), unloadable);
      Rollout next =
          rollout.decided(
              Rollout.ROLLED_BACK,
              decision(rollout, "ROLL_BACK", "Not loadable: " + unloadable.getMessage()));
      store.update(next, epoch);
      events.publish(rollout.product(), "rollout.finished", next);
      return false;
    }
  }

  private void finish(Rollout rollout, long epoch, String state, String why) {
    Instant now = clocks.now(rollout.product());
    Rollout end = rollout.decided(state, decision(rollout, state, why));
    for (int i = 0; i < end.steps().size(); i++) {
      RolloutStepRun step = end.steps().get(i);
      if (step.state().equals("PENDING") && step.share() >= 1 && state.equals(Rollout.PROMOTED)) {
        end = end.step(i, step.started(now).ended("PASSED", now));
      }
    }
    store.update(end, epoch);
    events.publish(rollout.product(), "rollout.finished", end);
    LOG.info("Rollout {} of {}: {}", rollout.id(), rollout.product(), state);
  }

  private Decision decision(String product, String what, String why, String by) {
    return new Decision(clocks.now(product), what, why, by, new TreeMap<>());
  }

  private Decision decision(Rollout rollout, String what, String why) {
    SortedMap<String, Double> numbers = new TreeMap<>();
    rollout.steps().stream()
        .filter(step -> step.startedAt().isPresent())
        .reduce((_, latest) -> latest)
        .ifPresent(step -> {
          numbers.put("championRequests", (double) step.championRequests());
          numbers.put("candidateRequests", (double) step.candidateRequests());
          for (GuardrailResult result : step.guardrails()) {
            result.candidate().ifPresent(one -> numbers.put(result.signal(), one.value()));
          }
        });
    return new Decision(clocks.now(rollout.product()), what, why, MACHINE, numbers);
  }

  private void alias(String product, String alias, String to, String rollout) {
    Optional<String> now = registry.alias(product, alias).map(ModelVersion::version);
    registry.moveAlias(product, alias, now, to, MACHINE, "rollout " + rollout);
  }

  /**
   * Goes back: stops a running canary, or returns to the previous champion. Needs no approval and
   * no window: returning to safety is never gated.
   *
   * @throws EspalierException CONFLICT without anything to go back to
   */
  public Rollout rollback(String product, String by, String why) {
    Optional<RolloutStore.Stored> active = store.active(product);
    if (active.isPresent()) {
      Rollout rollout = active.get().rollout();
      locked(
          product,
          () ->
              store.update(
                  rollout.decided(Rollout.ROLLING_BACK, decision(product, "ROLL_BACK", why, by)),
                  active.get().epoch()));
      return settled(product, rollout);
    }
    String to =
        registry
            .alias(product, Registry.PREVIOUS)
            .map(ModelVersion::version)
            .filter(previous -> !Optional.of(previous).equals(champion(product)))
            .orElseThrow(() -> EspalierException.conflict("There is no previous version."));
    Rollout rollout =
        new Rollout(
            ids.next("rol"),
            product,
            Rollout.ROLLBACK,
            champion(product),
            to,
            Rollout.PROMOTING,
            why,
            clocks.now(product),
            Optional.empty(),
            List.of(),
            List.of(decision(product, "ROLL_BACK", why, by)),
            List.of());
    store.insert(rollout);
    events.publish(product, "rollout.started", rollout);
    return settled(product, rollout);
  }

  private void applyRoute(String product, Optional<Rollout> rollout) {
    Route wanted = route(product, rollout);
    Optional<EndpointView> view = serving.view(product);
    var config = Endpoints.config(product, canvases.apply(product));
    if (view.isEmpty()
        || !view.get().route().equals(wanted)
        || !view.get().config().equals(config)) {
      serving.configure(config, wanted);
    }
  }

  private Route route(String product, Optional<Rollout> rollout) {
    Optional<String> champion = champion(product);
    String main = champion.isPresent() ? champion.get() : rollout.map(Rollout::to).orElseThrow();
    List<Arm> arms = new ArrayList<>();
    Optional<Rollout> running =
        rollout.filter(one -> one.state().equals(Rollout.RUNNING) && one.current() >= 0);
    double share = running.map(one -> one.steps().get(one.current()).share()).orElse(0.0);
    boolean promoting = rollout.filter(one -> one.state().equals(Rollout.PROMOTING)).isPresent();
    if (promoting && champion.isPresent()) {
      share = 1;
    }
    arms.add(new Arm(main, 1 - share, Arm.CHAMPION));
    if (share > 0) {
      arms.add(new Arm(rollout.orElseThrow().to(), share, Arm.CANDIDATE));
    }
    registry
        .alias(product, Registry.PREVIOUS)
        .map(ModelVersion::version)
        .filter(previous -> !previous.equals(main))
        .ifPresent(previous -> arms.add(new Arm(previous, 0, Arm.PREVIOUS)));
    baseline(product, main).ifPresent(one -> arms.add(new Arm(one, 0, Arm.BASELINE)));
    return new Route(product, arms);
  }

  private Optional<String> baseline(String product, String champion) {
    Optional<Spec.Ladder> ladder =
        canvases.apply(product).specs(Spec.Ladder.class).stream().findFirst();
    return ladder.flatMap(one ->
        registry.versions(product).stream()
            .filter(version -> version.rung().equals(one.baseline()))
            .map(ModelVersion::version)
            .filter(version -> !version.equals(champion))
            .reduce((_, newest) -> newest));
  }

  private Optional<String> champion(String product) {
    return registry.alias(product, Registry.CHAMPION).map(ModelVersion::version);
  }

  /** Every rollout of a product, oldest first. */
  public List<Rollout> rollouts(String product) {
    return store.all(product).stream().map(RolloutStore.Stored::rollout).toList();
  }

  /** Versions that a rollout or a rollback took out of service. */
  public List<String> quarantined(String product) {
    List<String> versions = new ArrayList<>();
    for (Rollout rollout : rollouts(product)) {
      if (rollout.state().equals(Rollout.ROLLED_BACK)) {
        versions.add(rollout.to());
      } else if (rollout.kind().equals(Rollout.ROLLBACK)) {
        rollout.from().ifPresent(versions::add);
      }
    }
    return versions;
  }

  public DeploymentView view(String product) {
    Optional<EndpointView> endpoint = serving.view(product);
    Map<String, String> models = new HashMap<>();
    serving.models(product).forEach((version, state) -> models.put(version, state.name()));
    return new DeploymentView(
        product,
        endpoint.map(one -> one.route().arms()).orElse(List.of()),
        registry.aliases(product),
        models,
        endpoint.map(_ -> serving.latency(product)),
        quarantined(product),
        rollouts(product));
  }

  private Rollout find(String product, String id) {
    return stored(product, id).rollout();
  }

  private RolloutStore.Stored stored(String product, String id) {
    return store.all(product).stream()
        .filter(one -> one.rollout().id().equals(id))
        .findFirst()
        .orElseThrow(() -> EspalierException.notFound("No rollout '%s'.".formatted(id)));
  }

  private void locked(String product, Runnable work) {
    ReentrantLock lock = locks.computeIfAbsent(product, _ -> new ReentrantLock());
    lock.lock();
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }
}
