package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import dev.espalier.serving.EndpointView;
import dev.espalier.serving.Serving;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
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

  /** Who acts when the platform itself does. */
  public static final String MACHINE = "espalier";

  /** Strategies that move all traffic in one step; the guardrails of the bake watch it. */
  private static final Set<String> AT_ONCE = Set.of("recreate", "blue_green");

  private final RolloutStore store;
  private final RetirementStore retirements;
  private final Registry registry;
  private final Serving serving;
  private final Traffic traffic;
  private final ReleaseTerms terms;
  private final RolloutController controller;
  private final InForce inForce;
  private final ProductClocks clocks;
  private final Events events;
  private final Ids ids;
  private final Function<String, CanvasVersion> canvases;
  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  /**
   * @param records what a release policy may require
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
      ReleaseRecords records,
      Function<String, CanvasVersion> canvases) {
    this.store = new RolloutStore(database);
    this.retirements = new RetirementStore(database);
    this.registry = registry;
    this.serving = serving;
    this.traffic = new Traffic(registry, serving, retirements, canvases);
    this.inForce = new InForce(store, traffic, clocks, events);
    this.terms = new ReleaseTerms(records);
    this.controller =
        new RolloutController(store, registry, traffic, terms, outcomes, clocks, events, canvases);
    this.clocks = clocks;
    this.events = events;
    this.ids = ids;
    this.canvases = canvases;
  }

  /**
   * Rebuilds every route from the rows; call it before the process reports ready. One that cannot
   * be rebuilt keeps no other from it: it is {@link #behind} until a later call can.
   */
  public void resume() {
    store.products().forEach(this::follow);
  }

  /** Why the endpoint is not what the active canvas and the rows say; empty when it is. */
  public Optional<Behind> behind(String product) {
    return inForce.of(product);
  }

  /** As {@link #release(ReleaseRequest)}, asked by the platform itself. */
  public Rollout release(String product, String version, String cause) {
    return release(new ReleaseRequest(product, version, cause, MACHINE, Optional.empty()));
  }

  /**
   * Proposes a version. It is judged by the release policy at once; then it waits for the approvals
   * that the policy asks for and for a window, and begins. The first version answers everything at
   * once: there is no second arm to compare with. Later ones go through the steps and the bake.
   *
   * @throws EspalierException CONFLICT while another rollout runs, for the champion itself, for a
   *     quarantined version and for one that lacks what the policy requires; NOT_FOUND for an
   *     unregistered one
   */
  public Rollout release(ReleaseRequest request) {
    ModelVersion version = registry.version(request.product(), request.version());
    Rollout proposal = inside(request.product(), () -> proposed(request, version));
    return settled(request.product(), proposal);
  }

  /**
   * What {@link #release(ReleaseRequest)} would begin, under the same rules and refusals, without
   * beginning it.
   */
  public Rollout plan(ReleaseRequest request) {
    ModelVersion version = registry.version(request.product(), request.version());
    return inside(
        request.product(),
        () -> {
          if (store.active(request.product()).isPresent()) {
            throw EspalierException.conflict(
                "Another rollout of '%s' is under way.".formatted(request.product()));
          }
          return foreseen(request, version);
        });
  }

  private Rollout proposed(ReleaseRequest request, ModelVersion version) {
    Rollout rollout = foreseen(request, version);
    String product = rollout.product();
    store.insert(rollout);
    events.publish(product, "rollout.started", rollout);
    LOG.info("{} {} of {} begins ({})", rollout.kind(), rollout.id(), product, request.cause());
    return rollout;
  }

  private Rollout foreseen(ReleaseRequest request, ModelVersion version) {
    String product = request.product();
    CanvasVersion canvas = canvases.apply(product);
    Optional<String> from = traffic.champion(product);
    if (from.equals(Optional.of(request.version()))) {
      throw EspalierException.conflict(
          "Version %s is the champion already.".formatted(request.version()));
    }
    if (quarantined(product).contains(request.version())) {
      throw EspalierException.conflict(
          "Version %s was rolled back and is quarantined.".formatted(request.version()));
    }
    inService(product, request.version());
    Instant now = clocks.now(product);
    Rights.reviewed(store.all(product), now);
    Admission admission =
        request.breakGlass()
            ? terms.broken(request, version, canvas, now)
            : terms.proposed(request, version, canvas, now);
    return proposal(request, from, admission, canvas);
  }

  /** Who owns the product, by its active canvas; whoever is at the machine stands for them. */
  String owner(String product) {
    return canvases.apply(product).specs(Spec.Product.class).stream()
        .map(Spec.Product::owner)
        .findFirst()
        .orElse(Caller.LOCAL);
  }

  /** True when a rollout of the version is on record. */
  public boolean knows(String product, String version) {
    return rollouts(product).stream().anyMatch(rollout -> rollout.to().equals(version));
  }

  private Rollout settled(String product, Rollout rollout) {
    reconcile(product);
    return find(product, rollout.id());
  }

  private Rollout proposal(
      ReleaseRequest request, Optional<String> from, Admission admission, CanvasVersion canvas) {
    Instant now = clocks.now(request.product());
    String policy =
        "Release policy: mode %s, %d approvals, requires %s"
            .formatted(admission.mode(), admission.approvalsNeeded(), admission.requires());
    boolean waits = admission.approvalsNeeded() > 0;
    Decision decision =
        new Decision(
            now,
            waits ? "AWAIT_APPROVAL" : "RELEASE",
            policy,
            request.by(),
            new TreeMap<>(Map.of("approvalsNeeded", (double) admission.approvalsNeeded())));
    return new Rollout(
        ids.next("rol"),
        request.product(),
        from.isEmpty() ? Rollout.FIRST : Rollout.CANARY,
        from,
        request.version(),
        waits ? Rollout.PENDING : Rollout.WAITING_WINDOW,
        request.cause(),
        now,
        Optional.empty(),
        from.isEmpty() ? List.of() : steps(canvas.spec(Spec.Rollout.class)),
        List.of(decision),
        List.of(),
        Optional.of(admission));
  }

  /** The shares below the whole, then the whole for as long as the bake lasts. */
  private static List<RolloutStepRun> steps(Spec.Rollout spec) {
    List<RolloutStepRun> steps = new ArrayList<>();
    spec.steps().stream()
        .filter(step -> step.share() < 1 && !AT_ONCE.contains(spec.strategy()))
        .forEach(step -> steps.add(pending(step.share(), step.hold(), spec.minRequests())));
    steps.add(pending(1, spec.bake(), spec.minRequests()));
    return steps;
  }

  private static RolloutStepRun pending(double share, Duration hold, int minRequests) {
    return new RolloutStepRun(
        share, hold, minRequests, "PENDING", Optional.empty(), Optional.empty(), 0, 0, List.of());
  }

  /**
   * Adds an approval. Enough of them start a rollout that waits for them; one lets a held rollout
   * go on. One person counts once.
   *
   * @throws EspalierException DENIED under four eyes for who made the change; CONFLICT when no
   *     approval is awaited or the person has approved already; NOT_FOUND
   */
  public Rollout approve(String product, String id, String by) {
    Rollout _ = find(product, id);
    locked(
        product,
        () -> {
          RolloutStore.Stored stored = stored(product, id);
          Rollout rollout = stored.rollout();
          Admission admission =
              rollout
                  .admission()
                  .orElseThrow(() -> EspalierException.conflict("A rollback needs no approval."));
          Rights.mayApprove(canvases.apply(product), by);
          if (admission.fourEyes() && admission.authors().contains(by)) {
            throw new EspalierException(
                ErrorCode.DENIED, "Four eyes: %s made this change.".formatted(by));
          }
          switch (rollout.state()) {
            case Rollout.HELD -> controller.accept(rollout, stored.epoch(), by);
            case Rollout.PENDING -> store.update(approved(rollout, admission, by), stored.epoch());
            default ->
                throw EspalierException.conflict("Rollout %s awaits no approval.".formatted(id));
          }
        });
    return settled(product, find(product, id));
  }

  private Rollout approved(Rollout rollout, Admission admission, String by) {
    if (rollout.approvals().contains(by)) {
      throw EspalierException.conflict("%s has approved already.".formatted(by));
    }
    Rollout approved = rollout.approved(by);
    return approved.approvals().size() < admission.approvalsNeeded()
        ? approved
        : approved.decided(
            Rollout.WAITING_WINDOW,
            decision(rollout.product(), "APPROVED", "Enough approvals", by));
  }

  /**
   * Says that somebody has looked at a release that broke the glass.
   *
   * @throws EspalierException DENIED for who broke it, where somebody else could; CONFLICT when no
   *     review is owed; NOT_FOUND
   */
  public Rollout review(String product, String id, String by) {
    Rollout _ = find(product, id);
    locked(
        product,
        () -> {
          RolloutStore.Stored stored = stored(product, id);
          Admission admission =
              stored
                  .rollout()
                  .admission()
                  .filter(one -> one.glass().isPresent())
                  .orElseThrow(
                      () -> EspalierException.conflict("Rollout %s broke no glass.".formatted(id)));
          BreakGlass glass = admission.glass().orElseThrow();
          if (glass.reviewedBy().isPresent()) {
            throw EspalierException.conflict(
                "%s has reviewed it already.".formatted(glass.reviewedBy().get()));
          }
          Rights.mayReview(canvases.apply(product), glass, by);
          Instant now = clocks.now(product);
          store.update(
              stored.rollout().admitted(admission.withGlass(glass.reviewed(by, now))),
              stored.epoch());
          LOG.info("{} reviewed the broken glass of {}", by, id);
        });
    return find(product, id);
  }

  /**
   * Moves the product's rollout as far as the evidence goes now, then lets the endpoint follow the
   * canvas as {@link #follow} does.
   */
  public void reconcile(String product) {
    locked(
        product,
        () -> {
          // Each pass is one transition; a rollout has few, so this ends.
          while (controller.transition(product)) {
            LOG.debug("Rollout of {} moved", product);
          }
          inForce.follow(product);
        });
  }

  /**
   * Lets the endpoint be what the active canvas and the rows say, without a release: a changed
   * answer about serving needs none. Where nothing changed nothing happens. What cannot be put into
   * force leaves the endpoint as it was; it is tried again with the next call.
   */
  public void follow(String product) {
    locked(product, () -> inForce.follow(product));
  }

  private Decision decision(String product, String what, String why, String by) {
    return new Decision(clocks.now(product), what, why, by, new TreeMap<>());
  }

  /**
   * Goes back: stops a rollout that touches traffic, or returns to the previous champion. A
   * proposal that still waits is withdrawn on the way. Needs no approval and no window: returning
   * to safety is never gated.
   *
   * @throws EspalierException CONFLICT without anything to go back to
   */
  public Rollout rollback(String product, String by, String why) {
    if (store.all(product).isEmpty()) {
      throw EspalierException.conflict("Nothing was ever released for '%s'.".formatted(product));
    }
    Rollout changed = inside(product, () -> goBack(product, by, why));
    return settled(product, changed);
  }

  private Rollout goBack(String product, String by, String why) {
    Optional<RolloutStore.Stored> active = store.active(product);
    if (active.isPresent() && active.get().rollout().moving()) {
      Rollout rollout = active.get().rollout();
      store.update(
          rollout.decided(Rollout.ROLLING_BACK, decision(product, Rollout.ROLL_BACK, why, by)),
          active.get().epoch());
      return rollout;
    }
    Optional<String> to =
        registry
            .alias(product, Registry.PREVIOUS)
            .map(ModelVersion::version)
            .filter(previous -> !Optional.of(previous).equals(traffic.champion(product)));
    to.ifPresent(previous -> inService(product, previous));
    if (active.isPresent()) {
      withdraw(active.get(), by, why);
      if (to.isEmpty()) {
        return active.get().rollout();
      }
    }
    return back(
        product,
        to.orElseThrow(() -> EspalierException.conflict("There is no previous version.")),
        by,
        why);
  }

  private Rollout back(String product, String to, String by, String why) {
    Rollout rollout =
        new Rollout(
            ids.next("rol"),
            product,
            Rollout.ROLLBACK,
            traffic.champion(product),
            to,
            Rollout.PROMOTING,
            why,
            clocks.now(product),
            Optional.empty(),
            List.of(),
            List.of(decision(product, Rollout.ROLL_BACK, why, by)),
            List.of(),
            Optional.empty());
    store.insert(rollout);
    events.publish(product, "rollout.started", rollout);
    return rollout;
  }

  /**
   * Takes a proposal back that has not touched any traffic. Its version may be proposed again.
   *
   * @throws EspalierException CONFLICT once it has begun; NOT_FOUND
   */
  public Rollout withdraw(String product, String id, String by, String why) {
    Rollout _ = find(product, id);
    locked(
        product,
        () -> {
          RolloutStore.Stored stored = stored(product, id);
          if (stored.rollout().ended() || stored.rollout().moving()) {
            throw EspalierException.conflict(
                "Rollout %s is %s: only a proposal that waits can be withdrawn."
                    .formatted(id, stored.rollout().state()));
          }
          withdraw(stored, by, why);
        });
    return find(product, id);
  }

  /**
   * Retires a version: nobody can release it until it is taken back. Twice is once.
   *
   * @throws EspalierException CONFLICT for a version that answers, that a rollout moves, or that a
   *     rollback would return to; NOT_FOUND for an unregistered one; INVALID without a reason
   */
  public Retirement retire(String product, String version, String by, String why) {
    String name = registry.version(product, version).version();
    if (why.isBlank()) {
      throw EspalierException.invalidField(
          "reason", "required", "A retirement needs a reason", Optional.empty());
    }
    return inside(
        product,
        () -> {
          registry
              .aliases(product)
              .forEach((alias, named) -> {
                // Challenger says what was tried, not who is served.
                if (named.equals(name) && !alias.equals(Registry.CHALLENGER)) {
                  throw EspalierException.conflict(
                      "Version %s is the %s: release or name another one first."
                          .formatted(name, alias));
                }
              });
          store
              .active(product)
              .map(RolloutStore.Stored::rollout)
              .filter(one -> one.to().equals(name) || one.from().equals(Optional.of(name)))
              .ifPresent(one -> {
                throw EspalierException.conflict(
                    "Version %s is in rollout %s: withdraw it or wait for its end."
                        .formatted(name, one.id()));
              });
          retirements.insert(product, new Retirement(name, clocks.now(product), by, why));
          Retirement retired = retirements.of(product, name).orElseThrow();
          events.publish(product, "retirement.begun", retired);
          LOG.info("{} of {} is retired by {} ({})", name, product, by, why);
          return retired;
        });
  }

  /**
   * Takes a retired version back into service: it may be released again, by the policy.
   *
   * @throws EspalierException CONFLICT for a version that is not retired
   */
  public void restore(String product, String version, String by) {
    if (!retirements.remove(product, version)) {
      throw EspalierException.conflict("Version %s is not retired.".formatted(version));
    }
    events.publish(product, "retirement.ended", version);
    LOG.info("{} of {} is taken back into service by {}", version, product, by);
  }

  private void inService(String product, String version) {
    retirements
        .of(product, version)
        .ifPresent(retired -> {
          throw EspalierException.conflict(retired.refusal());
        });
  }

  /** The retirement of a version, where somebody retired it. */
  public Optional<Retirement> retirement(String product, String version) {
    return retirements.of(product, version);
  }

  private void withdraw(RolloutStore.Stored stored, String by, String why) {
    Rollout rollout = stored.rollout();
    Rollout end =
        rollout.decided(Rollout.WITHDRAWN, decision(rollout.product(), Rollout.WITHDRAWN, why, by));
    store.update(end, stored.epoch());
    events.publish(rollout.product(), "rollout.finished", end);
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
        retirements.all(product),
        rollouts(product),
        store
            .active(product)
            .map(active ->
                Outlook.of(active.rollout(), canvases.apply(product), clocks.now(product))));
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
    boolean _ =
        inside(
            product,
            () -> {
              work.run();
              return true;
            });
  }

  private <T> T inside(String product, Supplier<T> work) {
    ReentrantLock lock = locks.computeIfAbsent(product, _ -> new ReentrantLock());
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }
}
