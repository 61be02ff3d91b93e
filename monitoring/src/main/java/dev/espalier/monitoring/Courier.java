package dev.espalier.monitoring;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that empties the outbox, off the product's tick: a slow receiver delays nothing. */
final class Courier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("alert-courier").daemon().factory());

  Courier(Outbox outbox) {
    var _ = thread.scheduleWithFixedDelay(() -> round(outbox), 1, 1, TimeUnit.SECONDS);
  }

  private static void round(Outbox outbox) {
    try {
      int _ = outbox.deliver();
    } catch (RuntimeException failure) {
      // A thrown exception would end the schedule; the outbox keeps what is due.
      LOG.warn("Alerts could not be delivered", failure);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
