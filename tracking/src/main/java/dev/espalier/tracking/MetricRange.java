package dev.espalier.tracking;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Between which values a metric of a run has been; NaN is no value, the infinities are.
 *
 * @param least {@code +∞} beside a greatest of {@code −∞} where there is no value
 */
record MetricRange(double least, double greatest) {
  static final MetricRange NOTHING =
      new MetricRange(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

  /** The range with these values in it. */
  MetricRange with(List<MetricPoint> points) {
    double low = least;
    double high = greatest;
    for (MetricPoint point : points) {
      if (!Double.isNaN(point.value())) {
        low = Math.min(low, point.value());
        high = Math.max(high, point.value());
      }
    }
    return new MetricRange(low, high);
  }

  OptionalDouble low() {
    return least > greatest ? OptionalDouble.empty() : OptionalDouble.of(least);
  }

  OptionalDouble high() {
    return least > greatest ? OptionalDouble.empty() : OptionalDouble.of(greatest);
  }
}
