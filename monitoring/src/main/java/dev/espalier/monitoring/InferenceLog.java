package dev.espalier.monitoring;

import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.serving.InferenceRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inference log's writer: a bounded queue and one thread that commits what waits, in batches.
 * Serving never waits for it; what does not fit is dropped and counted. A batch is left open for
 * {@link #LINGER}, unless somebody flushes: a commit costs several rows, and under load it carries
 * more of them then.
 *
 * <p>Thread-safe: {@code lock} guards {@code accepted}, {@code settled}, {@code flushing}, {@code
 * dropped} and the offer itself, so that {@link #flush} cannot miss a record that was accepted
 * before it.
 */
final class InferenceLog implements AutoCloseable {
  /**
   * What of a product's predictions is kept.
   *
   * @param sample the share of predictions that are logged, 0–1; which ones follows from their ids
   * @param payload hashed, full or none
   */
  record Keeping(double sample, String payload) {
    static final Keeping DEFAULT = new Keeping(1, "hashed");

    boolean keeps(String predictionId) {
      return sample >= 1
          || Long.parseLong(Digest.of(predictionId).hex().substring(0, 8), 16)
              < sample * (1L << 32);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(InferenceLog.class);
  private static final int BATCH = 500;
  private static final long RETRY_MILLIS = 200;
  private static final Duration LINGER = Duration.ofMillis(10);
  private final PredictionStore store;
  private final Function<String, Keeping> keeping;
  private final BlockingQueue<InferenceRecord> queue;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition progress = lock.newCondition();
  private final Condition hurry = lock.newCondition();
  private final Map<String, Long> dropped = new HashMap<>();
  private final Map<String, Long> droppedTotal = new ConcurrentHashMap<>();
  private final Thread writer;
  private long accepted;
  private long settled;
  private int flushing;
  private volatile boolean closing;

  InferenceLog(PredictionStore store, int capacity, Function<String, Keeping> keeping) {
    this.store = store;
    this.keeping = keeping;
    this.queue = new ArrayBlockingQueue<>(capacity);
    this.writer = Thread.ofPlatform().name("inference-log").daemon().start(this::write);
  }

  void accept(InferenceRecord record) {
    lock.lock();
    try {
      if (!closing && queue.offer(record)) {
        accepted++;
        if (enough()) {
          hurry.signalAll();
        }
      } else {
        dropped.merge(record.product(), 1L, Long::sum);
        droppedTotal.merge(record.product(), 1L, Long::sum);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Dropped since the start of this process. */
  long dropped(String product) {
    return droppedTotal.getOrDefault(product, 0L);
  }

  /**
   * Returns once everything accepted before the call is durable.
   *
   * @throws EspalierException UNAVAILABLE when it is not after 30 seconds
   */
  void flush() {
    lock.lock();
    try {
      flushing++;
      hurry.signalAll();
      long target = accepted;
      long left = TimeUnit.SECONDS.toNanos(30);
      while (settled < target) {
        if (left <= 0) {
          throw new EspalierException(
              ErrorCode.UNAVAILABLE, "The inference log cannot be written: see the server's log.");
        }
        left = progress.awaitNanos(left);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new EspalierException(ErrorCode.UNAVAILABLE, "Interrupted while waiting", interrupted);
    } finally {
      flushing--;
      lock.unlock();
    }
  }

  private void write() {
    List<InferenceRecord> batch = new ArrayList<>(BATCH);
    while (!closing || !queue.isEmpty()) {
      try {
        InferenceRecord first = queue.poll(100, TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          linger();
          queue.drainTo(batch, BATCH - 1);
        }
        commit(batch);
        batch.clear();
      } catch (InterruptedException interrupted) {
        // Only close() ends this thread, and it does so by the flag.
        LOG.debug("Interrupted", interrupted);
      }
    }
  }

  /** Lets more come, while nobody waits for what is here. */
  private void linger() throws InterruptedException {
    lock.lock();
    try {
      long left = LINGER.toNanos();
      while (left > 0 && flushing == 0 && !closing && !enough()) {
        left = hurry.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean enough() {
    return queue.size() >= BATCH - 1 || queue.remainingCapacity() == 0;
  }

  /** Tries until the batch is durable: it was accepted, and the queue behind it is bounded. */
  private void commit(List<InferenceRecord> batch) throws InterruptedException {
    Map<String, Long> drops = takeDropped();
    if (batch.isEmpty() && drops.isEmpty()) {
      return;
    }
    Map<String, Keeping> kept = new HashMap<>(); // Once a product and batch: it reads the canvas.
    List<PredictionStore.Entry> entries = new ArrayList<>(batch.size());
    for (InferenceRecord record : batch) {
      Keeping policy = kept.computeIfAbsent(record.product(), keeping);
      if (policy.keeps(record.predictionId())) {
        entries.add(new PredictionStore.Entry(record, policy.payload()));
      }
    }
    boolean stored = false;
    while (!stored) {
      stored = tryCommit(entries, drops);
      if (!stored && closing) {
        return;
      }
      if (!stored) {
        Thread.sleep(RETRY_MILLIS);
      }
    }
    lock.lock();
    try {
      settled += batch.size();
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean tryCommit(List<PredictionStore.Entry> entries, Map<String, Long> drops) {
    try {
      store.append(entries, drops);
      return true;
    } catch (EspalierException failure) {
      LOG.warn("The inference log cannot be written, {} waiting", entries.size(), failure);
      return false;
    }
  }

  private Map<String, Long> takeDropped() {
    lock.lock();
    try {
      Map<String, Long> taken = Map.copyOf(dropped);
      dropped.clear();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    closing = true;
    try {
      writer.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
