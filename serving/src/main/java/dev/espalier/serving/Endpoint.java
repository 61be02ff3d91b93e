package dev.espalier.serving;

import dev.espalier.model.Engine;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * One endpoint: a route table that is swapped in one step, the pools that compute, and a circuit
 * per version.
 *
 * <p>A request reads {@code table} once; that fixes its version for life. A swap first loads what
 * the new table names, then publishes the table, then lets go of what only the old one named: a
 * request on the old table still finds its version, because draining waits for leases, and one that
 * comes too late for a lease reads the new table. {@code swapping} serialises swaps.
 */
final class Endpoint implements AutoCloseable {
  private static final int QUEUE_BOUND = 4096;

  /** What requests read: never changed in place. */
  record Table(EndpointConfig config, Route route) {}

  private final String product;
  private final ServedModels models;
  private final ComputePool primary;
  private final ComputePool rungs;
  private final Map<String, Circuit> circuits = new ConcurrentHashMap<>();
  private final ReentrantLock swapping = new ReentrantLock();
  private final Quota quota = new Quota();
  private volatile Table table;
  private volatile boolean closed;

  /** Loads every version of {@code route}; returns when all are READY. */
  Endpoint(ServedModels models, ServingConfig resources, EndpointConfig config, Route route) {
    this.product = config.product();
    this.models = models;
    models.hold(product, route.versions(), config.post());
    this.table = new Table(config, route);
    this.primary = new ComputePool("compute-" + product, resources.permits(), QUEUE_BOUND);
    // Rungs have their own permits: a hung primary must not take its rescuers with it.
    this.rungs = new ComputePool("rung-" + product, resources.permits(), QUEUE_BOUND);
  }

  Table table() {
    return table;
  }

  int queued() {
    return primary.queued() + rungs.queued();
  }

  Circuit circuit(String version) {
    return circuits.computeIfAbsent(version, _ -> new Circuit());
  }

  /** Swaps configuration and route in one step; on failure everything stays as it was. */
  void swap(EndpointConfig config, Route route) {
    swapping.lock();
    try {
      if (closed) {
        throw EspalierException.notFound("The endpoint '%s' is gone.".formatted(product));
      }
      Set<String> before = table.route.versions();
      Set<String> added = new HashSet<>(route.versions());
      added.removeAll(before);
      models.hold(product, added, config.post());
      table = new Table(config, route);
      Set<String> gone = new HashSet<>(before);
      gone.removeAll(route.versions());
      models.release(product, gone);
      gone.forEach(circuits::remove);
    } finally {
      swapping.unlock();
    }
  }

  /** How a run ended without a row. */
  static final class Refused extends Exception {
    private final Trigger trigger;

    Refused(Trigger trigger, String detail) {
      super(detail, null, false, false);
      this.trigger = trigger;
    }

    Trigger trigger() {
      return trigger;
    }

    String detail() {
      return String.valueOf(getMessage());
    }
  }

  /** Which pool a run uses. */
  enum Lane {
    PRIMARY,
    RUNG
  }

  /** A row of probabilities and the labels it speaks about. */
  @SuppressWarnings("ArrayRecordComponent") // One request owns it; it never leaves this package.
  record Row(double[] probabilities, List<String> labels) {}

  /**
   * Leases {@code version}, queues one run and waits for it.
   *
   * @param deadline {@link System#nanoTime} after which nobody waits any more
   * @throws Refused when nothing came of it, with the trigger
   */
  Row run(Lane lane, String rung, String version, String text, Scorer scorer, long deadline)
      throws Refused {
    ComputePool pool = lane == Lane.PRIMARY ? primary : rungs;
    if (pool.queued() >= table.config.maxQueue()) {
      throw new Refused(Trigger.OVERLOAD, "queue_full");
    }
    ServedModel.Lease lease =
        models
            .model(product, version)
            .lease()
            .orElseThrow(() -> new Refused(Trigger.ERROR, "not_ready"));
    FutureTask<Row> task = queued(pool, lease, rung, text, scorer, deadline);
    try {
      return task.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      pool.forget(task);
      if (task.isCancelled()) {
        lease.close();
        throw new Refused(Trigger.TIMEOUT, "queued");
      }
      throw new Refused(Trigger.TIMEOUT, "running");
    } catch (ExecutionException failed) {
      throw new Refused(Trigger.ERROR, "exception");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      pool.forget(task);
      if (task.isCancelled()) {
        lease.close();
      }
      throw new Refused(Trigger.ERROR, "interrupted");
    }
  }

  private static FutureTask<Row> queued(
      ComputePool pool,
      ServedModel.Lease lease,
      String rung,
      String text,
      Scorer scorer,
      long deadline)
      throws Refused {
    try {
      return pool.submit(() -> {
        try (lease) {
          if (System.nanoTime() - deadline > 0) {
            throw new EspalierException(ErrorCode.UNAVAILABLE, "Dead before compute");
          }
          double[] row = scorer.score(rung, lease.engine(), text);
          return new Row(row, lease.engine().signature().labels());
        }
      });
    } catch (RejectedExecutionException full) {
      lease.close();
      throw new Refused(Trigger.OVERLOAD, "queue_full");
    }
  }

  /** Asks a version about itself on the caller's thread; empty unless it is READY. */
  Optional<Integer> count(String version, ToIntFunction<Engine> question) {
    return ask(version, question::applyAsInt);
  }

  /** The labels of a version; empty unless it is READY. */
  Optional<Set<String>> labels(String version) {
    return ask(version, engine -> Set.copyOf(engine.signature().labels()));
  }

  private <T> Optional<T> ask(String version, Function<Engine, T> question) {
    return models
        .model(product, version)
        .lease()
        .map(lease -> {
          try (lease) {
            return question.apply(lease.engine());
          }
        });
  }

  /** True when one more request fits the endpoint's quota now. */
  boolean admits() {
    return quota.take(table.config.intake().perSecond(), System.nanoTime());
  }

  /** Runs a shadow copy of a live request against an open circuit; nobody waits for it. */
  void probe(String version, String text) {
    Circuit circuit = circuit(version);
    if (!circuit.tryProbe(System.nanoTime())) {
      return;
    }
    Optional<ServedModel.Lease> lease = models.model(product, version).lease();
    if (lease.isEmpty()) {
      circuit.probed(System.nanoTime(), false);
      return;
    }
    try {
      FutureTask<Boolean> _ = primary.submit(() -> probed(circuit, lease.get(), text));
    } catch (RejectedExecutionException full) {
      lease.get().close();
      circuit.probed(System.nanoTime(), false);
    }
  }

  private static boolean probed(Circuit circuit, ServedModel.Lease lease, String text) {
    boolean healthy = false;
    try (lease) {
      // What it answers is for the post-assertions to judge; that it answers is its health.
      double[] _ = Scorer.PLAIN.score(Arm.CHAMPION, lease.engine(), text);
      healthy = true;
      return healthy;
    } finally {
      circuit.probed(System.nanoTime(), healthy);
    }
  }

  /** Occupies {@code places} permits and queue places until {@code end}: a drill's full house. */
  List<FutureTask<Boolean>> saturate(int places, CountDownLatch end) {
    List<FutureTask<Boolean>> blockers = new ArrayList<>();
    for (int i = 0; i < places; i++) {
      blockers.add(primary.submit(() -> end.await(1, TimeUnit.MINUTES)));
    }
    return blockers;
  }

  @Override
  public void close() {
    swapping.lock();
    try {
      if (!closed) {
        closed = true;
        models.release(product, table.route.versions());
        primary.close();
        rungs.close();
      }
    } finally {
      swapping.unlock();
    }
  }
}
