package dev.espalier.platform;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A machine clock that stands still until a test moves it. Not thread-safe beyond visibility. */
public final class MovableClock implements InstantSource {
  private volatile Instant now;

  public MovableClock(Instant start) {
    this.now = start;
  }

  public void advance(Duration by) {
    now = now.plus(by);
  }

  public void set(Instant to) {
    now = to;
  }

  @Override
  public Instant instant() {
    return now;
  }
}
