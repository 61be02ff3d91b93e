package dev.espalier.monitoring;

import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.serving.InferenceRecord;
import dev.espalier.serving.PrometheusText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inference log's writer: a bounded queue and one thread that commits what waits, in batches.
 * Serving never waits for the database: a row is in the spool before its answer leaves, outlives
 * this process there, and is taken up by the next one. What does not fit is dropped and counted. A
 * batch is left open for {@link #LINGER}, unless somebody flushes: a commit costs several rows, and
 * under load it carries more of them then.
 *
 * <p>Thread-safe: {@code lock} guards {@code accepted}, {@code settled}, {@code flushing}, {@code
 * dropped}, appending to the spool and the offer itself, so that spool and queue have one order and
 * {@link #flush} cannot miss a record that was accepted before it. The writer alone settles.
 */
final class InferenceLog implements AutoCloseable {
  /**
   * What of a product's predictions is kept.
   *
   * @param sample the share of predictions that are logged, 0–1; which ones follows from their ids
   * @param payload hashed, full or none
   * @param since what happened before is forgotten, and does not come back from the spool
   */
  record Keeping(double sample, String payload, Instant since) {
    static final Keeping DEFAULT = new Keeping(1, "hashed", Instant.MIN);

    /** While nobody can say what is allowed, nothing of a text is kept. */
    static final Keeping UNKNOWN = new Keeping(1, "none", Instant.MIN);

    boolean keeps(String predictionId) {
      return sample >= 1
          || Long.parseLong(Digest.of(predictionId).hex().substring(0, 8), 16)
              < sample * (1L << 32);
    }
  }

  /** A row with the spool's mark behind it. */
  private record Waiting(LogRow row, long mark) {}

  private static final Logger LOG = LoggerFactory.getLogger(InferenceLog.class);
  private static final int BATCH = 500;
  private static final long RETRY_MILLIS = 200;
  private static final Duration LINGER = Duration.ofMillis(10);
  private final PredictionStore store;
  private final InferenceSpool spool;
  private final Function<String, Keeping> keeping;

  /** As of the newest batch of each product: a request does not wait for the canvas to be read. */
  private final Map<String, Keeping> policies = new ConcurrentHashMap<>();

  private final BlockingQueue<Waiting> queue;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition progress = lock.newCondition();
  private final Condition hurry = lock.newCondition();
  private final Map<String, Long> dropped = new HashMap<>();
  private final Map<String, Long> droppedTotal = new ConcurrentSkipListMap<>();
  private final AtomicLong unspooled = new AtomicLong();
  private final Thread writer;
  private long accepted;
  private long settled;
  private int flushing;
  private volatile boolean closing;

  /**
   * Logs what the spool holds, then begins.
   *
   * @throws EspalierException UNAVAILABLE when the database cannot take it
   */
  InferenceLog(
      PredictionStore store,
      InferenceSpool spool,
      int capacity,
      Function<String, Keeping> keeping) {
    this.store = store;
    this.spool = spool;
    this.keeping = keeping;
    this.queue = new ArrayBlockingQueue<>(capacity);
    takeUp(spool.left());
    this.writer = Thread.ofPlatform().name("inference-log").daemon().start(this::write);
  }

  /** What is in the log already is not logged again; what is forgotten stays so. */
  private void takeUp(List<byte[]> left) {
    Map<String, Keeping> policy = new HashMap<>();
    List<LogRow> rows = new ArrayList<>();
    int unreadable = 0;
    for (byte[] record : left) {
      try {
        LogRow row = Json.read(record, LogRow.class);
        Keeping now = policy.computeIfAbsent(row.product(), keeping);
        if (!row.at().isBefore(now.since())) {
          rows.add(row.within(now.payload()));
        }
      } catch (EspalierException another) {
        unreadable++;
      }
    }
    for (int from = 0; from < rows.size(); from += BATCH) {
      store.append(rows.subList(from, Math.min(rows.size(), from + BATCH)), Map.of());
    }
    spool.settle(spool.mark());
    if (!left.isEmpty()) {
      LOG.info("{} answers of a process that was killed are logged now", rows.size());
    }
    if (unreadable > 0) {
      LOG.warn("{} answers that waited for the log cannot be read and are lost", unreadable);
    }
  }

  /** Never throws and never waits for the database, but for a product's first answer. */
  void accept(InferenceRecord record) {
    Keeping policy = policies.computeIfAbsent(record.product(), this::policy);
    if (!policy.keeps(record.predictionId())) {
      return;
    }
    LogRow row = LogRow.of(record, policy.payload());
    byte[] bytes = Json.bytes(row);
    lock.lock();
    try {
      if (!closing && queue.remainingCapacity() > 0 && spooled(bytes)) {
        boolean _ = queue.offer(new Waiting(row, spool.mark()));
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

  /** False when there is no room. A spool that fails takes nobody's answer; it is counted. */
  private boolean spooled(byte[] row) {
    try {
      return spool.append(row);
    } catch (InternalError fault) {
      gone(fault);
      return true;
    }
  }

  private void gone(InternalError fault) {
    if (unspooled.getAndIncrement() == 0) {
      LOG.warn("The spool of the inference log is gone: a kill can lose answers now", fault);
    }
  }

  private Keeping policy(String product) {
    try {
      return keeping.apply(product);
    } catch (EspalierException unavailable) {
      LOG.warn("What may be logged of {} cannot be read", product, unavailable);
      return Keeping.UNKNOWN;
    }
  }

  /** Dropped since the start of this process. */
  long dropped(String product) {
    return droppedTotal.getOrDefault(product, 0L);
  }

  /** In the Prometheus text format 0.0.4. */
  String metrics() {
    PrometheusText out = new PrometheusText();
    out.family("espalier_log_dropped_total", "counter", "Answers that found no room in the log.");
    droppedTotal.forEach((product, n) -> out.sample(n, "product", product));
    out.family("espalier_log_unspooled_total", "counter", "Answers that a kill could lose.");
    out.sample((double) unspooled.get());
    out.family("espalier_log_waiting_bytes", "gauge", "Answers on their way to the log.");
    out.sample((double) spool.waiting());
    return out.toString();
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
    List<Waiting> batch = new ArrayList<>(BATCH);
    while (!closing || !queue.isEmpty()) {
      try {
        Waiting first = queue.poll(100, TimeUnit.MILLISECONDS);
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
  private void commit(List<Waiting> batch) throws InterruptedException {
    Map<String, Long> drops = takeDropped();
    if (batch.isEmpty() && drops.isEmpty()) {
      return;
    }
    boolean stored = false;
    while (!stored) {
      stored = tryCommit(batch, drops);
      if (!stored && closing) {
        return; // The spool keeps them for the next process.
      }
      if (!stored) {
        Thread.sleep(RETRY_MILLIS);
      }
    }
    if (!batch.isEmpty()) {
      settle(batch.getLast().mark());
    }
    lock.lock();
    try {
      settled += batch.size();
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean tryCommit(List<Waiting> batch, Map<String, Long> drops) {
    try {
      Map<String, Keeping> kept = new HashMap<>(); // Once a product and batch: it reads the canvas.
      List<LogRow> rows = new ArrayList<>(batch.size());
      for (Waiting one : batch) {
        Keeping policy = kept.computeIfAbsent(one.row().product(), keeping);
        rows.add(one.row().within(policy.payload()));
      }
      policies.putAll(kept);
      store.append(rows, drops);
      return true;
    } catch (EspalierException failure) {
      LOG.warn("The inference log cannot be written, {} waiting", batch.size(), failure);
      return false;
    }
  }

  private void settle(long mark) {
    try {
      spool.settle(mark);
    } catch (InternalError fault) {
      gone(fault);
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
    lock.lock();
    try {
      if (!writer.isAlive()) {
        spool.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
