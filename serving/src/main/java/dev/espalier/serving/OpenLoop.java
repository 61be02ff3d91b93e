package dev.espalier.serving;

import dev.espalier.platform.EspalierException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Sends requests at Poisson arrivals that no answer can delay, and measures each from the moment it
 * was due ("coordinated omission", Tene). One object per load; {@link #run} is called once.
 */
public final class OpenLoop {
  private static final long MAX_MICROS = Duration.ofMinutes(10).toNanos() / 1000;

  /** Beyond this many requests under way the endpoint is lost; memory must not follow it. */
  private static final int MAX_UNDER_WAY = 10_000;

  private final Consumer<Ask> target;
  private final Supplier<String> texts;
  private final RandomGenerator random;
  private final BooleanSupplier stop;
  private final Histogram latencies = new ConcurrentHistogram(1, MAX_MICROS, 3);
  private final LongAdder failed = new LongAdder();
  private final AtomicLong lastAnswer = new AtomicLong();
  private final Semaphore underWay = new Semaphore(MAX_UNDER_WAY);

  /**
   * @param target answers, or throws {@link EspalierException}
   * @param texts what is asked; called from one thread
   * @param stop asked before each request; true ends the load early
   */
  public OpenLoop(
      Consumer<Ask> target, Supplier<String> texts, RandomGenerator random, BooleanSupplier stop) {
    this.target = target;
    this.texts = texts;
    this.random = random;
    this.stop = stop;
  }

  /** Sends {@code requests} at {@code rate} a second and waits for the last answer. */
  public LoadReport run(double rate, int requests) {
    long started = System.nanoTime();
    lastAnswer.set(started);
    int sent = 0;
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      double due = started;
      while (sent < requests && !stop.getAsBoolean()) {
        due += random.nextExponential() / rate * 1e9;
        waitUntil((long) due);
        sent++;
        send(clients, (long) due, texts.get());
      }
    }
    double seconds = Math.max(1, lastAnswer.get() - started) / 1e9;
    long answered = latencies.getTotalCount();
    return new LoadReport(
        sent,
        failed.sum(),
        rate,
        answered / seconds,
        seconds,
        new LatencySummary(
            answered,
            latencies.getValueAtPercentile(50) / 1000.0,
            latencies.getValueAtPercentile(95) / 1000.0,
            latencies.getValueAtPercentile(99) / 1000.0),
        sent == requests);
  }

  private void send(ExecutorService clients, long due, String text) {
    if (!underWay.tryAcquire()) {
      failed.increment();
      return;
    }
    clients.execute(() -> {
      try {
        target.accept(Ask.of(text));
        latencies.recordValue(Math.clamp((System.nanoTime() - due) / 1000, 1, MAX_MICROS));
      } catch (EspalierException rejected) {
        failed.increment();
      } catch (RuntimeException broken) {
        failed.increment();
        throw broken;
      } finally {
        lastAnswer.accumulateAndGet(System.nanoTime(), Math::max);
        underWay.release();
      }
    });
  }

  /** Stays responsive to {@code stop} at any rate. */
  private void waitUntil(long due) {
    long slice = Duration.ofMillis(50).toNanos();
    for (long left = due - System.nanoTime();
        left > 0 && !stop.getAsBoolean();
        left = due - System.nanoTime()) {
      LockSupport.parkNanos(Math.min(left, slice));
    }
  }
}
