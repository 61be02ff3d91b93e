package dev.espalier.serving;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The circuit breaker of one version: a sliding window of 100 calls or 10 s, minimum 20; opens at
 * half failed. While open, nobody waits for the version; after a back-off (1 s, doubling to 32 s)
 * one shadow copy of a live request probes it, and its success closes the circuit. Overload and
 * caller errors are not recorded: counting them would amplify an overload.
 *
 * <p>Times are {@link System#nanoTime} values given by the caller. {@code this} guards all fields.
 */
final class Circuit {
  private static final int WINDOW = 100;
  private static final int MINIMUM = 20;
  private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long BACK_OFF_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int MAX_DOUBLINGS = 5;

  private record Call(long at, boolean failed) {}

  private final Deque<Call> calls = new ArrayDeque<>();
  private boolean open;
  private boolean probing;
  private long retryAt;
  private int doublings;

  synchronized boolean isOpen() {
    return open;
  }

  synchronized void succeeded(long now) {
    record(now, false);
  }

  synchronized void failed(long now) {
    record(now, true);
  }

  private void record(long now, boolean failed) {
    if (open) {
      return;
    }
    calls.addLast(new Call(now, failed));
    while (calls.size() > WINDOW || now - calls.getFirst().at > WINDOW_NANOS) {
      calls.removeFirst();
    }
    long failures = calls.stream().filter(Call::failed).count();
    if (calls.size() >= MINIMUM && failures * 2 >= calls.size()) {
      open = true;
      retryAt = now + BACK_OFF_NANOS;
      doublings = 0;
      calls.clear();
    }
  }

  /** True when it is time to probe and nobody else does; the caller must report the outcome. */
  synchronized boolean tryProbe(long now) {
    if (!open || probing || now - retryAt < 0) {
      return false;
    }
    probing = true;
    return true;
  }

  synchronized void probed(long now, boolean healthy) {
    probing = false;
    if (healthy) {
      open = false;
    } else {
      doublings = Math.min(MAX_DOUBLINGS, doublings + 1);
      retryAt = now + (BACK_OFF_NANOS << doublings);
    }
  }
}
