package dev.espalier.server;

import java.util.concurrent.CountDownLatch;

/** Waits for the signal to stop, then closes what runs before the process ends. */
public final class Shutdown {
  private Shutdown() {}

  /** Returns only when the process is asked to stop; {@code running} is closed by then. */
  public static void await(AutoCloseable running) throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              try {
                running.close();
              } catch (Exception failure) {
                System.err.println("Stopping failed: " + failure);
              }
              asked.countDown();
            },
            "espalier-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    asked.await();
  }
}
