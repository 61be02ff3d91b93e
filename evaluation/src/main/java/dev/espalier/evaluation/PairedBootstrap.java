package dev.espalier.evaluation;

import dev.espalier.canvas.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Compares two models on the same rows: every resample draws the same rows for both. */
public final class PairedBootstrap {
  private PairedBootstrap() {}

  /**
   * {@code challenger} minus {@code champion} in {@code metric}, signed so that positive is better.
   *
   * @throws dev.espalier.platform.EspalierException INVALID when the row ids differ
   */
  public static Difference difference(
      Spec.Metric metric, Predictions challenger, Predictions champion, long seed) {
    MetricFormula formula = MetricFormula.parse(metric.formula());
    Predictions first = new Predictions(challenger.labels(), Bootstrap.sorted(challenger.rows()));
    Predictions second = champion.alignedWith(first);
    double sign = metric.direction().equals("down") ? -1 : 1;
    List<int[]> strata = Bootstrap.strata(first.rows());
    double[] values = new double[Bootstrap.RESAMPLES];
    for (int resample = 0; resample < values.length; resample++) {
      int[] drawn = Bootstrap.draw(strata, first.rows().size(), seed, resample);
      values[resample] =
          sign
              * (Metrics.value(formula, pick(first, drawn))
                  - Metrics.value(formula, pick(second, drawn)));
    }
    double value = sign * (Metrics.value(formula, first) - Metrics.value(formula, second));
    return judge(value, Bootstrap.percentile(values, metric.ci()), first.rows().size());
  }

  private static Difference judge(double value, Interval interval, long n) {
    Difference.Verdict verdict =
        interval.low() > 0
            ? Difference.Verdict.BETTER
            : interval.high() < 0 ? Difference.Verdict.WORSE : Difference.Verdict.CANNOT_TELL;
    return new Difference(
        value,
        interval.low(),
        interval.high(),
        n,
        verdict,
        verdict == Difference.Verdict.CANNOT_TELL
            ? needRows(n, interval.halfWidth(), Math.abs(value))
            : OptionalLong.empty());
  }

  /** n · (half width ÷ distance to the threshold)²; empty when the distance is nothing. */
  static OptionalLong needRows(long n, double halfWidth, double distance) {
    double factor = halfWidth / distance;
    return distance < 1e-9 || factor > 1e4
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(n + 1, (long) Math.ceil(n * factor * factor)));
  }

  private static Predictions pick(Predictions predictions, int[] drawn) {
    List<Scored> rows = new ArrayList<>(drawn.length);
    for (int index : drawn) {
      rows.add(predictions.rows().get(index));
    }
    return new Predictions(predictions.labels(), rows);
  }
}
