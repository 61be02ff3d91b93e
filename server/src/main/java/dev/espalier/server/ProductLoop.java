package dev.espalier.server;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Canvases;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Datasets;
import dev.espalier.deployment.Deployments;
import dev.espalier.deployment.ReleaseRequest;
import dev.espalier.deployment.Rollout;
import dev.espalier.monitoring.Monitoring;
import dev.espalier.monitoring.RetrainDecision;
import dev.espalier.pipeline.Cause;
import dev.espalier.pipeline.Pipelines;
import dev.espalier.pipeline.Run;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.ProductClocks;
import dev.espalier.training.Registered;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the circle, and is the only place that does: monitoring decides, a run starts with its
 * cause, a finished run's version is released as the policy says, a rollout moves by one
 * transition, the stages are asked for evidence. Every step reads what is stored, so a tick after a
 * crash goes on where the last one ended.
 *
 * <p>Thread-safe: a product's {@code lock} lets one tick at a time move it.
 */
final class ProductLoop {
  private static final Logger LOG = LoggerFactory.getLogger(ProductLoop.class);
  private final Canvases canvases;
  private final Datasets datasets;
  private final Pipelines pipelines;
  private final Deployments deployments;
  private final Monitoring monitoring;
  private final ProductClocks clocks;
  private final List<EvidenceSource> sources;
  private final CanvasChecks checks;
  private final BiConsumer<String, String> promoted;
  private final AtomicLong seed = new AtomicLong(42);
  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  /** Why each product's newest version is not released, as it was last said. */
  private final Map<String, String> refused = new ConcurrentHashMap<>();

  /** Promoted rollouts whose documents are frozen. */
  private final Set<String> documented = ConcurrentHashMap.newKeySet();

  /** Rollouts whose end monitoring knows; telling it again after a restart changes nothing. */
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  ProductLoop(
      Canvases canvases,
      Datasets datasets,
      Pipelines pipelines,
      Deployments deployments,
      Monitoring monitoring,
      ProductClocks clocks,
      List<EvidenceSource> sources,
      CanvasChecks checks,
      BiConsumer<String, String> promoted) {
    this.canvases = canvases;
    this.datasets = datasets;
    this.pipelines = pipelines;
    this.deployments = deployments;
    this.monitoring = monitoring;
    this.clocks = clocks;
    this.sources = List.copyOf(sources);
    this.checks = checks;
    this.promoted = promoted;
  }

  /** The seed of runs that start from now on. */
  void seed(long value) {
    seed.set(value);
  }

