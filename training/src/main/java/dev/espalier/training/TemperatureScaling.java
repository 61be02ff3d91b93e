package dev.espalier.training;

import dev.espalier.platform.EspalierException;
import java.util.List;

/**
 * Fits the temperature of a trained model on rows that it has not seen (Guo, Pleiss, Sun and
 * Weinberger 2017, "On Calibration of Modern Neural Networks"): the T that minimises the negative
 * log-likelihood of {@code softmax(logits / T)}. In 1/T that loss is convex, so its one minimum is
 * found by bisecting the slope.
 *
 * <p>Targets are smoothed as Platt (1999, section 2.2) smooths them: N rows cannot justify more
 * certainty than 1 − 1/(N + 2). Without that, a model that is right on every row of a small
 * validation part would be told to be infinitely sure. Pure functions.
 */
final class TemperatureScaling {
  /** Fewer rows say too little: their temperature would be noise. */
  static final int MIN_ROWS = 30;

  private static final double COLDEST = 0.05;
  private static final double HOTTEST = 20;
  private static final double SMALLEST = 1e-300;
  private static final int HALVINGS = 100;

  private TemperatureScaling() {}

  /** How much probability Platt's targets leave to the labels that a row does not have. */
  static double smoothing(int rows) {
    return 1.0 / (rows + 2);
  }

  /**
   * The temperature, from 0.05 to 20.
   *
   * @param probabilities of the model at temperature 1, {@code [rows, labels]}; their logarithms
   *     are its logits but for a constant, which a softmax does not see
   * @param labels index of each row's label
   * @param smoothing probability that each row's target leaves to its other labels, 0 … 1
   */
  static double fit(List<double[]> probabilities, int[] labels, double smoothing) {
    if (probabilities.isEmpty() || probabilities.size() != labels.length) {
      throw EspalierException.invalid("A temperature needs rows, and one label for each.");
    }
    List<double[]> logits = probabilities.stream().map(TemperatureScaling::logits).toList();
    double low = Math.log(1 / HOTTEST);
    double high = Math.log(1 / COLDEST);
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (slope(logits, labels, smoothing, Math.exp(middle)) > 0) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return Math.exp(-(low + high) / 2);
  }

  private static double[] logits(double[] probabilities) {
    double[] logits = new double[probabilities.length];
    for (int label = 0; label < logits.length; label++) {
      logits[label] = Math.log(Math.max(probabilities[label], SMALLEST));
    }
    return logits;
  }

  /** The derivative of the mean loss by 1/T: what the model expects minus what it met. */
  private static double slope(
      List<double[]> logits, int[] labels, double smoothing, double inverse) {
    double slope = 0;
    for (int row = 0; row < labels.length; row++) {
      double[] own = logits.get(row);
      double top = Double.NEGATIVE_INFINITY;
      for (double logit : own) {
        top = Math.max(top, inverse * logit);
      }
      double total = 0;
      double weighted = 0;
      double met = 0;
      for (int label = 0; label < own.length; label++) {
        double weight = Math.exp(inverse * own[label] - top);
        double target = label == labels[row] ? 1 - smoothing : smoothing / (own.length - 1);
        total += weight;
        weighted += weight * own[label];
        met += target * own[label];
      }
      slope += weighted / total - met;
    }
    return slope / labels.length;
  }
}
