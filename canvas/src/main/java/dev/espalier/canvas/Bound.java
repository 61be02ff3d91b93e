package dev.espalier.canvas;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.OptionalDouble;

/**
 * The interval in which a measured value conforms. Either end may be open; an end may be exclusive.
 *
 * @param unit {@code share}, {@code ms}, {@code s}, {@code bytes}, {@code count}, {@code /s} …
 */
public record Bound(OptionalDouble low, OptionalDouble high, boolean exclusive, String unit) {
  /** How near to the bound a passing value is at risk, as a share of the room it has. */
  private static final double TOLERANCE = 0.1;

  /** How a value stands to the bound. */
  public enum Verdict {
    OUTSIDE,
    NEAR,
    INSIDE
  }

  public static Bound atMost(double high, String unit) {
    return new Bound(OptionalDouble.empty(), OptionalDouble.of(high), false, unit);
  }

  public static Bound atLeast(double low, String unit) {
    return new Bound(OptionalDouble.of(low), OptionalDouble.empty(), false, unit);
  }

  public static Bound between(double low, double high, String unit) {
    return new Bound(OptionalDouble.of(low), OptionalDouble.of(high), false, unit);
  }

  /** The interval that satisfies {@code op bound}. */
  public static Bound of(Spec.Op op, double bound, String unit) {
    return switch (op) {
      case AT_MOST -> atMost(bound, unit);
      case AT_LEAST -> atLeast(bound, unit);
      case BELOW -> new Bound(OptionalDouble.empty(), OptionalDouble.of(bound), true, unit);
      case ABOVE -> new Bound(OptionalDouble.of(bound), OptionalDouble.empty(), true, unit);
    };
  }

  public Verdict judge(double value) {
    if (Double.isNaN(value) || !holds(value)) {
      return Verdict.OUTSIDE;
    }
    return nearHigh(value) || nearLow(value) ? Verdict.NEAR : Verdict.INSIDE;
  }

  private boolean holds(double value) {
    boolean above =
        low.isEmpty() || (exclusive ? value > low.getAsDouble() : value >= low.getAsDouble());
    boolean below =
        high.isEmpty() || (exclusive ? value < high.getAsDouble() : value <= high.getAsDouble());
    return above && below;
  }

  private boolean nearHigh(double value) {
    // The room below an upper bound reaches to zero (or to the lower bound): the last tenth of it.
    return high.isPresent()
        && value > high.getAsDouble() - TOLERANCE * (high.getAsDouble() - low.orElse(0));
  }

  private boolean nearLow(double value) {
    if (low.isEmpty()) {
      return false;
    }
    double bound = low.getAsDouble();
    if (high.isPresent()) {
      return value < bound + TOLERANCE * (high.getAsDouble() - bound);
    }
    // A share cannot exceed one: "at least 99.9 %" is at risk in the last tenth of the 0.1 % that
    // may be lost, not everywhere. Other units get a tenth of the bound.
    double room = unit.equals("share") ? Math.max(0, 1 - bound) : Math.abs(bound);
    return value < bound + TOLERANCE * room;
  }

  /** {@code <=}, {@code >=}, {@code <}, {@code >} or {@code in}. */
  public String op() {
    if (low.isPresent() && high.isPresent()) {
      return "in";
    }
    return (low.isPresent() ? ">" : "<") + (exclusive ? "" : "=");
  }

  /** The bound as text: {@code 0.1}, or {@code 0.5..1.2}. */
  public String target() {
    if (low.isPresent() && high.isPresent()) {
      return number(low.getAsDouble()) + ".." + number(high.getAsDouble());
    }
    return number(low.isPresent() ? low.getAsDouble() : high.orElseThrow());
  }

  /** A number as a person writes it: at most six digits, no exponent. */
  static String number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return String.valueOf(value);
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros();
    return rounded.signum() == 0 ? "0" : rounded.toPlainString();
  }
}
