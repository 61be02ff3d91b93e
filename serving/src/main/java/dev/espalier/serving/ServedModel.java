package dev.espalier.serving;

import dev.espalier.model.Engine;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One version in memory: ABSENT → LOADING → WARMING → READY → DRAINING → ABSENT, or FAILED.
 *
 * <p>Two counts keep it honest. <em>Holds</em> are the route tables that want it resident; the last
 * one to let go starts the draining. <em>Leases</em> are the runs under way; the engine is closed
 * when the last lease ends, never before, because closing an engine in the middle of a run can
 * crash the process natively. {@code lock} guards everything.
 */
final class ServedModel {
  private static final Logger LOG = LoggerFactory.getLogger(ServedModel.class);
  private static final List<String> WARM_UP = List.of("a", "a few plain words", "x ".repeat(400));

  private final String name;
  private final Supplier<Engine> source;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition settled = lock.newCondition();
  private ServedModelState state = ServedModelState.ABSENT;
  private @Nullable Engine engine;
  private int holds;
  private int leases;
  private Optional<String> failure = Optional.empty();

  /** Why its answers are no distributions, as the warm-up saw; an endpoint may not ask for it. */
  private Optional<String> odd = Optional.empty();

  ServedModel(String name, Supplier<Engine> source) {
    this.name = name;
    this.source = source;
  }

  /** A counted hold on a READY engine. */
  final class Lease implements AutoCloseable {
    private final Engine leased;
    private boolean open = true;

    private Lease(Engine leased) {
      this.leased = leased;
    }

    Engine engine() {
      return leased;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        if (open) {
          open = false;
          leases--;
          closeWhenIdle();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Adds a hold and returns when the version is READY. Callers that arrive during a load join it.
   *
   * @throws EspalierException as {@link ModelSource#open}; the hold is not taken then
   */
  void hold() {
    lock.lock();
    try {
      if (revived()) {
        return;
      }
      awaitSettled();
      if (state == ServedModelState.READY) {
        holds++;
        return;
      }
      state = ServedModelState.LOADING;
    } finally {
      lock.unlock();
    }
    load();
  }

  /**
   * A version that still drains is loaded: whoever wants it back gets it at once. Waiting for its
   * last lease would let one hung run hold up a rollback to it.
   */
  private boolean revived() {
    if (state != ServedModelState.DRAINING || engine == null) {
      return false;
    }
    state = ServedModelState.READY;
    holds = 1;
    settled.signalAll();
    LOG.info("{} is wanted again", name);
    return true;
  }

  private void load() {
    Engine opened;
    try {
      opened = source.get();
      try {
        lock.lock();
        try {
          state = ServedModelState.WARMING;
        } finally {
          lock.unlock();
        }
        Optional<String> seen = warmUp(opened);
        lock.lock();
        try {
          odd = seen;
        } finally {
          lock.unlock();
        }
      } catch (RuntimeException unfit) {
        opened.close();
        throw unfit;
      }
    } catch (RuntimeException | Error broken) {
      settle(ServedModelState.FAILED, null, Optional.of(String.valueOf(broken.getMessage())));
      throw broken;
    }
    settle(ServedModelState.READY, opened, Optional.empty());
    LOG.info("{} is ready", name);
  }

  private void settle(ServedModelState next, @Nullable Engine opened, Optional<String> whyFailed) {
    lock.lock();
    try {
      state = next;
      engine = opened;
      failure = whyFailed;
      holds = next == ServedModelState.READY ? 1 : 0;
      settled.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitSettled() {
    while (state == ServedModelState.LOADING
        || state == ServedModelState.WARMING
        || state == ServedModelState.DRAINING) {
      settled.awaitUninterruptibly();
    }
  }

  private static Optional<String> warmUp(Engine engine) {
    Optional<String> strange = Optional.empty();
    for (double[] row : engine.score(WARM_UP)) {
      PostAssertions.floor(row, engine.signature().labels().size())
          .ifPresent(ServedModel::unusable);
      strange = strange.or(() -> PostAssertions.sum(row));
    }
    return strange;
  }

  private static void unusable(String why) {
    throw new EspalierException(ErrorCode.INVALID, "The warm-up answer is unusable: " + why + ".");
  }

  /**
   * Refuses a version whose warm-up answers broke one of these rules.
   *
   * @throws EspalierException INVALID
   */
  void require(Set<PostRule> rules) {
    Optional<String> why;
    lock.lock();
    try {
      why = odd;
    } finally {
      lock.unlock();
    }
    why.filter(_ -> rules.contains(PostRule.SUM)).ifPresent(ServedModel::unusable);
  }

  /** A lease, or empty unless READY. */
  Optional<Lease> lease() {
    lock.lock();
    try {
      if (state != ServedModelState.READY || engine == null) {
        return Optional.empty();
      }
      leases++;
      return Optional.of(new Lease(engine));
    } finally {
      lock.unlock();
    }
  }

  /** Gives a hold back; the last one drains. */
  void release() {
    lock.lock();
    try {
      holds--;
      if (holds == 0 && state == ServedModelState.READY) {
        state = ServedModelState.DRAINING;
        closeWhenIdle();
      }
    } finally {
      lock.unlock();
    }
  }

  private void closeWhenIdle() {
    Engine idle = engine;
    if (state == ServedModelState.DRAINING && leases == 0 && idle != null) {
      engine = null;
      state = ServedModelState.ABSENT;
      idle.close();
      LOG.info("{} is unloaded", name);
      settled.signalAll();
    }
  }

  ServedModelState state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  Optional<String> failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }
}
