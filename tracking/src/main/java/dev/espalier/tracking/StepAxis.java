package dev.espalier.tracking;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A metric that counts how far a run is (epochs, examples, tokens), as an axis for its others:
 * trainers log it beside some of their steps, and it holds until they log it anew.
 */
final class StepAxis {
  private final long[] steps;
  private final double[] values;

  /**
   * @param points by step, the latest last; NaN and the infinities are no places
   */
  StepAxis(List<MetricPoint> points) {
    List<MetricPoint> places =
        points.stream().filter(point -> Double.isFinite(point.value())).toList();
    steps = places.stream().mapToLong(MetricPoint::step).toArray();
    values = places.stream().mapToDouble(MetricPoint::value).toArray();
  }

  /** The value at a step, or the newest before it; empty where there is none yet. */
  OptionalDouble at(long step) {
    int low = 0;
    int high = steps.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (steps[middle] <= step) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? OptionalDouble.empty() : OptionalDouble.of(values[low - 1]);
  }
}
