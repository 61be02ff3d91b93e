package dev.espalier.server;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Canvases;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.deployment.Deployments;
import dev.espalier.deployment.DrillPlan;
import dev.espalier.deployment.DrillRecord;
import dev.espalier.deployment.DrillStore;
import dev.espalier.deployment.VersionDrill;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the stages' drills, one at a time in the whole process, keeps a record of each, and stores
 * what those of the champion saw as evidence. What is due by {@link DrillPlan} runs by itself, in a
 * thread of its own. Thread-safe: {@code running} names the drill that has the lane.
 */
final class Drills implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Drills.class);

  /** A process that has just begun has better things to do than its weekly drills. */
  private static final Duration QUIET = Duration.ofMinutes(5);

  private static final int LISTED = 200;
  private static final long PATIENCE_SECONDS = 10;

  private final List<Drill> drills;
  private final Canvases canvases;
  private final Registry registry;
  private final Deployments deployments;
  private final DrillStore records;
  private final DrillPlan plan;
  private final ProductClocks clocks;
  private final Events events;
  private final Ids ids;
  private final InstantSource machine;
  private final Instant began;
  private final AtomicReference<@Nullable Running> running = new AtomicReference<>();

  /** True from the moment a due drill is handed to the lane until its record is stored. */
  private final AtomicBoolean scheduled = new AtomicBoolean();

  private final ExecutorService lane =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("drills").factory());

  /** The drill that has the lane. */
  private record Running(String product, Drill drill, String trigger) {}

  /** What the drills need to know about the product that they drill. */
  record Stages(
      Canvases canvases, Registry registry, Deployments deployments, DrillStore records) {}

  Drills(
      List<Drill> drills,
      Stages stages,
      ProductClocks clocks,
      Events events,
      Ids ids,
      InstantSource machine) {
    this.drills = List.copyOf(drills);
    this.canvases = stages.canvases();
    this.registry = stages.registry();
    this.deployments = stages.deployments();
    this.records = stages.records();
    this.plan = new DrillPlan(records);
    this.clocks = clocks;
    this.events = events;
    this.ids = ids;
    this.machine = machine;
    this.began = machine.instant();
  }

  /** What a drill is called and proves. */
  record Description(String name, String description) {}

  List<Description> list() {
    return drills.stream()
        .map(drill -> new Description(drill.name(), drill.description()))
        .toList();
  }

  /** The newest records of a product, newest first. */
  List<DrillRecord> records(String product) {
    return records.newest(product, LISTED);
  }

  /**
   * Runs a drill now and returns its record, however it went.
   *
   * @param version another version than the champion, for a drill that can take one
   * @throws EspalierException CONFLICT while another drill runs; INVALID for an unknown name
   */
  DrillRecord run(String product, String name, Optional<String> version, String by) {
    return run(product, drill(name), version, "request", by);
  }

  private Drill drill(String name) {
    return drills.stream()
        .filter(known -> known.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            EspalierException.invalidField(
                "name",
                "known drill",
                "No drill '%s'. Known: %s."
                    .formatted(name, String.join(", ", drills.stream().map(Drill::name).toList())),
                drills.stream().map(Drill::name).findFirst()));
  }

  private DrillRecord run(
      String product, Drill drill, Optional<String> version, String trigger, String by) {
    CanvasVersion canvas = canvases.require(product);
    version.ifPresent(asked -> registry.version(product, asked));
    if (version.isPresent() && !(drill instanceof VersionDrill)) {
      throw EspalierException.invalidField(
          "version",
          "champion only",
          "Drill '%s' is about what answers now.".formatted(drill.name()),
          Optional.empty());
    }
    Optional<Running> other =
        Optional.ofNullable(running.compareAndExchange(null, new Running(product, drill, trigger)));
    if (other.isPresent()) {
      throw EspalierException.conflict(
          "Drill '%s' of %s runs: drills run one at a time. Try again when it has ended, or abort it."
              .formatted(other.get().drill().name(), other.get().product()));
    }
    try {
      return recorded(drill, canvas, version, trigger, by);
    } finally {
      running.set(null);
    }
  }

  private DrillRecord recorded(
      Drill drill, CanvasVersion canvas, Optional<String> version, String trigger, String by) {
    String product = canvas.product();
    Optional<String> champion =
        registry.alias(product, Registry.CHAMPION).map(ModelVersion::version);
    String subject = version.or(() -> champion).orElse("");
    Instant now = clocks.now(product);
    long start = System.nanoTime();
    Ending ending = ending(drill, canvas, version, now);
    DrillRecord record =
        new DrillRecord(
            ids.next("drl"),
            product,
            drill.name(),
            subject,
            canvas.version(),
            DrillPlan.terms(canvas),
            now,
            now.plus(DrillRecord.TTL),
            machine.instant(),
            (System.nanoTime() - start) / 1_000_000,
            ending.state(),
            ending.state().equals(DrillRecord.PASSED),
            trigger,
            by,
            ending.seen(),
            ending.detail());
    records.save(record);
    // What a candidate did says nothing about the product as it answers now.
    if (version.isEmpty() || version.equals(champion)) {
      canvases.record(product, ending.seen());
    }
    events.publish(
        product,
        "drill.finished",
        new Finished(record.id(), drill.name(), record.passed(), record.millis()));
    LOG.info("Drill {} of {}: {}", drill.name(), product, record.state());
    return record;
  }

  private record Ending(String state, List<Observation> seen, String detail) {}

  private static Ending ending(
      Drill drill, CanvasVersion canvas, Optional<String> version, Instant now) {
    try {
      List<Observation> seen =
          version.isPresent() && drill instanceof VersionDrill any
              ? any.run(canvas.product(), version.get(), canvas, now)
              : drill.run(canvas.product(), canvas, now);
      boolean held = seen.stream().noneMatch(one -> one.pass().equals(Optional.of(false)));
      String state =
          seen.isEmpty() ? DrillRecord.UNPROVED : held ? DrillRecord.PASSED : DrillRecord.FAILED;
      String detail =
          seen.isEmpty() ? "There was nothing to try it on yet." : seen.getFirst().detail();
      return new Ending(state, seen, detail);
    } catch (EspalierException cut) {
      String state =
          cut.code() == ErrorCode.UNAVAILABLE ? DrillRecord.ABORTED : DrillRecord.UNPROVED;
      return new Ending(state, List.of(), String.valueOf(cut.getMessage()));
    }
  }

  /**
   * Asks the drill that runs to stop; its record says that it was aborted.
   *
   * @throws EspalierException CONFLICT when it does not run
   */
  void abort(String product, String name) {
    Running now =
        running()
            .filter(one -> one.product().equals(product) && one.drill().name().equals(name))
            .orElseThrow(() ->
                EspalierException.conflict(
                    "Drill '%s' of %s does not run.".formatted(drill(name).name(), product)));
    now.drill().abort();
  }

  /** Begins what is due for a product, unless a drill runs already; never waits for it. */
  void tick(String product) {
    if (running().isPresent() || !scheduled.compareAndSet(false, true)) {
      return;
    }
    boolean begun = false;
    try {
      begun =
          canvases
              .active(product)
              .flatMap(this::due)
              .filter(next -> begin(product, next))
              .isPresent();
    } finally {
      if (!begun) {
        scheduled.set(false);
      }
    }
  }

  private Optional<Running> running() {
    return Optional.ofNullable(running.get());
  }

  private record Next(DrillPlan.Due due, String trigger) {}

  private Optional<Next> due(CanvasVersion canvas) {
    String product = canvas.product();
    Instant now = clocks.now(product);
    Optional<String> champion =
        registry.alias(product, Registry.CHAMPION).map(ModelVersion::version);
    Optional<Next> release =
        candidate(canvas, champion)
            .flatMap(version -> plan.before(product, version, canvas, now))
            .map(due -> new Next(due, "release"));
    boolean quiet = Duration.between(began, machine.instant()).compareTo(QUIET) >= 0;
    boolean moving = deployments.rollouts(product).stream().anyMatch(one -> !one.ended());
    return release.or(() ->
        champion
            .filter(_ -> quiet && !moving)
            .flatMap(version -> plan.again(product, version, canvas, now))
            .map(due -> new Next(due, "schedule")));
  }

  /** The newest version, where the policy wants it drilled before it may be released. */
  private Optional<String> candidate(CanvasVersion canvas, Optional<String> champion) {
    boolean required =
        canvas.specs(Spec.ReleasePolicy.class).stream()
            .anyMatch(policy -> policy.requires().contains("drills"));
    return required
        ? registry.versions(canvas.product()).stream()
            .map(ModelVersion::version)
            .reduce((_, newest) -> newest)
            .filter(version -> !Optional.of(version).equals(champion))
            .filter(version -> !deployments.knows(canvas.product(), version))
        : Optional.empty();
  }

  /** Hands a due drill to the lane; false when there is none of that name or the process ends. */
  private boolean begin(String product, Next next) {
    Optional<Drill> drill =
        drills.stream().filter(known -> known.name().equals(next.due().drill())).findFirst();
    if (drill.isEmpty()) {
      return false;
    }
    try {
      lane.execute(() -> rehearse(product, drill.get(), next));
      return true;
    } catch (RejectedExecutionException closing) {
      LOG.debug("No more drills: the process ends");
      return false;
    }
  }

  private void rehearse(String product, Drill drill, Next next) {
    try {
      DrillRecord _ =
          run(
              product,
              drill,
              Optional.of(next.due().version()).filter(_ -> drill instanceof VersionDrill),
              next.trigger(),
              Deployments.MACHINE);
    } catch (EspalierException busy) {
      LOG.debug("Drill {} of {} waits", drill.name(), product, busy);
    } catch (RuntimeException failure) {
      LOG.error("Drill {} of {} failed", drill.name(), product, failure);
    } finally {
      scheduled.set(false);
    }
  }

  private record Finished(String id, String drill, boolean passed, long millis) {}

  @Override
  public void close() {
    // Never by an interrupt: it would close files that others read.
    lane.shutdown();
    running().ifPresent(now -> now.drill().abort());
    try {
      boolean _ = lane.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
