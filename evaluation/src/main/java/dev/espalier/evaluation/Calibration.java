package dev.espalier.evaluation;

import java.util.Arrays;
import java.util.List;

/** Whether probabilities mean what they say. */
public final class Calibration {
  private static final int BINS = 10;

  private Calibration() {}

  /**
   * Expected calibration error of the top label: Σ (n_b / n) · |accuracy_b − confidence_b| over ten
   * equal-width bins ((b−1)/10, b/10], the first including 0 (Guo et al. 2017).
   */
  public static double ece(Predictions predictions) {
    double[] confidence = new double[BINS];
    double[] correct = new double[BINS];
    int n = predictions.rows().size();
    for (Scored row : predictions.rows()) {
      double top = top(row.probabilities());
      int bin = Math.max(0, Math.min(BINS - 1, (int) Math.ceil(top * BINS) - 1));
      confidence[bin] += top;
      correct[bin] += row.predicted().equals(row.actual()) ? 1 : 0;
    }
    double error = 0;
    for (int bin = 0; bin < BINS; bin++) {
      error += Math.abs(correct[bin] - confidence[bin]);
    }
    return n == 0 ? 0 : error / n;
  }

  /**
   * What {@link #ece} says of the model rather than of these rows. On few rows the plain value is
   * too large, because chance alone moves each bin's accuracy away from its confidence: a perfectly
   * calibrated model shows about 0.04 on 83 rows, 0.02 on 400. So the excess that resampling adds
   * is taken off again (Bröcker 2012; Kumar, Liang and Ma 2019, their {@code debias} for L1).
   *
   * <p>Rows are drawn from all labels alike: holding each label's count would hold part of the very
   * error that is measured. Both ends of the interval err on the careful side of a claim. The lower
   * end is the basic bootstrap's, which reflects the excess too; the upper end adds the resamples'
   * upward spread to the plain value, whose own excess stays in. That the intervals cover the truth
   * is simulated in {@code CalibrationTest}.
   */
  static Estimate estimate(Predictions predictions, double level, long seed) {
    double plain = ece(predictions);
    double[] resampled = Bootstrap.unstratified(predictions, Calibration::ece, seed);
    double mean = Arrays.stream(resampled).average().orElse(plain);
    double top = Bootstrap.percentile(resampled, level).high();
    double value = Math.max(0, 2 * plain - mean);
    Interval interval =
        new Interval(Math.max(0, 2 * plain - top), Math.max(value, plain + top - mean));
    return Estimate.of(value, interval, predictions.rows().size());
  }

  /**
   * The mean squared distance between probabilities and what happened, summed over labels (0–2).
   */
  public static double brier(Predictions predictions) {
    List<String> labels = predictions.labels();
    return predictions.rows().stream()
        .mapToDouble(row -> {
          double sum = 0;
          double[] probabilities = row.probabilities();
          for (int i = 0; i < labels.size(); i++) {
            double happened = labels.get(i).equals(row.actual()) ? 1 : 0;
            sum += (probabilities[i] - happened) * (probabilities[i] - happened);
          }
          return sum;
        })
        .average()
        .orElse(0);
  }

  private static double top(double[] probabilities) {
    double top = 0;
    for (double probability : probabilities) {
      top = Math.max(top, probability);
    }
    return top;
  }
}
