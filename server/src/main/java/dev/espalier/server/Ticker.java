package dev.espalier.server;

import dev.espalier.canvas.Canvases;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.ProductClocks;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ticks every product on the machine's clock; a replay is ticked by whoever plays it. */
final class Ticker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);
  private static final long SECONDS = 2;

  /** Resources are compared with their answers every 30 s, so that none drifts for a minute. */
  private static final long RECONCILE_EVERY = 30 / SECONDS;

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("ticker").factory());
  private final Canvases canvases;

  /** Only the timer's one thread counts. */
  private long ticks;

  private final ProductClocks clocks;
  private final ProductLoop loop;
  private final Drills drills;

  Ticker(Canvases canvases, ProductClocks clocks, ProductLoop loop, Drills drills) {
    this.canvases = canvases;
    this.clocks = clocks;
    this.loop = loop;
    this.drills = drills;
    var _ = timer.scheduleWithFixedDelay(this::tick, SECONDS, SECONDS, TimeUnit.SECONDS);
  }

  private void tick() {
    try {
      boolean compares = ticks++ % RECONCILE_EVERY == 0;
      for (String product : canvases.products()) {
        tick(product, compares);
      }
    } catch (RuntimeException failure) {
      LOG.error("A tick failed unexpectedly", failure);
    }
  }

  /** A product that cannot move keeps no other from moving. */
  private void tick(String product, boolean compares) {
    try {
      if (compares) {
        canvases.reconciler().reconcile(product);
      }
      boolean wall =
          clocks.state(product).map(state -> state.mode() == ProductClocks.Mode.WALL).orElse(true);
      if (wall) {
        loop.tick(product);
        drills.tick(product);
      } else {
        loop.follow(product);
      }
    } catch (EspalierException failure) {
      LOG.warn("A tick of {} failed; the next one tries again", product, failure);
    } catch (RuntimeException failure) {
      LOG.error("A tick of {} failed unexpectedly", product, failure);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
