package dev.espalier.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reference values: scipy 1.17.1, scikit-learn 1.9.1, statsmodels 0.15.0. */
class StatisticsTest {
  private static final Offset<Double> EXACT = within(1e-9);

  @ParameterizedTest
  @CsvSource({
    "0, 10, 0.95, 0.0, 0.2775327998628892",
    "7, 40, 0.95, 0.0874541374603592, 0.31949990331787714",
    "10, 10, 0.95, 0.7224672001371107, 1.0",
    "481, 500, 0.99, 0.9332484391716764, 0.9786508458944061"
  })
  void wilson_equals_statsmodels_proportion_confint(
      long hits, long n, double level, double low, double high) {
    assertThat(Wilson.interval(hits, n, level).low()).isCloseTo(low, EXACT);
    assertThat(Wilson.interval(hits, n, level).high()).isCloseTo(high, EXACT);
  }

  @Test
  void wilson_knows_nothing_of_no_trials_and_refuses_nonsense() {
    assertThat(Wilson.interval(0, 0, 0.95)).isEqualTo(new Interval(0, 1));
    for (double level : new double[] {0, 1}) {
      assertThatThrownBy(() -> Wilson.interval(1, 2, level)).isInstanceOf(EspalierException.class);
    }
    assertThatThrownBy(() -> Wilson.interval(3, 2, 0.9)).isInstanceOf(EspalierException.class);
    assertThatThrownBy(() -> Wilson.interval(-1, 2, 0.9)).isInstanceOf(EspalierException.class);
  }

  @Test
  void confusion_equals_scikit_learn() {
    Confusion counts = Confusion.of(Rows.table(3, 1, 1, 5));
    assertThat(counts.macroF1()).isCloseTo(0.7916666666666667, EXACT);
    assertThat(counts.f1("spam")).isCloseTo(0.75, EXACT);
    assertThat(counts.balancedAccuracy()).isCloseTo(0.7916666666666667, EXACT);
    assertThat(counts.accuracy()).isCloseTo(0.8, EXACT);
    assertThat(counts.precision("spam")).isCloseTo(0.75, EXACT);
    assertThat(counts.recall("ham")).isCloseTo(5.0 / 6, EXACT);
    assertThat(counts.count("nobody", "spam")).isZero();
    assertThat(counts.actual("nobody")).isZero();
    assertThat(counts.predicted("nobody")).isZero();
  }

  @Test
  void divides_nothing_by_nothing_to_zero() {
    Confusion empty = Confusion.of(new Predictions(Rows.LABELS, List.of()));
    assertThat(empty.macroF1()).isZero();
    assertThat(empty.accuracy()).isZero();
    assertThat(empty.balancedAccuracy()).isZero();
  }

