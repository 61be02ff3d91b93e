package dev.espalier.tracking;

import java.util.Comparator;

/**
 * One value of a metric: any double, NaN and the infinities included.
 *
 * @param at epoch milliseconds
 * @param step any whole number, negative ones included
 */
record MetricPoint(long at, long step, double value) {
  /** History's order. */
  static final Comparator<MetricPoint> BY_TIME =
      Comparator.comparingLong(MetricPoint::at)
          .thenComparingLong(MetricPoint::step)
          .thenComparingDouble(MetricPoint::value);

  /** The latest value of a metric is the greatest in this order, not the one written last. */
  static final Comparator<MetricPoint> BY_STEP =
      Comparator.comparingLong(MetricPoint::step)
          .thenComparingLong(MetricPoint::at)
          .thenComparingDouble(MetricPoint::value);
}
