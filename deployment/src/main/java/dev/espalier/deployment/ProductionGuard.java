package dev.espalier.deployment;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.serving.Serving;
import java.util.function.BooleanSupplier;

/**
 * Ends a load as soon as production's own requests have to wait: its queue was longer than the
 * permits at several looks in a row. One object per load; used by one thread.
 */
final class ProductionGuard implements BooleanSupplier {
  private static final long LOOK_NANOS = 20_000_000;
  private static final int LOOKS = 3;

  private final Serving serving;
  private final BooleanSupplier stopped;
  private final int tolerated;
  private long lastLook = System.nanoTime();
  private int inARow;
  private boolean waiting;

  /**
   * @param tolerated requests that may wait without being a queue
   */
  ProductionGuard(Serving serving, BooleanSupplier stopped, int tolerated) {
    this.serving = serving;
    this.stopped = stopped;
    this.tolerated = tolerated;
  }

  /** True when the load must end. */
  @Override
  public boolean getAsBoolean() {
    long now = System.nanoTime();
    if (!waiting && now - lastLook >= LOOK_NANOS) {
      lastLook = now;
      inARow = serving.queued() > tolerated ? inARow + 1 : 0;
      waiting = inARow >= LOOKS;
    }
    return waiting || stopped.getAsBoolean();
  }

  /**
   * @throws EspalierException UNAVAILABLE with the reason when the load had to end
   */
  void check() {
    if (waiting) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE,
          "The drill stopped itself: production requests had begun to wait. Run it at a quieter"
              + " time.");
    }
    if (stopped.getAsBoolean()) {
      throw new EspalierException(ErrorCode.UNAVAILABLE, "The drill was aborted.");
    }
  }
}
