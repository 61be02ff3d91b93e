package dev.espalier.pipeline;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A flag that is raised once. Thread-safe. */
final class Cancellation {
  private final CountDownLatch raised = new CountDownLatch(1);

  void raise() {
    raised.countDown();
  }

  boolean isRaised() {
    return raised.getCount() == 0;
  }

  /** Waits for the flag; true when it is raised within {@code millis}. */
  boolean await(long millis) throws InterruptedException {
    return raised.await(millis, TimeUnit.MILLISECONDS);
  }

  void check() {
    if (isRaised()) {
      throw new CancellationException("The attempt was cancelled.");
    }
  }
}
