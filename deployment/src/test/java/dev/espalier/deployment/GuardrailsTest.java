package dev.espalier.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The statistics of a rollout against published values, and its error probability as a whole. */
class GuardrailsTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static Spec.Rollout spec(int minRequests, Spec.Guardrail... guardrails) {
    return new Spec.Rollout(
        "canary",
        List.of(
            new Spec.RolloutStep(0.5, Duration.ofHours(1)),
            new Spec.RolloutStep(1, Duration.ofHours(1))),
        minRequests,
        List.of(guardrails),
        true,
        Duration.ofSeconds(60),
        Duration.ofHours(1));
  }

  private static CanvasVersion canvas(Spec... specs) {
    Digest digest = Digest.of("canvas");
    return new CanvasVersion(
        "mail",
        "1",
        digest,
        digest,
        Optional.empty(),
        Instant.EPOCH,
        "ana",
        List.of(specs).stream().map(spec -> Resource.of(spec.kind(), "canvas@1#x", spec)).toList());
  }

  private static Outcome outcome(int i, double weight, boolean bad, long micros, double spam) {
    return new Outcome(
        "p" + i,
        START.plusMillis(i),
        "u" + i,
        weight,
        bad,
        bad,
        micros,
        bad ? new TreeMap<>() : new TreeMap<>(Map.of("ham", 1 - spam, "spam", spam)),
        Optional.of(spam > 0.5 ? "spam" : "ham"),
        Optional.of("ham"));
  }

  private static ArmOutcomes arm(int n, int bad) {
    List<Outcome> all = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      all.add(outcome(i, 0.5, i < bad, 1000, 0.1));
    }
    return new ArmOutcomes("v", all);
  }

  private static GuardrailResult judge(Spec.Guardrail guardrail, ArmOutcomes old, ArmOutcomes now) {
    return new Guardrails(spec(60, guardrail), canvas()).judge(old, now).getFirst();
  }

  private static final Spec.Guardrail ERROR = new Spec.Guardrail("error", Spec.Op.AT_MOST, 0.05);

  /** {@code statsmodels.stats.proportion.proportion_confint(method="wilson")}, 0.14. */
  @ParameterizedTest
  @CsvSource({
    "8, 250, 0.0163023655, 0.0618624028",
    "2, 60, 0.0091893193, 0.1136377427",
    "0, 60, 0, 0.0601718521"
  })
  void a_rates_interval_is_wilsons(int bad, int n, double low, double high) {
    Reading reading = judge(ERROR, arm(100, 0), arm(n, bad)).candidate().orElseThrow();
    assertThat(reading.value()).isEqualTo((double) bad / n);
    assertThat(reading.low()).isCloseTo(low, within(1e-9));
    assertThat(reading.high()).isCloseTo(high, within(1e-9));
    assertThat(reading.n()).isEqualTo(n);
  }

  /**
   * Newcombe, "Interval estimation for the difference between independent proportions", Statistics
   * in Medicine 17 (1998), table II, method 10: 56/70 − 48/80 and 9/10 − 3/10.
   */
  @ParameterizedTest
  @CsvSource({"56, 70, 48, 80, 0.0524, 0.3339", "9, 10, 3, 10, 0.1705, 0.8090"})
  void an_effects_interval_is_newcombes(
      int ours, int n, int theirs, int m, double low, double high) {
    GuardrailResult result = judge(ERROR, arm(m, theirs), arm(n, ours));
    Effect effect = Effect.of(result).orElseThrow();
    assertThat(effect.value()).isCloseTo((double) ours / n - (double) theirs / m, within(1e-12));
    assertThat(effect.low()).isCloseTo(low, within(5e-5));
    assertThat(effect.high()).isCloseTo(high, within(5e-5));
    assertThat(effect.n()).isEqualTo(n + m);
  }

  /** 24 points from 1.1 to 20 times the limit, evaluated with NumPy 2: alarm at 1/α. */
  @ParameterizedTest
  @CsvSource({
    "3, 60, 0.01, 5.568619516",
    "5, 60, 0.01, 209.8317144",
    "7, 60, 0.01, 20465.77002",
    "2, 10, 0.01, 26.1689998",
    "10, 200, 0.02, 6.61661824",
    "15, 200, 0.02, 1929.5436"
  })
  void the_limit_alarms_exactly_when_its_likelihood_ratio_reaches_one_over_alpha(
      int hits, int n, double limit, double ratio) {
    assertThat(LimitTest.exceeded(hits, n, limit, 1 / (ratio * 0.999))).isTrue();
    assertThat(LimitTest.exceeded(hits, n, limit, 1 / (ratio * 1.001))).isFalse();
  }

  @Test
  void nothing_seen_no_limit_and_a_zero_limit_are_handled() {
    assertThat(LimitTest.exceeded(0, 0, 0.01, 0.05)).isFalse();
    assertThat(LimitTest.exceeded(50, 50, 1, 0.05)).isFalse();
    assertThat(LimitTest.exceeded(0, 1_000_000, 0.01, 0.05)).isFalse();
    assertThat(LimitTest.exceeded(3, 3, 0, 0.05)).as("none is tolerated").isTrue();
    assertThat(LimitTest.exceeded(20_000, 20_000, 0.01, 1e-9)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, NO_EVIDENCE",
    "59, 0, INCONCLUSIVE",
    "60, 0, PASS",
    "60, 3, PASS",
    "60, 4, INCONCLUSIVE",
    "60, 30, FAIL",
    "10, 10, FAIL"
  })
  void missing_data_is_never_a_pass_and_a_clear_failure_needs_no_minimum(
      int n, int bad, Verdict verdict) {
    assertThat(judge(ERROR, arm(200, 0), arm(n, bad)).verdict()).isEqualTo(verdict);
  }

  /** 200 sorted latencies of 1 … 200 ms: ranks 190 and, 1.96 standard errors away, 184 and 197. */
  @Test
  void the_95th_percentile_has_the_interval_of_its_order_statistics() {
    List<Outcome> all = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      all.add(outcome(i, 0.5, false, i * 1000L, 0.1));
    }
    GuardrailResult result =
        judge(
            new Spec.Guardrail("p95", Spec.Op.AT_MOST, 250),
            arm(200, 0),
            new ArmOutcomes("v", all));
    assertThat(result.candidate()).contains(new Reading(190, 184, 197, 200));
    assertThat(result.verdict()).isEqualTo(Verdict.PASS);
  }

  @Test
  void slow_answers_fail_by_their_share_above_the_limit_and_not_by_one_outlier() {
    Spec.Guardrail p95 = new Spec.Guardrail("p95", Spec.Op.AT_MOST, 100);
    List<Outcome> one = new ArrayList<>(arm(99, 0).outcomes());
    one.add(outcome(99, 0.5, false, 60_000_000, 0.1));
    assertThat(judge(p95, arm(100, 0), new ArmOutcomes("v", one)).verdict())
        .isEqualTo(Verdict.PASS);
    List<Outcome> half = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      half.add(outcome(i, 0.5, false, i % 2 == 0 ? 150_000 : 1000, 0.1));
    }
    assertThat(judge(p95, arm(100, 0), new ArmOutcomes("v", half)).verdict())
        .isEqualTo(Verdict.FAIL);
  }

  @Test
  void a_score_shift_needs_both_an_effect_and_significance() {
    Spec.Guardrail psi = new Spec.Guardrail("psi", Spec.Op.AT_MOST, 0.2);
    assertThat(judge(psi, arm(200, 0), arm(200, 0)).verdict()).isEqualTo(Verdict.PASS);
    List<Outcome> shifted = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      shifted.add(outcome(i, 0.5, false, 1000, 0.9));
    }
    ArmOutcomes other = new ArmOutcomes("v", shifted);
    assertThat(judge(psi, arm(200, 0), other).verdict()).isEqualTo(Verdict.FAIL);
    assertThat(judge(psi, arm(200, 0), new ArmOutcomes("v", shifted.subList(0, 20))).verdict())
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judge(psi, arm(0, 0), other).verdict()).isEqualTo(Verdict.NO_EVIDENCE);
  }

  private static final Spec.Metric FALSE_SPAM =
      new Spec.Metric(
          "false_spam",
          "offline",
          "rate(pred=spam | actual=ham)",
          "down",
          true,
          List.of(),
          30,
          0.95);

  private static GuardrailResult labelled(int n, int wrong) {
    List<Outcome> all = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      all.add(outcome(i, 0.5, false, 1000, i < wrong ? 0.9 : 0.1));
    }
    Spec.Guardrail guardrail = new Spec.Guardrail("false_spam", Spec.Op.AT_MOST, 0.1);
    return new Guardrails(spec(60, guardrail), canvas(FALSE_SPAM))
        .judge(arm(100, 0), new ArmOutcomes("v", all))
        .getFirst();
  }

  @Test
  void a_labelled_share_fails_sequentially_passes_below_its_bound_and_waits_in_between() {
    assertThat(labelled(100, 5).verdict()).isEqualTo(Verdict.PASS);
    assertThat(labelled(100, 15).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(labelled(100, 40).verdict()).isEqualTo(Verdict.FAIL);
    assertThat(labelled(10, 0).verdict())
        .as("below the metric's own minimum")
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(labelled(0, 0).verdict()).isEqualTo(Verdict.NO_EVIDENCE);
  }

  @Test
  void a_signal_that_no_metric_defines_has_no_evidence() {
    assertThat(
            judge(new Spec.Guardrail("nothing", Spec.Op.AT_MOST, 1), arm(100, 0), arm(100, 0))
                .verdict())
        .isEqualTo(Verdict.NO_EVIDENCE);
  }

  @Test
  void one_unit_that_fails_again_and_again_is_one_observation() {
    List<Outcome> same = new ArrayList<>();
    List<Outcome> each = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      Outcome bad = outcome(i, 0.5, i % 8 == 0, 1000, 0.1);
      each.add(bad);
      same.add(
          new Outcome(
              bad.predictionId(),
              bad.at(),
              bad.error() ? "the same" : bad.unit(),
              0.5,
              bad.error(),
              bad.fallback(),
              1000,
              bad.probabilities(),
              bad.predicted(),
              bad.actual()));
    }
    // Within the absolute limit, so only the comparison can speak.
    Spec.Guardrail wide = new Spec.Guardrail("error", Spec.Op.AT_MOST, 0.5);
    assertThat(judge(wide, arm(400, 0), new ArmOutcomes("v", each)).verdict())
        .isEqualTo(Verdict.FAIL);
    assertThat(judge(wide, arm(400, 0), new ArmOutcomes("v", same)).verdict())
        .isEqualTo(Verdict.PASS);
  }

  /**
   * The promise: looked at after every ten requests, over two steps with three guardrails, a
   * candidate exactly at the limit and equal to its champion is stopped in at most 5 % of rollouts.
   */
  @Test
  void equal_arms_at_the_limit_are_stopped_in_at_most_alpha_of_whole_rollouts() {
    Spec.Rollout rollout =
        spec(
            60,
            new Spec.Guardrail("error", Spec.Op.AT_MOST, 0.05),
            new Spec.Guardrail("fallback", Spec.Op.AT_MOST, 0.05),
            new Spec.Guardrail("p95", Spec.Op.AT_MOST, 100));
    Guardrails guardrails = new Guardrails(rollout, canvas());
    Random random = new Random(11);
    int rollouts = 300;
    int stopped = 0;
    for (int i = 0; i < rollouts; i++) {
      stopped += stopped(guardrails, random) ? 1 : 0;
    }
    // Binom(300, 5 %): more than 23 has probability 2 % even at the bound.
    assertThat(stopped).isLessThanOrEqualTo(23);
  }

  private static boolean stopped(Guardrails guardrails, Random random) {
    for (int step = 0; step < 2; step++) {
      List<Outcome> old = new ArrayList<>();
      List<Outcome> now = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        (random.nextBoolean() ? old : now).add(noise(i, random));
        if (i % 10 == 9 && fails(guardrails, old, now)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean fails(Guardrails guardrails, List<Outcome> old, List<Outcome> now) {
    return guardrails.judge(new ArmOutcomes("a", old), new ArmOutcomes("b", now)).stream()
        .anyMatch(one -> one.verdict() == Verdict.FAIL);
  }

  private static Outcome noise(int i, Random random) {
    return new Outcome(
        "p" + i,
        START.plusMillis(i),
        "u" + i,
        0.5,
        random.nextDouble() < 0.05,
        random.nextDouble() < 0.05,
        random.nextDouble() < 0.05 ? 150_000 : 1000,
        new TreeMap<>(),
        Optional.empty(),
        Optional.empty());
  }
}
