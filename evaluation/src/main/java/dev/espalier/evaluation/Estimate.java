package dev.espalier.evaluation;

import java.util.Optional;

/**
 * A measured number with its interval and the n it rests on; or, when the data cannot show it, the
 * sentence that says why ({@code "19 spam in this window: too few for F1"}).
 */
public record Estimate(
    double value, double low, double high, long n, Optional<String> insufficient) {

  static Estimate of(double value, Interval interval, long n) {
    return new Estimate(value, interval.low(), interval.high(), n, Optional.empty());
  }

  static Estimate insufficient(long n, String reason) {
    return new Estimate(0, 0, 0, n, Optional.of(reason));
  }

  public boolean sufficient() {
    return insufficient.isEmpty();
  }
}
