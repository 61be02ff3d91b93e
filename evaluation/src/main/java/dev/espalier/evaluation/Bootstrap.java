package dev.espalier.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The percentile bootstrap, stratified by actual label so that a rare one never vanishes from a
 * resample; 2,000 resamples. Rows are ordered by id first, so their order does not matter.
 */
final class Bootstrap {
  static final int RESAMPLES = 2_000;

  private Bootstrap() {}

  static Interval interval(
      Predictions predictions, ToDoubleFunction<Predictions> statistic, double level, long seed) {
    List<Scored> rows = sorted(predictions.rows());
    return percentile(resampled(predictions.labels(), rows, strata(rows), statistic, seed), level);
  }

  /** The statistic of every resample, drawn from all rows alike. */
  static double[] unstratified(
      Predictions predictions, ToDoubleFunction<Predictions> statistic, long seed) {
    List<Scored> rows = sorted(predictions.rows());
    int[] all = IntStream.range(0, rows.size()).toArray();
    return resampled(predictions.labels(), rows, List.of(all), statistic, seed);
  }

  private static double[] resampled(
      List<String> labels,
      List<Scored> rows,
      List<int[]> strata,
      ToDoubleFunction<Predictions> statistic,
      long seed) {
    double[] values = new double[RESAMPLES];
    for (int resample = 0; resample < RESAMPLES; resample++) {
      List<Scored> drawn = new ArrayList<>(rows.size());
      for (int index : draw(strata, rows.size(), seed, resample)) {
        drawn.add(rows.get(index));
      }
      values[resample] = statistic.applyAsDouble(new Predictions(labels, drawn));
    }
    return values;
  }

  static List<Scored> sorted(List<Scored> rows) {
    return rows.stream().sorted(Comparator.comparing(Scored::rowId)).toList();
  }

  /** Row indices grouped by actual label. */
  static List<int[]> strata(List<Scored> rows) {
    Map<String, List<Integer>> byLabel = new TreeMap<>();
    for (int i = 0; i < rows.size(); i++) {
      byLabel.computeIfAbsent(rows.get(i).actual(), _ -> new ArrayList<>()).add(i);
    }
    return byLabel.values().stream()
        .map(indices -> indices.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  /** One resample: {@code size} row indices, drawn with replacement inside each stratum. */
  static int[] draw(List<int[]> strata, int size, long seed, int resample) {
    CounterRandom random = new CounterRandom(seed, resample);
    int[] drawn = new int[size];
    int position = 0;
    for (int[] stratum : strata) {
      for (int i = 0; i < stratum.length; i++) {
        drawn[position] = stratum[random.below(stratum.length, position)];
        position++;
      }
    }
    return drawn;
  }

  static Interval percentile(double[] values, double level) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Interval(quantile(sorted, (1 - level) / 2), quantile(sorted, 1 - (1 - level) / 2));
  }

  /** Linear interpolation between order statistics, numpy's default. */
  static double quantile(double[] sorted, double probability) {
    double position = probability * (sorted.length - 1);
    int below = (int) Math.floor(position);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }
}
