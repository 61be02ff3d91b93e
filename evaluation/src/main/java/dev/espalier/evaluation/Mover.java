package dev.espalier.evaluation;

/**
 * The interval of a difference of two independent estimates from their own intervals ("method of
 * variance estimates recovery", Zou and Donner 2008). With Wilson intervals of two shares it is
 * Newcombe's hybrid score interval (1998, method 10).
 */
public final class Mover {
  private Mover() {}

  /** The interval of {@code first − second}; both intervals at the level that the result has. */
  public static Interval difference(double first, Interval one, double second, Interval other) {
    double difference = first - second;
    return new Interval(
        difference - Math.hypot(first - one.low(), other.high() - second),
        difference + Math.hypot(one.high() - first, second - other.low()));
  }
}
