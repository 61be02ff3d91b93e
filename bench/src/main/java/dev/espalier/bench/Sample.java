package dev.espalier.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Measured values of one kind, ascending. Percentiles are the nearest rank: the smallest measured
 * value that at least that share of all values does not exceed; never an interpolation. Immutable.
 */
public final class Sample {
  private final double[] ascending;

  private Sample(double[] ascending) {
    this.ascending = ascending;
  }

  /**
   * @throws IllegalArgumentException for no values, or one that is not finite
   */
  public static Sample of(double... values) {
    if (values.length == 0 || !DoubleStream.of(values).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException("A sample needs finite values: " + values.length);
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Sample(sorted);
  }

  /** All values, ascending. */
  double[] values() {
    return ascending.clone();
  }

  public int n() {
    return ascending.length;
  }

  /**
   * The value at a share of the sample.
   *
   * @param share above 0, at most 1
   */
  public double at(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("A share is above 0 and at most 1: " + share);
    }
    return ascending[(int) Math.ceil(share * ascending.length) - 1];
  }

  public double median() {
    return at(0.5);
  }

  public double min() {
    return ascending[0];
  }

  public double max() {
    return ascending[ascending.length - 1];
  }

  /** {@code median (min–max)} with three significant digits, the median alone for one value. */
  public String text() {
    return n() == 1
        ? number(median())
        : "%s (%s–%s)".formatted(number(median()), number(min()), number(max()));
  }

  /** A number with three significant digits, thousands grouped. */
  public static String number(double value) {
    double size = Math.abs(value);
    int digits = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + digits + "f", value);
  }
}
