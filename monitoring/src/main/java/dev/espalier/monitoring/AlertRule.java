package dev.espalier.monitoring;

import dev.espalier.canvas.Spec;
import java.time.Duration;
import java.time.Instant;

/**
 * The life of an alert as a pure function of its position and the next window: inactive → pending →
 * firing → resolved. The same windows in the same order give the same transitions.
 */
record AlertRule(Duration holdFor) {
  /** A rule's state and since when (window time). */
  record Position(AlertState state, Instant since) {
    static Position start(Instant at) {
      return new Position(AlertState.INACTIVE, at);
    }
  }

  /**
   * The position after {@code verdict} at {@code at}. INSUFFICIENT keeps a state: missing data is
   * neither trouble nor recovery. WARN keeps FIRING: leaving needs an interval clear of the bound.
   */
  Position next(Position before, Verdict verdict, Instant at) {
    return switch (before.state()) {
      case INACTIVE, RESOLVED -> verdict == Verdict.ALERT ? raised(at, at) : before;
      case PENDING ->
          switch (verdict) {
            case ALERT -> raised(before.since(), at);
            case OK, WARN -> new Position(AlertState.INACTIVE, at);
            case INSUFFICIENT -> before;
          };
      case FIRING -> verdict == Verdict.OK ? new Position(AlertState.RESOLVED, at) : before;
    };
  }

  private Position raised(Instant since, Instant at) {
    return Duration.between(since, at).compareTo(holdFor) >= 0
        ? new Position(AlertState.FIRING, at)
        : new Position(AlertState.PENDING, since);
  }

  /** How an interval lies to a bound: ALERT only when all of it is on the wrong side. */
  static Verdict judge(
      Spec.Op breach, double bound, double warn, double value, double low, double high) {
    boolean upper = breach == Spec.Op.ABOVE || breach == Spec.Op.AT_LEAST;
    double nearest = upper ? low : high;
    double farthest = upper ? high : low;
    if (breach.holds(nearest, bound)) {
      return Verdict.ALERT;
    }
    boolean clear = !breach.holds(farthest, bound) && !breach.holds(value, warn);
    return clear ? Verdict.OK : Verdict.WARN;
  }
}