  /** Moves one product by what is due. */
  void tick(String product) {
    ReentrantLock lock = locks.computeIfAbsent(product, _ -> new ReentrantLock());
    lock.lock();
    try {
      Optional<CanvasVersion> canvas = canvases.active(product);
      if (canvas.isPresent()) {
        move(product, canvas.get());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Runs the checks of a new canvas as a tick does, and waits for their end. */
  void check(String product) throws InterruptedException {
    Optional<Thread> running = checks.due(canvases.require(product));
    if (running.isPresent()) {
      running.get().join();
    }
  }

  /**
   * Puts a changed canvas into force where nothing else moves: a replay that stands still, or has
   * ended, is ticked by nobody.
   */
  void follow(String product) {
    deployments.follow(product);
  }

  private void move(String product, CanvasVersion canvas) {
    var _ = checks.due(canvas);
    monitoring.evaluate(product, canvas);
    if (active(product).isEmpty()) {
      release(product, canvas);
      deployments.reconcile(product);
      monitoring.pending(product).stream()
          .findFirst()
          .ifPresentOrElse(next -> retrain(canvas, next), () -> scheduled(canvas));
    } else {
      deployments.reconcile(product);
    }
    settle(product);
    observe(product, canvas);
    document(product);
  }

  /**
   * Lets the documents of each promoted version be frozen, once it has been observed. What fails is
   * tried again with the next tick; freezing twice changes nothing.
   */
  private void document(String product) {
    for (Rollout rollout : deployments.rollouts(product)) {
      if (rollout.state().equals(Rollout.PROMOTED)
          && !rollout.kind().equals(Rollout.ROLLBACK)
          && !documented.contains(rollout.id())) {
        try {
          promoted.accept(product, rollout.to());
          documented.add(rollout.id());
        } catch (EspalierException failure) {
          LOG.warn("The documents of {} {} are not frozen", product, rollout.to(), failure);
        }
      }
    }
  }

  /** Tells monitoring what became of its retrainings, and which version answers since when. */
  private void settle(String product) {
    List<Rollout> rollouts = deployments.rollouts(product);
    for (Rollout rollout : rollouts) {
      if (rollout.state().equals(Rollout.PROMOTED) && told.add(rollout.id())) {
        monitoring.release(
            product, rollout.to(), rollout.fullTrafficAt().orElse(rollout.startedAt()));
      }
    }
    for (RetrainDecision decision : monitoring.decisions(product)) {
      if (decision.outcome().isEmpty() && decision.runId().isPresent()) {
        String run = decision.runId().get();
        outcome(run, rollouts).ifPresent(outcome -> monitoring.finished(run, outcome));
      }
    }
  }

  /** How a retraining ended; empty while its run or rollout goes on. */
  private Optional<RetrainDecision.Outcome> outcome(String runId, List<Rollout> rollouts) {
    Run run = pipelines.run(runId);
    if (!run.ended()) {
      return Optional.empty();
    }
    if (!run.succeeded()) {
      return Optional.of(RetrainDecision.Outcome.FAILED);
    }
    Optional<String> version =
        pipelines.output(runId, "register", Registered.class).flatMap(Registered::version);
    if (version.isEmpty()) {
      return Optional.of(RetrainDecision.Outcome.NOT_PROMOTED);
    }
    return rollouts.stream()
        .filter(rollout -> rollout.to().equals(version.get()) && rollout.ended())
        .reduce((_, newest) -> newest)
        .map(rollout ->
            rollout.state().equals(Rollout.PROMOTED)
                ? RetrainDecision.Outcome.PROMOTED
                : RetrainDecision.Outcome.NOT_PROMOTED);
  }

  /** Starts a run of the product's pipeline. */
  String start(CanvasVersion canvas, Cause cause) {
    return pipelines.start(canvas, cause, seed.get());
  }

  /** The run that works for the product now, if any. */
  Optional<Run> active(String product) {
    return pipelines.active(product);
  }

  /** Starts what the schedule asks for: a due time, or enough new rows. */
  private void scheduled(CanvasVersion canvas) {
    pipelines.due(canvas, () -> newRows(canvas)).ifPresent(cause -> start(canvas, cause));
  }

  private long newRows(CanvasVersion canvas) {
    return canvas.specs(Spec.Dataset.class).stream()
        .filter(dataset -> dataset.role().equals("training"))
        .findFirst()
        .map(dataset -> datasets.since(dataset.dataset()))
        .orElse(0L);
  }

  private void retrain(CanvasVersion canvas, RetrainDecision decision) {
    if (!pipelines.allows(canvas)) {
      return;
    }
    Cause cause =
        new Cause(decision.trigger(), decision.reason(), Optional.of(decision.incidentId()));
    String run = start(canvas, cause);
    monitoring.started(decision, run);
    monitoring.trace(
        decision.incidentId(),
        "run",
        run,
        "Retraining started: " + decision.reason(),
        clocks.now(canvas.product()));
  }

  /** Hands the newest finished run's version to deployment, once. */
  private void release(String product, CanvasVersion canvas) {
    Optional<Run> newest = pipelines.lastEnded(product).filter(Run::succeeded);
    if (newest.isEmpty()) {
      return;
    }
    Run run = newest.get();
    Optional<Registered> registered = pipelines.output(run.id(), "register", Registered.class);
    if (registered.isEmpty()
        || registered.get().version().isEmpty()
        || released(product, registered.get().version().get())) {
      return;
    }
    String version = registered.get().version().get();
    run.cause()
        .evidence()
        .ifPresent(incident ->
            monitoring.trace(
                incident, "version", version, registered.get().reason(), clocks.now(product)));
    Spec.ReleasePolicy policy = canvas.spec(Spec.ReleasePolicy.class);
    if (policy.mode().equals("manual")) {
      return;
    }
    propose(product, version, run);
  }

  /** A release that the policy refuses is asked for again at each tick; it is said once. */
  private void propose(String product, String version, Run run) {
    Cause cause = run.cause();
    Rollout rollout;
    try {
      rollout =
          deployments.release(
              new ReleaseRequest(
                  product,
                  version,
                  cause.reason(),
                  Deployments.MACHINE,
                  Optional.of(changed(product, run))));
    } catch (EspalierException refusal) {
      if (refusal.code() != ErrorCode.CONFLICT) {
        throw refusal;
      }
      String why = version + ": " + refusal.getMessage();
      if (!why.equals(refused.put(product, why))) {
        LOG.info("{} is not released yet. {}", product, why);
      }
      return;
    }
    refused.remove(product);
    cause
        .evidence()
        .ifPresent(incident ->
            monitoring.trace(
                incident,
                "rollout",
                rollout.id(),
                "Rollout of %s started, %s".formatted(version, rollout.kind()),
                clocks.now(product)));
  }

  /**
   * When the change that a run carries into production began: with its canvas, where no earlier run
   * lived by that one, else with the run, which froze the data as they were then.
   */
  private Instant changed(String product, Run run) {
    boolean oldCanvas =
        pipelines.runs(product).stream()
            .anyMatch(other ->
                !other.id().equals(run.id())
                    && other.succeeded()
                    && other.canvasVersion().equals(run.canvasVersion()));
    Instant applied = canvases.version(product, run.canvasVersion()).appliedAt();
    return oldCanvas || applied.isAfter(run.createdAt()) ? run.createdAt() : applied;
  }

  private boolean released(String product, String version) {
    return deployments.quarantined(product).contains(version)
        || deployments.retirement(product, version).isPresent()
        || deployments.rollouts(product).stream().anyMatch(one -> one.to().equals(version));
  }

  /** Asks every stage what it sees and stores what it says. */
  void observe(String product, CanvasVersion canvas) {
    Instant now = clocks.now(product);
    List<Observation> seen = new ArrayList<>();
    for (EvidenceSource source : sources) {
      try {
        seen.addAll(source.observe(product, canvas, now));
      } catch (EspalierException failure) {
        LOG.warn("{} could not observe {}", source.getClass().getSimpleName(), product, failure);
      }
    }
    canvases.record(product, seen);
  }
}
