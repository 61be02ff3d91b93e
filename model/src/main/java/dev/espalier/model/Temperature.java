package dev.espalier.model;

import dev.espalier.platform.EspalierException;
import java.util.Map;

/**
 * The one number that logits are divided by before the softmax (temperature scaling, Guo et al.
 * 2017): above 1 it softens probabilities, below 1 it sharpens them, and it never changes which
 * label is the largest. Part of a bundle's manifest, so that training, evaluation and serving
 * answer alike. Immutable.
 */
record Temperature(double value) {
  /** The fact of a manifest that carries it; a bundle without one is not calibrated. */
  static final String FACT = "temperature";

  static final Temperature NONE = new Temperature(1);
  private static final double LOWEST = 0.01;
  private static final double HIGHEST = 100;

  Temperature {
    if (!(value >= LOWEST && value <= HIGHEST)) {
      throw EspalierException.invalid(
          "A temperature is a number from %s to %s, not %s.".formatted(LOWEST, HIGHEST, value));
    }
  }

  /**
   * The temperature of a bundle; 1 when its manifest has none.
   *
   * @throws EspalierException INVALID when it is no number or out of range
   */
  static Temperature of(Map<String, String> facts) {
    String text = facts.getOrDefault(FACT, "1");
    try {
      return new Temperature(Double.parseDouble(text));
    } catch (NumberFormatException notANumber) {
      throw EspalierException.invalid("A manifest's temperature must be a number: " + text);
    }
  }

  /** The softmax of {@code logits / value}. */
  double[] probabilities(double[] logits) {
    double[] scaled = new double[logits.length];
    for (int label = 0; label < scaled.length; label++) {
      scaled[label] = logits[label] / value;
    }
    return Softmax.of(scaled);
  }
}
