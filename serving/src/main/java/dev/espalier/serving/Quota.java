package dev.espalier.serving;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A rate limit by the generic cell rate algorithm (ITU-T I.371): a request is let through unless it
 * comes more than {@link #BURST_NANOS} ahead of its time. Lock-free and thread-safe.
 */
final class Quota {
  /** How much of the rate may come at once. */
  private static final long BURST_NANOS = 2_000_000_000L;

  private final AtomicLong due = new AtomicLong(Long.MIN_VALUE);

  /** True when one more request fits {@code perSecond} at {@code now} nanoseconds. */
  boolean take(double perSecond, long now) {
    if (perSecond == Double.POSITIVE_INFINITY) {
      return true;
    }
    long each = (long) Math.min(1e18, 1e9 / perSecond);
    while (true) {
      long stored = due.get();
      long theirs = stored == Long.MIN_VALUE ? now : Math.max(stored, now);
      if (theirs - now > Math.max(0, BURST_NANOS - each)) {
        return false;
      }
      if (due.compareAndSet(stored, theirs + each)) {
        return true;
      }
    }
  }
}
