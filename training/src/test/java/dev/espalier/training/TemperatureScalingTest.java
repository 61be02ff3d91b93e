package dev.espalier.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.platform.EspalierException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TemperatureScalingTest {
  private static final int ROWS = 60;

  private static double[] softmax(double... logits) {
    double total = Arrays.stream(logits).map(Math::exp).sum();
    return Arrays.stream(logits).map(logit -> Math.exp(logit) / total).toArray();
  }

  private static double[] three(int i) {
    return new double[] {2 * Math.sin(1.7 * i), 2 * Math.cos(0.9 * i), 2 * Math.sin(0.4 * i + 1)};
  }

  private static int happened(int i) {
    double[] noise = {Math.sin(3.1 * i), Math.cos(2.3 * i), Math.sin(4.7 * i)};
    double[] logits = three(i);
    return IntStream.range(0, 3)
        .boxed()
        .max((a, b) -> Double.compare(logits[a] + 1.5 * noise[a], logits[b] + 1.5 * noise[b]))
        .orElseThrow();
  }

  @Test
  void three_classes_agree_with_scikit_learn() {
    // scikit-learn 1.9.1: 1 / sklearn.calibration._TemperatureScaling().fit(logits, y).beta_
    // = 0.46420263, as in CalibratedClassifierCV(method="temperature"). Smoothed targets:
    // scipy 1.17.1 minimize_scalar of the cross-entropy with targets 1 − 1/62 and 1/124.
    List<double[]> probabilities =
        IntStream.range(0, ROWS).mapToObj(i -> softmax(three(i))).toList();
    int[] labels = IntStream.range(0, ROWS).map(TemperatureScalingTest::happened).toArray();

    assertThat(TemperatureScaling.fit(probabilities, labels, 0))
        .isCloseTo(0.46420263, within(1e-6));
    assertThat(TemperatureScaling.fit(probabilities, labels, TemperatureScaling.smoothing(ROWS)))
        .isCloseTo(0.54975209, within(1e-6));
  }

  @Test
  void two_classes_agree_with_scipy() {
    // scipy 1.17.1: minimize_scalar of the mean negative log-likelihood, 1.26498960; with
    // targets 1 − 1/62 and 1/62, 1.45696300.
    List<double[]> probabilities =
        IntStream.range(0, ROWS).mapToObj(i -> softmax(0, 6 * Math.sin(1.7 * i))).toList();
    int[] labels =
        IntStream.range(0, ROWS)
            .map(i -> 6 * Math.sin(1.7 * i) + 4 * Math.sin(5.3 * i) > 0 ? 1 : 0)
            .toArray();

    assertThat(TemperatureScaling.fit(probabilities, labels, 0))
        .isCloseTo(1.26498960, within(1e-6));
    assertThat(TemperatureScaling.fit(probabilities, labels, TemperatureScaling.smoothing(ROWS)))
        .isCloseTo(1.45696300, within(1e-6));
  }

  @Test
  void a_model_that_is_always_right_is_not_told_to_be_infinitely_sure() {
    List<double[]> probabilities = IntStream.range(0, 40).mapToObj(_ -> softmax(0, 2)).toList();
    int[] labels = IntStream.range(0, 40).map(_ -> 1).toArray();

    // The best is the temperature at which it says 1 − 1/42.
    double temperature =
        TemperatureScaling.fit(probabilities, labels, TemperatureScaling.smoothing(40));
    assertThat(softmax(0, 2 / temperature)[1]).isCloseTo(1 - 1.0 / 42, within(1e-9));
    assertThat(TemperatureScaling.fit(probabilities, labels, 0)).isCloseTo(0.05, within(1e-9));
  }

  @Test
  void certainty_beyond_a_double_still_has_a_temperature() {
    List<double[]> probabilities = List.of(new double[] {1, 0}, new double[] {0, 1});

    assertThat(TemperatureScaling.fit(probabilities, new int[] {1, 1}, 0.25)).isBetween(0.05, 20.0);
  }

  @Test
  void rows_and_labels_must_match() {
    assertThatThrownBy(() -> TemperatureScaling.fit(List.of(), new int[0], 0))
        .isInstanceOf(EspalierException.class);
    assertThatThrownBy(
            () -> TemperatureScaling.fit(List.of(new double[] {0.5, 0.5}), new int[2], 0))
        .isInstanceOf(EspalierException.class);
  }
}
