package dev.espalier.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ErrorAnalysisTest {
  private static final List<String> LABELS = List.of("ham", "spam");

  private static Scored row(String id, String actual, double spam) {
    return new Scored(
        id,
        Instant.EPOCH,
        actual,
        new double[] {1 - spam, spam},
        spam > 0.5 ? "spam" : "ham",
        Map.of());
  }

  private static Predictions predictions(Scored... rows) {
    return new Predictions(LABELS, List.of(rows));
  }

  /** The example of scikit-learn's {@code precision_recall_curve}, and of its average precision. */
  private static final Predictions SKLEARN =
      predictions(
          row("a", "ham", 0.1),
          row("b", "ham", 0.4),
          row("c", "spam", 0.35),
          row("d", "spam", 0.8));

  @Test
  void precision_and_recall_are_those_of_scikit_learn() {
    ErrorAnalysis.Curve spam = ErrorAnalysis.of(SKLEARN).curves().get(1);
    // precision_recall_curve: precision [.5, .667, .5, 1], recall [1, 1, .5, .5], thresholds
    // [.1, .35, .4, .8]; here by falling threshold.
    assertThat(spam.points())
        .extracting(ErrorAnalysis.Point::threshold)
        .containsExactly(0.8, 0.4, 0.35, 0.1);
    assertThat(spam.points())
        .extracting(ErrorAnalysis.Point::recall)
        .containsExactly(0.5, 0.5, 1.0, 1.0);
    assertThat(spam.points())
        .extracting(ErrorAnalysis.Point::precision)
        .containsExactly(1.0, 0.5, 2.0 / 3, 0.5);
    // average_precision_score of the same example: 0.83
    assertThat(spam.averagePrecision()).isCloseTo(0.8333, within(0.0001));
  }

  @Test
  void the_surest_rows_are_right_and_there_is_one_of_each_label_that_was_ever_right() {
    Predictions predictions =
        predictions(
            row("a", "ham", 0.3),
            row("c", "ham", 0.1),
            row("b", "ham", 0.1),
            row("missed", "spam", 0.05),
            row("sure", "ham", 0.99));
    assertThat(ErrorAnalysis.surest(predictions)).extracting(Scored::rowId).containsExactly("b");
    assertThat(ErrorAnalysis.surest(predictions(row("a", "ham", 0.3), row("d", "spam", 0.6))))
        .extracting(Scored::rowId)
        .containsExactly("a", "d");
  }

  @Test
  void the_confusion_has_actual_labels_as_rows() {
    assertThat(ErrorAnalysis.of(SKLEARN).confusion())
        .containsExactly(List.of(2L, 0L), List.of(1L, 1L));
  }

  @Test
  void the_bins_add_up_to_the_expected_calibration_error() {
    SplittableRandom random = new SplittableRandom(3);
    List<Scored> rows = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      rows.add(row("r" + i, random.nextInt(3) == 0 ? "spam" : "ham", random.nextDouble()));
    }
    Predictions predictions = new Predictions(LABELS, rows);
    ErrorAnalysis analysis = ErrorAnalysis.of(predictions);
    double error =
        analysis.reliability().stream()
                .mapToDouble(bin -> bin.n() * Math.abs(bin.accuracy() - bin.confidence()))
                .sum()
            / analysis.n();
    assertThat(error).isCloseTo(Calibration.ece(predictions), within(1e-12));
    assertThat(analysis.reliability().stream().mapToLong(ErrorAnalysis.Bin::n).sum())
        .isEqualTo(2_000);
    assertThat(analysis.curves().get(1).points())
        .as("long curves are thinned, and keep their ends")
        .hasSize(ErrorAnalysis.POINTS);
    assertThat(analysis.curves().get(1).points().getLast().recall()).isEqualTo(1);
  }

  @Test
  void rows_of_equal_score_are_called_together() {
    Predictions same =
        predictions(row("a", "ham", 0.7), row("b", "spam", 0.7), row("c", "spam", 0.7));
    assertThat(ErrorAnalysis.of(same).curves().get(1).points())
        .containsExactly(new ErrorAnalysis.Point(0.7, 1, 2.0 / 3));
  }

  @Test
  void the_worst_rows_are_the_wrong_ones_that_were_surest() {
    Predictions predictions =
        predictions(
            row("sure", "ham", 0.99),
            row("near", "ham", 0.51),
            row("right", "spam", 0.9),
            row("missed", "spam", 0.2));
    assertThat(ErrorAnalysis.worst(predictions, 2))
        .extracting(Scored::rowId)
        .containsExactly("sure", "missed");
    assertThat(ErrorAnalysis.worst(predictions, 10)).hasSize(3);
  }

  @Test
  void nothing_is_said_of_labels_that_do_not_occur_or_of_no_rows() {
    ErrorAnalysis none = ErrorAnalysis.of(new Predictions(LABELS, List.of()));
    assertThat(none.n()).isZero();
    assertThat(none.reliability()).isEmpty();
    assertThat(none.curves()).isEmpty();
    assertThat(ErrorAnalysis.of(predictions(row("a", "ham", 0.2))).curves())
        .extracting(ErrorAnalysis.Curve::label)
        .containsExactly("ham");
  }
}
