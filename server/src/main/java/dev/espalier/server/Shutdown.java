package dev.espalier.server;

import java.util.concurrent.CountDownLatch;

/**
 * Closes what runs when the process is asked to stop (Ctrl-C, SIGTERM). Thread-safe; {@code asked}
 * opens when the signal has come, {@code done} when everything is closed.
 */
public final class Shutdown implements AutoCloseable {
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);
  private final AutoCloseable running;
  private final Thread hook;

  private Shutdown(AutoCloseable running) {
    this.running = running;
    this.hook = new Thread(this::stop, "espalier-shutdown");
  }

  /** From now on, until it is closed, a signal closes {@code running}. */
  public static Shutdown of(AutoCloseable running) {
    Shutdown shutdown = new Shutdown(running);
    Runtime.getRuntime().addShutdownHook(shutdown.hook);
    return shutdown;
  }

  private void stop() {
    asked.countDown();
    try {
      running.close();
    } catch (Exception failure) {
      System.err.println("Stopping failed: " + failure);
    } finally {
      done.countDown();
    }
  }

  /** Whether the process has been asked to stop. */
  public boolean asked() {
    return asked.getCount() == 0;
  }

  /** Returns only when the process is asked to stop and everything is closed. */
  public void await() throws InterruptedException {
    done.await();
  }

  /** Nothing is left to close: signals end the process as usual. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException stopping) {
      // The hook runs already and closes what there is.
    }
  }
}
