package dev.espalier.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What must hold whatever the numbers are: seeded, over many draws. */
class OraclesTest {
  private static final int DRAWS = 1000;

  private static long[] counts(SplittableRandom random, double[] shares, int n) {
    long[] counts = new long[shares.length];
    for (int i = 0; i < n; i++) {
      double u = random.nextDouble();
      int bin = 0;
      while (bin < shares.length - 1 && u >= shares[bin]) {
        u -= shares[bin];
        bin++;
      }
      counts[bin]++;
    }
    return counts;
  }

  private static double[] equal(int bins) {
    double[] shares = new double[bins];
    Arrays.fill(shares, 1.0 / bins);
    return shares;
  }

  private interface Test2 {
    double p(long[] reference, long[] current);
  }

  /** How often a test of level 0.05 alarms on 1,000 pairs of samples of one distribution. */
  private static long alarms(Test2 test, int bins, int n, int m) {
    SplittableRandom random = new SplittableRandom(42);
    double[] shares = equal(bins);
    return IntStream.range(0, DRAWS)
        .filter(_ -> test.p(counts(random, shares, n), counts(random, shares, m)) <= 0.05)
        .count();
  }

  /** The 99.9 % binomial interval of 1,000 trials at 0.05 ends at 74 (scipy binom.ppf). */
  @Test
  void psi_and_jensen_shannon_alarm_on_no_drift_no_more_often_than_they_say() {
    assertThat(alarms((a, b) -> Drift.psi(a, b).p(), 10, 5000, 500)).isBetween(20L, 74L);
    assertThat(alarms((a, b) -> Drift.jensenShannon(a, b).p(), 10, 5000, 500)).isBetween(10L, 74L);
    assertThat(alarms((a, b) -> Drift.psi(a, b).p(), 20, 10_000, 200))
        .as("conservative where rows are few")
        .isLessThanOrEqualTo(74);
    assertThat(alarms(Hypotheses::homogeneity, 10, 5000, 500)).isBetween(26L, 74L);
  }

  @Test
  void a_real_shift_is_seen_by_all_of_them() {
    SplittableRandom random = new SplittableRandom(3);
    double[] before = equal(10);
    double[] after = before.clone();
    after[0] += 0.06;
    after[9] -= 0.06;
    int seen = 0;
    for (int i = 0; i < 200; i++) {
      long[] reference = counts(random, before, 5000);
      long[] current = counts(random, after, 1000);
      boolean all =
          Drift.psi(reference, current).p() <= 0.05
              && Drift.jensenShannon(reference, current).p() <= 0.05
              && Hypotheses.homogeneity(reference, current) <= 0.05;
      seen += all ? 1 : 0;
    }
    assertThat(seen).isGreaterThan(190);
  }

