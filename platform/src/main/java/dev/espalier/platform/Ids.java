package dev.espalier.platform;

import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Makes ids that sort by time: UUID version 7 (RFC 9562), behind a short prefix that says what the
 * id names ({@code run_…}). Thread-safe; ids of one process are strictly increasing.
 */
public final class Ids {
  private final InstantSource clock;
  private final RandomGenerator random;
  private final AtomicLong last = new AtomicLong();

  public Ids(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  public String next(String prefix) {
    return prefix + "_" + nextUuid();
  }

  public UUID nextUuid() {
    // 48 bits of milliseconds and 12 bits of sequence, kept strictly increasing.
    long now = clock.millis() << 12;
    long stamp = last.updateAndGet(before -> Math.max(now, before + 1));
    long high = (stamp >>> 12 << 16) | 0x7000 | (stamp & 0xfff);
    long low;
    synchronized (random) {
      low = random.nextLong();
    }
    return new UUID(high, (low & 0x3fffffffffffffffL) | 0x8000000000000000L);
  }
}
