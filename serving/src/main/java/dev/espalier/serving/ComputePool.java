package dev.espalier.serving;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Admission and compute in one: {@code permits} platform threads behind a bounded queue. What does
 * not fit is refused at once; what died in the queue is dropped before it costs anything.
 * Thread-safe.
 */
final class ComputePool implements AutoCloseable {
  private final ThreadPoolExecutor threads;

  ComputePool(String name, int permits, int maxQueue) {
    this.threads =
        new ThreadPoolExecutor(
            permits,
            permits,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(maxQueue),
            Thread.ofPlatform().name(name + "-", 0).daemon().factory());
  }

  /**
   * Queues {@code work}; cancelling the task drops it if it has not begun.
   *
   * @throws RejectedExecutionException when the queue is full
   */
  <T> FutureTask<T> submit(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    threads.execute(task);
    return task;
  }

  /** Takes a dead task out of the queue, so that it does not occupy a place. */
  void forget(FutureTask<?> task) {
    if (!threads.remove(task)) {
      return;
    }
    task.cancel(false);
  }

  int queued() {
    return threads.getQueue().size();
  }

  @Override
  public void close() {
    // What is queued still runs: each task holds a lease that only it gives back.
    threads.shutdown();
  }
}
