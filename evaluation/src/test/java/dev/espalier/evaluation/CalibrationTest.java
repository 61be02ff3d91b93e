package dev.espalier.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.GateResult.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be said of a model's calibration from few rows. */
class CalibrationTest {
  /** A row whose top label got {@code confidence}, and whether that label was right. */
  private static Scored row(int index, double confidence, boolean right) {
    return Rows.row("row%05d".formatted(index), right ? "spam" : "ham", "spam", confidence);
  }

  @Test
  void takes_the_bias_of_few_rows_off_as_published() {
    // uncertainty-calibration 0.1.4 (Kumar, Liang and Ma 2019): plugin_ce(power=1) 0.0550,
    // normal_debiased_ce(power=1) 0.0353 on these rows in ten bins. Theirs draws each bin's
    // accuracy from a normal distribution, ours resamples rows: the same to about 0.003.
    List<Scored> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      double confidence = 0.5 + 0.5 * ((i * 37) % 200 + 0.5) / 200;
      rows.add(row(i, confidence, (i * 61 % 200) / 200.0 < confidence - 0.06));
    }
    Predictions predictions = new Predictions(Rows.LABELS, rows);

    assertThat(Calibration.ece(predictions)).isCloseTo(0.055, within(1e-9));
    Estimate estimate = Metrics.estimate(Rows.metric("ece"), predictions, 1);
    assertThat(estimate.value()).isCloseTo(0.0353, within(0.004));
    assertThat(estimate.n()).isEqualTo(200);
  }

  /**
   * A made-up model: confidences spread over 0.5 … 1, the chance of being right a function of them.
   */
  private static Predictions drawn(int n, DoubleUnaryOperator chance, SplittableRandom random) {
    List<Scored> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double confidence = 1 - 0.5 * Math.pow(random.nextDouble(), 2);
      rows.add(row(i, confidence, random.nextDouble() < chance.applyAsDouble(confidence)));
    }
    return new Predictions(Rows.LABELS, rows);
  }

  /** A model that is too sure of itself by {@code excess}, and so has that calibration error. */
  private static DoubleUnaryOperator tooSure(double excess) {
    return confidence -> Math.max(0.02, confidence - excess);
  }

  @ParameterizedTest
  @CsvSource({"83, 0", "83, 0.05", "83, 0.12", "300, 0", "300, 0.05"})
  void intervals_hold_the_true_error_as_often_as_they_say(int n, double truth) {
    SplittableRandom random = new SplittableRandom(11);
    int draws = 60;
    int above = 0;
    int below = 0;
    for (int draw = 0; draw < draws; draw++) {
      Estimate estimate =
          Calibration.estimate(drawn(n, tooSure(truth), random), 0.95, random.nextLong());
      above += estimate.low() > truth + 1e-9 ? 1 : 0;
      below += estimate.high() < truth ? 1 : 0;
      assertThat(estimate.value()).isBetween(estimate.low(), estimate.high());
    }
    // Nominal is 2.5 % a side; 5 of 60 is beyond the 99 % point of that. An error can never be
    // shown
    // below 0, and the plain bootstrap's interval would miss 0 every time.
    assertThat(below).as("intervals that end below the truth").isLessThanOrEqualTo(5);
    if (truth > 0) {
      assertThat(above).as("intervals that begin above the truth").isLessThanOrEqualTo(6);
    }
  }

  private static GateResult judged(Predictions candidate) {
    Spec.Gate gate =
        new Spec.Gate(
            "ece", Spec.Op.AT_MOST, 0.05, Spec.Versus.ABSOLUTE, Optional.empty(), 1, "block", true);
    GateInput input =
        new GateInput(
            List.of(gate),
            Map.of("ece", Rows.metric("ece", "down", 1)),
            candidate,
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            7);
    GateReport report = Gates.judge(input);
    assertThat(report.passed()).isEqualTo(report.results().getFirst().verdict() == Verdict.PASS);
    return report.results().getFirst();
  }

  @Test
  void a_calibrated_model_passes_on_many_rows_and_cannot_be_told_on_few() {
    SplittableRandom random = new SplittableRandom(3);
    assertThat(judged(drawn(2_000, tooSure(0), random)).verdict()).isEqualTo(Verdict.PASS);
    GateResult few = judged(drawn(83, tooSure(0), random));
    assertThat(few.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(few.detail()).containsPattern("inconclusive, about [\\d,]+ rows would decide");
  }

  @Test
  void a_model_that_is_far_too_sure_fails_even_on_few_rows() {
    SplittableRandom random = new SplittableRandom(5);
    assertThat(judged(drawn(2_000, tooSure(0.1), random)).verdict()).isEqualTo(Verdict.FAIL);
    assertThat(judged(drawn(83, tooSure(0.3), random)).verdict()).isEqualTo(Verdict.FAIL);
  }
}
