package dev.espalier.evaluation;

/** A confidence interval, both ends included. */
public record Interval(double low, double high) {
  public double halfWidth() {
    return (high - low) / 2;
  }
}
