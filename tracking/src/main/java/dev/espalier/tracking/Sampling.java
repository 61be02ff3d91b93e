package dev.espalier.tracking;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Thins a series for a chart without losing what an eye looks for. */
final class Sampling {
  private Sampling() {}

  /**
   * At most {@code limit} of the points, in their order: the first and the last, the least and the
   * greatest value, and otherwise evenly spaced ones. With room for fewer than four, the last
   * counts before the first, and both before the extremes.
   *
   * @param points by step
   */
  static List<MetricPoint> of(List<MetricPoint> points, int limit) {
    int size = points.size();
    if (size <= limit) {
      return points;
    }
    TreeSet<Integer> kept = new TreeSet<>();
    for (int index : new int[] {size - 1, 0, extreme(points, 1), extreme(points, -1)}) {
      if (kept.size() < limit) {
        kept.add(index);
      }
    }
    int even = limit - kept.size();
    for (int i = 1; i <= even; i++) {
      kept.add((int) ((long) i * (size - 1) / (even + 1)));
    }
    List<MetricPoint> sample = new ArrayList<>(kept.size());
    kept.forEach(index -> sample.add(points.get(index)));
    return sample;
  }

  /**
   * At most {@code limit} of the points as an eye sees the line: of each stretch of equal length
   * its least and its greatest value, so that no spike is lost, and the ends. NaN stays where a
   * stretch holds nothing else.
   *
   * @param points by step
   * @param limit at least 4
   */
  static List<MetricPoint> envelope(List<MetricPoint> points, int limit) {
    int size = points.size();
    if (size <= limit) {
      return points;
    }
    TreeSet<Integer> kept = new TreeSet<>(List.of(0, size - 1));
    int stretches = (limit - 2) / 2;
    for (int i = 0; i < stretches; i++) {
      int from = (int) ((long) i * size / stretches);
      List<MetricPoint> stretch = points.subList(from, (int) ((i + 1L) * size / stretches));
      kept.add(from + extreme(stretch, 1));
      kept.add(from + extreme(stretch, -1));
    }
    List<MetricPoint> sample = new ArrayList<>(kept.size());
    kept.forEach(index -> sample.add(points.get(index)));
    return sample;
  }

  /** Where the greatest value is (sign 1) or the least (sign -1); NaN is neither. */
  private static int extreme(List<MetricPoint> points, int sign) {
    int best = 0;
    for (int i = 1; i < points.size(); i++) {
      double value = points.get(i).value();
      double held = points.get(best).value();
      if (!Double.isNaN(value)
          && (Double.isNaN(held) || Double.compare(sign * value, sign * held) > 0)) {
        best = i;
      }
    }
    return best;
  }
}