  /** sklearn.metrics roc_auc_score, log_loss, brier_score_loss (halved: the binary form). */
  @Test
  void ranking_equals_scikit_learn_with_ties() {
    double[] scores = {.1, .4, .35, .8, .4, .4, .9, .2};
    int[] truth = {0, 0, 1, 1, 1, 0, 1, 0};
    List<Scored> rows = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      rows.add(Rows.row("r" + i, truth[i] == 1 ? "spam" : "ham", "ham", scores[i]));
    }
    Predictions predictions = new Predictions(Rows.LABELS, rows);
    assertThat(Ranking.rocAuc(predictions, "spam")).hasValue(0.8125);
    assertThat(Ranking.rocAuc(predictions, "ham")).hasValue(0.8125);
    assertThat(Ranking.logLoss(predictions).orElseThrow()).isCloseTo(0.45559652973111076, EXACT);
    assertThat(Calibration.brier(predictions) / 2).isCloseTo(0.15031250000000002, EXACT);
    assertThat(Ranking.rocAuc(predictions, "nobody")).isEmpty();
    assertThat(Ranking.rocAuc(predictions.where(row -> row.actual().equals("ham")), "spam"))
        .isEmpty();
    assertThat(Ranking.logLoss(new Predictions(Rows.LABELS, List.of()))).isEmpty();
  }

  @Test
  void calibration_error_is_the_gap_between_confidence_and_accuracy() {
    assertThat(Calibration.ece(Rows.table(9, 0, 1, 0))).isCloseTo(0, EXACT);
    assertThat(Calibration.ece(Rows.table(0, 5, 5, 0))).isCloseTo(0.9, EXACT);
    assertThat(Calibration.ece(new Predictions(Rows.LABELS, List.of()))).isZero();
  }

  /** scipy.stats.binomtest(min(b, c), b + c, 0.5). */
  @ParameterizedTest
  @CsvSource({"3, 11, 0.057373046875", "5, 5, 1", "0, 6, 0.03125", "0, 0, 1"})
  void mcnemar_equals_scipy_binomtest(int onlyFirst, int onlySecond, double p) {
    assertThat(Hypotheses.mcNemar(onlyFirst, onlySecond)).isCloseTo(p, EXACT);
    assertThat(Hypotheses.mcNemar(onlySecond, onlyFirst)).isCloseTo(p, EXACT);
  }

  @Test
  void mcnemar_counts_rows_that_one_model_alone_got_right() {
    Predictions better = Rows.table(10, 0, 0, 10);
    Predictions worse = Rows.table(4, 6, 0, 10);
    assertThat(Hypotheses.mcNemar(better, worse)).isCloseTo(0.03125, EXACT);
    assertThat(Hypotheses.mcNemar(better, better)).isEqualTo(1);
  }

  /** scipy.stats.chi2_contingency(correction=False). */
  @Test
  void homogeneity_equals_scipy() {
    assertThat(Hypotheses.homogeneity(new long[] {10, 20, 30}, new long[] {6, 9, 17}))
        .isCloseTo(0.873028283380073, EXACT);
    assertThat(Hypotheses.homogeneity(new long[] {50, 0, 30, 20}, new long[] {20, 0, 30, 50}))
        .isCloseTo(2.6074368808253592e-06, within(1e-14));
    assertThat(Hypotheses.homogeneity(new long[] {5, 0}, new long[] {9, 0})).isEqualTo(1);
    assertThatThrownBy(() -> Hypotheses.homogeneity(new long[] {1}, new long[] {1, 2}))
        .isInstanceOf(EspalierException.class);
    assertThatThrownBy(() -> Hypotheses.homogeneity(new long[] {1, 1}, new long[] {0, 0}))
        .isInstanceOf(EspalierException.class);
  }

  /** scipy.stats.false_discovery_control. */
  @Test
  void benjamini_hochberg_equals_scipy() {
    assertThat(Hypotheses.benjaminiHochberg(new double[] {.01, .04, .03, .005, .5}))
        .containsExactly(new double[] {0.025, 0.05, 0.05, 0.025, 0.5}, EXACT);
    assertThat(Hypotheses.benjaminiHochberg(new double[0])).isEmpty();
  }

  /** numpy for the value, scipy.stats.chi2.sf for p, scipy jensenshannon for the distance. */
  @Test
  void distances_equal_numpy_and_scipy() {
    long[] reference = {100, 200, 300};
    Drift.Distance psi = Drift.psi(reference, new long[] {30, 20, 10});
    assertThat(psi.value()).isCloseTo(0.710861552753483, EXACT);
    assertThat(psi.p()).isCloseTo(3.804302184073654e-09, within(1e-15));
    assertThat(psi.effect()).isCloseTo(0.6741948860868163, EXACT);
    Drift.Distance quiet = Drift.psi(reference, new long[] {12, 18, 30});
    assertThat(quiet.p()).isCloseTo(0.7519540644134786, EXACT);
    assertThat(quiet.effect()).isZero();
    assertThat(Drift.jensenShannon(reference, new long[] {30, 20, 10}).value())
        .isCloseTo(0.2911528712683503, EXACT);
  }

  @Test
  void identical_histograms_have_no_distance_and_distances_are_symmetric() {
    long[] some = {5, 50, 12, 1};
    long[] other = {9, 40, 30, 0};
    assertThat(Drift.psi(some, some).value()).isZero();
    assertThat(Drift.psi(some, some).p()).isEqualTo(1);
    assertThat(Drift.jensenShannon(some, some).value()).isZero();
    assertThat(Drift.psi(some, other).value()).isCloseTo(Drift.psi(other, some).value(), EXACT);
    assertThat(Drift.jensenShannon(some, other).value())
        .isCloseTo(Drift.jensenShannon(other, some).value(), EXACT);
  }

  @Test
  void refuses_histograms_that_cannot_be_compared() {
    long[] two = {1, 2};
    assertThatThrownBy(() -> Drift.psi(two, new long[3])).isInstanceOf(EspalierException.class);
    assertThatThrownBy(() -> Drift.psi(two, new long[2])).isInstanceOf(EspalierException.class);
    assertThatThrownBy(() -> Drift.psi(new long[1], two)).isInstanceOf(EspalierException.class);
    assertThatThrownBy(() -> Drift.jensenShannon(new long[2], two))
        .isInstanceOf(EspalierException.class);
  }

  @Test
  void score_histogram_holds_both_ends() {
    assertThat(Drift.scoreHistogram(new double[] {0, 0.05, 0.95, 1, 0.5}))
        .containsExactly(2, 0, 0, 0, 0, 1, 0, 0, 0, 2);
  }

  @Test
  void equal_mass_edges_freeze_and_histograms_merge() {
    double[] values = new Random(7).doubles(1000).toArray();
    DecisionHistogram reference = DecisionHistogram.reference(values, 10);
    assertThat(Arrays.stream(reference.counts()).skip(1).limit(10).toArray()).containsOnly(100);
    double[] left = Arrays.copyOf(values, 400);
    double[] right = Arrays.copyOfRange(values, 400, 1000);
    assertThat(reference.count(left).merge(reference.count(right)))
        .isEqualTo(reference)
        .hasSameHashCodeAs(reference);
    long[] strange = reference.count(new double[] {-1, 2, Double.NaN}).counts();
    assertThat(strange[0]).isEqualTo(1);
    assertThat(strange[11]).isEqualTo(1);
    assertThat(Arrays.stream(strange).sum()).isEqualTo(2);
    DecisionHistogram other = DecisionHistogram.reference(left, 5);
    assertThatThrownBy(() -> reference.merge(other)).isInstanceOf(EspalierException.class);
    assertThat(other).isNotEqualTo(reference).isNotEqualTo("x");
    assertThat(other.toString()).startsWith("edges");
  }

  @Test
  void a_reference_of_one_value_is_refused() {
    for (double[] values : new double[][] {{}, {3, 3, 3}}) {
      assertThatThrownBy(() -> DecisionHistogram.reference(values, 10))
          .isInstanceOf(EspalierException.class);
    }
    for (int bins : new int[] {0, 21}) {
      assertThatThrownBy(() -> DecisionHistogram.reference(new double[] {1, 2}, bins))
          .isInstanceOf(EspalierException.class);
    }
    assertThatThrownBy(() -> new DecisionHistogram(new double[] {1, 2}, new long[2]))
        .isInstanceOf(EspalierException.class);
    assertThatThrownBy(() -> new DecisionHistogram(new double[1], new long[2]))
        .isInstanceOf(EspalierException.class);
  }

  /** numpy.quantile([1, 2, 4, 8, 16], [.025, .975]). */
  @Test
  void quantiles_equal_numpy() {
    double[] sorted = {1, 2, 4, 8, 16};
    assertThat(Bootstrap.quantile(sorted, 0.025)).isCloseTo(1.1, EXACT);
    assertThat(Bootstrap.quantile(sorted, 0.975)).isCloseTo(15.2, EXACT);
  }

  @Test
  void the_order_of_rows_changes_no_interval() {
    Predictions rows = Rows.table(40, 5, 6, 60);
    List<Scored> shuffled = new ArrayList<>(rows.rows());
    Collections.shuffle(shuffled, new Random(3));
    Estimate first = Metrics.estimate(Rows.metric("macro_f1"), rows, 1);
    assertThat(Metrics.estimate(Rows.metric("macro_f1"), new Predictions(Rows.LABELS, shuffled), 1))
        .isEqualTo(first);
    assertThat(first.low()).isLessThan(first.value());
    assertThat(first.high()).isGreaterThan(first.value());
  }

  @Test
  void equal_arms_are_stopped_no_more_often_than_alpha() {
    int stopped = 0;
    for (int run = 0; run < 400; run++) {
      stopped += bad(run, 1, 20_000) < 20_000 ? 1 : 0;
    }
    assertThat(stopped / 400.0).isLessThanOrEqualTo(0.05);
  }

  @Test
  void a_much_worse_canary_is_stopped_early() {
    for (int run = 0; run < 50; run++) {
      assertThat(bad(run, 30, 20_000)).isLessThan(5_000);
    }
  }

  /** The request at which a canary, {@code worse} times as bad as a 1 % baseline, is stopped. */
  private static int bad(int seed, double worse, int requests) {
    Random random = new Random(seed);
    SequentialTest test = new SequentialTest(0, 0.05);
    for (int request = 0; request < requests; request++) {
      double share = request < 10_000 ? 0.01 : 0.1;
      boolean canary = random.nextDouble() < share;
      if (random.nextDouble() < 0.01 * (canary ? worse : 1)) {
        test.badEvent(canary ? SequentialTest.Side.CANARY : SequentialTest.Side.BASELINE, share);
        if (test.alarmed()) {
          return request;
        }
      }
    }
    return requests;
  }

  @Test
  void one_arm_alone_is_no_evidence() {
    SequentialTest test = new SequentialTest(0.5, 0.05);
    test.badEvent(SequentialTest.Side.CANARY, 1);
    test.badEvent(SequentialTest.Side.BASELINE, 0);
    assertThat(test.events()).isZero();
    assertThat(test.evidence()).isEqualTo(1);
  }

  @Test
  void sequential_tests_refuse_nonsense() {
    for (double alpha : new double[] {0, 1}) {
      assertThatThrownBy(() -> new SequentialTest(0, alpha)).isInstanceOf(EspalierException.class);
      assertThatThrownBy(() -> new SequentialLimit(0.1, alpha))
          .isInstanceOf(EspalierException.class);
      assertThatThrownBy(() -> new SequentialLimit(alpha, 0.1))
          .isInstanceOf(EspalierException.class);
    }
    assertThatThrownBy(() -> new SequentialTest(-1, 0.1)).isInstanceOf(EspalierException.class);
  }

  @Test
  void a_limit_is_watched_at_every_request_for_one_alpha() {
    int alarms = 0;
    for (int run = 0; run < 400; run++) {
      alarms += limit(run, 0.05) ? 1 : 0;
    }
    assertThat(alarms / 400.0).isLessThanOrEqualTo(0.05);
    for (int run = 0; run < 50; run++) {
      assertThat(limit(run, 0.2)).isTrue();
    }
  }

  private static boolean limit(int seed, double rate) {
    Random random = new Random(seed);
    SequentialLimit limit = new SequentialLimit(0.05, 0.05);
    for (int request = 0; request < 2_000; request++) {
      limit.observe(
          random.nextDouble() < rate ? SequentialLimit.Outcome.BAD : SequentialLimit.Outcome.GOOD);
      if (limit.alarmed()) {
        return true;
      }
    }
    return false;
  }

  @Test
  void the_difference_of_two_wilson_intervals_is_newcombes_method_10() {
    // Newcombe 1998, table II, example (a): 56/70 − 48/80.
    Interval interval =
        Mover.difference(0.8, Wilson.interval(56, 70, 0.95), 0.6, Wilson.interval(48, 80, 0.95));
    assertThat(interval.low()).isCloseTo(0.0524, within(5e-5));
    assertThat(interval.high()).isCloseTo(0.3339, within(5e-5));
  }

  @Test
  void the_sample_ratio_adds_a_chi_square_per_step_that_was_split() {
    // 900/100 + 900/300 = 12 and 25/200 + 25/200 = 0.25; the survival of chi²(2) is exp(−x/2).
    long[] candidate = {130, 205, 3, 50};
    long[] total = {400, 400, 4, 50};
    double[] share = {0.25, 0.5, 0.5, 1};
    assertThat(Hypotheses.sampleRatio(candidate, total, share))
        .isCloseTo(Math.exp(-12.25 / 2), EXACT);
    assertThat(Hypotheses.sampleRatio(new long[] {}, new long[] {}, new double[] {})).isEqualTo(1);
  }
}