  @Test
  void distances_are_symmetric_zero_on_equals_and_bounded() {
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 300; i++) {
      long[] a = random.longs(8, 0, 400).toArray();
      long[] b = random.longs(8, 0, 400).toArray();
      a[0]++;
      b[0]++;
      assertThat(Drift.psi(a, b).value()).isCloseTo(Drift.psi(b, a).value(), within(1e-12));
      assertThat(Drift.jensenShannon(a, b).value())
          .isCloseTo(Drift.jensenShannon(b, a).value(), within(1e-12))
          .isBetween(0.0, Math.sqrt(Math.log(2)));
      assertThat(Drift.psi(a, a).value()).isZero();
      assertThat(Drift.psi(a, a).p()).isEqualTo(1);
      assertThat(Drift.psi(a, b).effect()).isBetween(0.0, Drift.psi(a, b).value());
      assertThat(Hypotheses.homogeneity(a, b))
          .isCloseTo(Hypotheses.homogeneity(b, a), within(1e-9));
    }
  }

  /**
   * Examples of the documentation of scipy.spatial.distance.jensenshannon (scipy 1.16): the third
   * bin is empty on both sides and counts for nothing. With a billion rows half a count is nothing
   * too.
   */
  @Test
  void jensen_shannon_gives_the_values_that_scipy_documents() {
    long all = 1_000_000_000L;
    long[] first = {all, 0, 0};
    assertThat(Drift.jensenShannon(first, new long[] {0, all, 0}).value())
        .as("1.0 in base 2")
        .isCloseTo(Math.sqrt(Math.log(2)), within(1e-6));
    assertThat(Drift.jensenShannon(new long[] {all, 0}, new long[] {all / 2, all / 2}).value())
        .isCloseTo(0.46450140402245893, within(1e-6));
    assertThat(Drift.jensenShannon(first, first).value()).isZero();
    assertThat(Drift.jensenShannon(first, first).p()).isEqualTo(1);
  }

  /**
   * Yurdakul and Naranjo, "Statistical properties of the population stability index" (Journal of
   * Risk Model Validation 14(4), 2020): without drift PSI/(1/n + 1/m) follows a chi-square with one
   * degree of freedom less than there are bins in use. The 95 % point for two bins is 3.841 of a
   * table; eight bins that nobody ever filled must not make it 16.919.
   */
  @Test
  void bins_that_are_empty_on_both_sides_are_no_degrees_of_freedom() {
    long[] reference = {500_000, 500_000, 0, 0, 0, 0, 0, 0, 0, 0};
    long[] current = {500_000 + 1_386, 500_000 - 1_386, 0, 0, 0, 0, 0, 0, 0, 0};
    Drift.Distance seen = Drift.psi(reference, current);
    // 2 (1/n + 1/m)^-1 ... : (q-p) ln(q/p) twice is 3.841 (1/n + 1/m) at this shift.
    assertThat(seen.p()).isCloseTo(0.05, within(0.001));
    Drift.Distance two =
        Drift.psi(new long[] {500_000, 500_000}, new long[] {500_000 + 1_386, 500_000 - 1_386});
    assertThat(seen).isEqualTo(two);
    assertThat(Drift.psi(new long[] {7, 0}, new long[] {9, 0}))
        .as("everything in one bin is no drift")
        .isEqualTo(new Drift.Distance(0, 0, 1, 7, 9));
  }

  @Test
  void histograms_merge_like_their_rows_in_any_partition() {
    SplittableRandom random = new SplittableRandom(4);
    double[] reference = random.doubles(2000).toArray();
    DecisionHistogram frozen = DecisionHistogram.reference(reference, 10);
    double[] rows = random.doubles(999, -0.5, 1.5).toArray();
    DecisionHistogram whole = frozen.count(rows);
    for (int parts = 2; parts < 9; parts++) {
      DecisionHistogram merged = frozen.count(new double[0]);
      for (int part = 0; part < parts; part++) {
        int own = part;
        int all = parts;
        merged =
            frozen
                .count(
                    IntStream.range(0, rows.length)
                        .filter(i -> i % all == own)
                        .mapToDouble(i -> rows[i])
                        .toArray())
                .merge(merged);
      }
      assertThat(merged).isEqualTo(whole);
    }
    assertThat(Arrays.stream(whole.counts()).sum()).isEqualTo(999);
  }

  @Test
  void adjusted_p_values_keep_the_order_and_never_shrink() {
    SplittableRandom random = new SplittableRandom(8);
    for (int i = 0; i < 200; i++) {
      double[] p = random.doubles(random.nextInt(1, 40)).toArray();
      double[] q = Hypotheses.benjaminiHochberg(p);
      for (int a = 0; a < p.length; a++) {
        assertThat(q[a]).isBetween(p[a] - 1e-12, 1.0);
        for (int b = 0; b < p.length; b++) {
          if (p[a] < p[b]) {
            assertThat(q[a]).isLessThanOrEqualTo(q[b] + 1e-12);
          }
        }
      }
    }
  }

  /** 2,000 intervals of 95 %: the true share is inside in 95 % ± what Wilson is known for. */
  @Test
  void wilson_intervals_cover_the_truth_as_often_as_they_say() {
    SplittableRandom random = new SplittableRandom(12);
    for (double truth : new double[] {0.02, 0.1, 0.5, 0.9}) {
      int covered = 0;
      for (int i = 0; i < 2000; i++) {
        long hits = IntStream.range(0, 300).filter(_ -> random.nextDouble() < truth).count();
        Interval interval = Wilson.interval(hits, 300, 0.95);
        covered += interval.low() <= truth && truth <= interval.high() ? 1 : 0;
      }
      assertThat(covered / 2000.0).as("at %s", truth).isBetween(0.93, 0.975);
    }
  }
}
