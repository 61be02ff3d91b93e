package dev.espalier.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.evaluation.KaplanMeier.End;
import dev.espalier.evaluation.KaplanMeier.Wait;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Against scipy 1.17.1 and scikit-learn 1.9.1; the calls are beside the numbers. */
class WaitsAndSlopesTest {
  private static final double EXACT = 1e-12;

  private static List<Agreement.Pair> pairs(String one, String other) {
    return IntStream.range(0, one.length())
        .mapToObj(
            i -> new Agreement.Pair(String.valueOf(one.charAt(i)), String.valueOf(other.charAt(i))))
        .toList();
  }

  @Test
  void kappa_equals_scikit_learn() {
    // cohen_kappa_score(list('sshhhshhshnn'), list('shhhsshhshnh'))
    assertThat(Agreement.kappa(pairs("sshhhshhshnn", "shhhsshhshnh")).orElseThrow())
        .isCloseTo(0.5714285714285714, within(EXACT));
    // cohen_kappa_score([0,0,1,1,0,1,1,1], [0,1,1,1,0,0,1,1])
    assertThat(Agreement.kappa(pairs("00110111", "01110011")).orElseThrow())
        .isCloseTo(0.4666666666666667, within(EXACT));
  }

  @Test
  void kappa_is_one_for_the_same_words_zero_for_independent_ones_and_nothing_for_one_word() {
    assertThat(Agreement.kappa(pairs("abab", "abab"))).hasValue(1);
    assertThat(Agreement.kappa(pairs("aabb", "abab"))).hasValue(0);
    assertThat(Agreement.kappa(pairs("abab", "baba")).orElseThrow()).isNegative();
    assertThat(Agreement.kappa(pairs("aaaa", "aaaa"))).isEmpty();
    assertThat(Agreement.kappa(List.of())).isEmpty();
  }

  @Test
  void a_line_equals_scipys_theilslopes_outlier_and_all() {
    // theilslopes([.95,.94,.96,.93,.90,.91,.60,.88,.87,.86], arange(10), 0.95)
    TheilSen line =
        TheilSen.of(
            IntStream.range(0, 10).asDoubleStream().toArray(),
            new double[] {.95, .94, .96, .93, .90, .91, .60, .88, .87, .86},
            0.95);
    assertThat(line.slope()).isCloseTo(-0.010000000000000009, within(EXACT));
    assertThat(line.intercept()).isCloseTo(0.9500000000000001, within(EXACT));
    assertThat(line.low()).isCloseTo(-0.015000000000000013, within(EXACT));
    assertThat(line.high()).isCloseTo(-0.007999999999999985, within(EXACT));
  }

  @Test
  void a_line_equals_scipys_theilslopes_with_ties_on_both_sides() {
    // theilslopes([2,1,4,4,8,9,9,15], [1,1,2,3,4,4,5,7], 0.90)
    TheilSen line =
        TheilSen.of(
            new double[] {1, 1, 2, 3, 4, 4, 5, 7}, new double[] {2, 1, 4, 4, 8, 9, 9, 15}, 0.90);
    assertThat(line.slope()).isCloseTo(2.1833333333333336, within(EXACT));
    assertThat(line.intercept()).isCloseTo(-1.6416666666666675, within(EXACT));
    assertThat(line.low()).isCloseTo(1.75, within(EXACT));
    assertThat(line.high()).isCloseTo(2.5, within(EXACT));
  }

  @Test
  void a_slope_needs_two_places_and_follows_a_change_of_units() {
    assertThatThrownBy(() -> TheilSen.of(new double[] {3, 3}, new double[] {1, 2}, 0.95))
        .hasMessageContaining("two different values");
    SplittableRandom random = new SplittableRandom(5);
    double[] x = random.doubles(30).toArray();
    double[] y = DoubleStream.of(x).map(v -> 3 * v + random.nextDouble()).toArray();
    TheilSen line = TheilSen.of(x, y, 0.95);
    TheilSen scaled = TheilSen.of(x, DoubleStream.of(y).map(v -> 10 * v - 7).toArray(), 0.95);
    assertThat(scaled.slope()).isCloseTo(10 * line.slope(), within(1e-9));
    assertThat(scaled.low()).isCloseTo(10 * line.low(), within(1e-9));
    assertThat(line.low()).isLessThanOrEqualTo(line.slope());
    assertThat(line.high()).isGreaterThanOrEqualTo(line.slope());
  }

  private static List<Wait> waits() {
    List<Wait> waits = new ArrayList<>();
    for (double over : new double[] {37, 43, 47, 56, 60, 62, 71, 77, 80, 81}) {
      waits.add(new Wait(over, End.OVER));
    }
    for (double pending : new double[] {41, 57, 79, 81}) {
      waits.add(new Wait(pending, End.PENDING));
    }
    return waits;
  }

  /**
   * {@code ecdf(CensoredData(uncensored=[37,43,47,56,60,62,71,77,80,81], right=[41,57,79,81])).sf}
   * has 0.929 at 37, 0.851 at 43, 0.609 at 60, 0.522 at 62, 0.435 at 71, 0.116 at 81.
   */
  @Test
  void a_quantile_is_where_scipys_survival_function_falls_below() {
    assertThat(KaplanMeier.quantile(waits(), 0.07)).hasValue(37);
    assertThat(KaplanMeier.quantile(waits(), 0.10)).hasValue(43);
    assertThat(KaplanMeier.quantile(waits(), 0.39)).hasValue(60);
    assertThat(KaplanMeier.quantile(waits(), 0.477)).hasValue(62);
    assertThat(KaplanMeier.quantile(waits(), 0.5)).hasValue(71);
    assertThat(KaplanMeier.quantile(waits(), 0.88)).hasValue(81);
    assertThat(KaplanMeier.quantile(waits(), 0.95)).as("one in nine still waits").isEmpty();
  }

  @Test
  void pending_waits_lengthen_a_quantile_and_their_order_changes_nothing() {
    List<Wait> over = waits().stream().filter(wait -> wait.end() == End.OVER).toList();
    assertThat(KaplanMeier.quantile(over, 0.5).orElseThrow())
        .isLessThan(KaplanMeier.quantile(waits(), 0.5).orElseThrow());
    List<Wait> shuffled = new ArrayList<>(waits());
    Collections.shuffle(shuffled, new Random(1));
    for (double q = 0.05; q < 1; q += 0.05) {
      assertThat(KaplanMeier.quantile(shuffled, q)).isEqualTo(KaplanMeier.quantile(waits(), q));
    }
    assertThat(KaplanMeier.quantile(List.of(), 0.5)).isEmpty();
  }
}
