package dev.espalier.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.GateResult.Verdict;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JudgementTest {
  private static final Predictions GOOD = Rows.table(195, 5, 3, 297);
  private static final Predictions POOR = Rows.table(150, 50, 40, 260);

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "accuracy; 0.984",
        "balanced_accuracy; 0.9825",
        "recall(spam); 0.975",
        "precision( spam ); 0.98484848",
        "f1(spam); 0.97989950",
        "MACRO_F1; 0.98330523",
        "rate(pred=spam | actual=ham); 0.01",
        "rate(pred=spam|actual=nobody); 0"
      })
  void computes_each_formula(String formula, double value) {
    assertThat(Metrics.value(MetricFormula.parse(formula), GOOD))
        .isCloseTo(value, org.assertj.core.api.Assertions.within(1e-6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "f1", "recall()", "rate(pred=a)", "auc(spam)", "f1(a"})
  void names_the_known_formulas_when_one_is_not(String formula) {
    assertThatThrownBy(() -> MetricFormula.parse(formula))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("macro_f1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "accuracy",
        "balanced_accuracy",
        "macro_f1",
        "ece",
        "f1(spam)",
        "recall(spam)",
        "precision(spam)",
        "rate(pred=spam | actual=ham)"
      })
  void every_estimate_lies_in_its_interval(String formula) {
    Estimate estimate = Metrics.estimate(Rows.metric(formula), GOOD, 5);
    assertThat(estimate.sufficient()).isTrue();
    assertThat(estimate.n()).isPositive();
    assertThat(estimate.low()).isLessThanOrEqualTo(estimate.high());
  }

  @Test
  void says_what_is_too_few() {
    Predictions few = Rows.table(15, 4, 1, 80);
    assertThat(Metrics.estimate(Rows.metric("macro_f1"), few, 1).insufficient())
        .contains("19 spam in this window: too few for F1");
    assertThat(Metrics.estimate(Rows.metric("f1(spam)"), few, 1).n()).isEqualTo(100);
    assertThat(Metrics.estimate(Rows.metric("balanced_accuracy"), few, 1).insufficient())
        .contains("19 spam in this window: too few for balanced accuracy");
    assertThat(Metrics.estimate(Rows.metric("recall(spam)", "up", 50), few, 1).insufficient())
        .contains("19 of the 50 rows that recall(spam) needs");
    assertThat(
            Metrics.estimate(Rows.metric("accuracy"), new Predictions(Rows.LABELS, List.of()), 1)
                .sufficient())
        .isFalse();
  }

  @Test
  void compares_models_on_the_same_rows() {
    Difference better = PairedBootstrap.difference(Rows.metric("macro_f1"), GOOD, POOR, 1);
    assertThat(better.verdict()).isEqualTo(Difference.Verdict.BETTER);
    assertThat(better.needRows()).isEmpty();
    Difference worse = PairedBootstrap.difference(Rows.metric("macro_f1"), POOR, GOOD, 1);
    assertThat(worse.verdict()).isEqualTo(Difference.Verdict.WORSE);
    assertThat(worse.value()).isEqualTo(-better.value());
    Difference same = PairedBootstrap.difference(Rows.metric("macro_f1"), GOOD, GOOD, 1);
    assertThat(same.verdict()).isEqualTo(Difference.Verdict.CANNOT_TELL);
    assertThat(same.value()).isZero();
    assertThat(same.needRows()).isEmpty();
    Difference close =
        PairedBootstrap.difference(Rows.metric("macro_f1"), GOOD, Rows.table(194, 6, 3, 297), 1);
    assertThat(close.verdict()).isEqualTo(Difference.Verdict.CANNOT_TELL);
    assertThat(close.needRows().orElseThrow()).isGreaterThan(500);
  }

  @Test
  void a_metric_that_should_fall_is_better_when_it_falls() {
    Spec.Metric falseSpam = Rows.metric("rate(pred=spam | actual=ham)", "down", 1);
    assertThat(PairedBootstrap.difference(falseSpam, GOOD, POOR, 1).verdict())
        .isEqualTo(Difference.Verdict.BETTER);
  }

  @Test
  void refuses_to_compare_other_rows() {
    Spec.Metric metric = Rows.metric("accuracy");
    for (Predictions other : List.of(Rows.table(1, 1, 1, 1), Rows.table(196, 5, 3, 296))) {
      assertThatThrownBy(() -> PairedBootstrap.difference(metric, GOOD, other, 1))
          .isInstanceOf(EspalierException.class)
          .hasMessageContaining("same rows");
    }
  }

  private static Spec.Gate gate(
      String metric, Spec.Op op, double bound, Spec.Versus versus, String onInconclusive) {
    return new Spec.Gate(metric, op, bound, versus, Optional.empty(), 1, onInconclusive, true);
  }

  private static GateReport judge(
      Spec.Gate gate, Predictions candidate, Optional<Predictions> champion) {
    return Gates.judge(
        new GateInput(
            List.of(gate),
            Map.of(
                "macro_f1",
                Rows.metric("macro_f1"),
                "false_spam",
                Rows.metric("rate(pred=spam | actual=ham)", "down", 1)),
            candidate,
            champion,
            Optional.of(POOR),
            Map.of("p95", new GateInput.Fact(12, 1000)),
            7));
  }

  private static Verdict verdict(Spec.Gate gate, Predictions champion) {
    return judge(gate, GOOD, Optional.of(champion)).results().getFirst().verdict();
  }

  @ParameterizedTest
  @CsvSource({
    "macro_f1, AT_LEAST, 0.9, PASS",
    "macro_f1, ABOVE, 0.9, PASS",
    "macro_f1, AT_LEAST, 0.983, INCONCLUSIVE",
    "macro_f1, AT_LEAST, 0.999, FAIL",
    "false_spam, AT_MOST, 0.05, PASS",
    "false_spam, BELOW, 0.01, INCONCLUSIVE",
    "p95, AT_MOST, 15, PASS",
    "p95, AT_MOST, 10, FAIL",
    "nothing, AT_MOST, 10, NO_EVIDENCE"
  })
  void judges_against_a_number(String metric, Spec.Op op, double bound, Verdict verdict) {
    GateReport report =
        judge(gate(metric, op, bound, Spec.Versus.ABSOLUTE, "block"), GOOD, Optional.empty());
    assertThat(report.results().getFirst().verdict()).isEqualTo(verdict);
    assertThat(report.passed()).isEqualTo(verdict == Verdict.PASS);
    assertThat(report.summary()).startsWith(report.passed() ? "1 of 1" : "0 of 1");
    assertThat(Json.read(Json.write(report), GateReport.class)).isEqualTo(report);
  }

  @Test
  void judges_against_other_models_with_a_margin() {
    Spec.Gate champion = gate("macro_f1", Spec.Op.AT_LEAST, 0.01, Spec.Versus.CHAMPION, "block");
    assertThat(verdict(champion, GOOD)).isEqualTo(Verdict.PASS);
    assertThat(verdict(champion, POOR)).isEqualTo(Verdict.PASS);
    assertThat(judge(champion, POOR, Optional.of(GOOD)).passed()).isFalse();
    assertThat(judge(champion, GOOD, Optional.empty()).passed()).isTrue();
    Spec.Gate baseline = gate("macro_f1", Spec.Op.AT_LEAST, -0.01, Spec.Versus.BASELINE, "block");
    assertThat(verdict(baseline, GOOD)).isEqualTo(Verdict.PASS);
    assertThat(judge(baseline, POOR, Optional.empty()).passed()).isFalse();
  }

  @Test
  void few_rows_are_no_evidence() {
    Predictions few = Rows.table(5, 1, 1, 9);
    for (Spec.Versus versus : Spec.Versus.values()) {
      GateReport report =
          judge(gate("macro_f1", Spec.Op.AT_LEAST, 0, versus, "block"), few, Optional.of(few));
      assertThat(report.results().getFirst().verdict()).isEqualTo(Verdict.NO_EVIDENCE);
    }
  }

  @Test
  void an_inconclusive_gate_may_be_left_to_a_later_stage() {
    assertThat(
            judge(
                    gate("macro_f1", Spec.Op.AT_LEAST, 0.983, Spec.Versus.ABSOLUTE, "extend"),
                    GOOD,
                    Optional.empty())
                .passed())
        .isTrue();
  }

  @Test
  void judges_slices_alone() {
    for (String slice : List.of("group=even", "group=nobody", "odd")) {
      Spec.Gate gate =
          new Spec.Gate(
              "false_spam",
              Spec.Op.AT_MOST,
              0.1,
              Spec.Versus.ABSOLUTE,
              Optional.of(slice),
              1,
              "block",
              false);
      GateReport report = judge(gate, GOOD, Optional.empty());
      assertThat(report.results().getFirst().verdict())
          .isEqualTo(slice.equals("group=even") ? Verdict.PASS : Verdict.NO_EVIDENCE);
      assertThat(report.passed()).isTrue();
    }
  }

  private static LadderVerdict.Candidate rung(String id, Predictions predictions) {
    return new LadderVerdict.Candidate(id, id, Optional.of(predictions), 0.3, Optional.empty());
  }

  @Test
  void recommends_the_simplest_rung_that_nothing_beats() {
    LadderVerdict verdict =
        LadderVerdict.climb(
            Rows.metric("macro_f1"),
            List.of(
                rung("majority", Rows.table(0, 200, 0, 300)),
                rung("bag", GOOD),
                rung("worse", POOR),
                rung("same", Rows.table(196, 4, 3, 297)),
                new LadderVerdict.Candidate(
                    "encoder", "encoder", Optional.empty(), 0, Optional.of("no weights"))),
            0.01,
            1);
    assertThat(verdict.chosen()).isEqualTo("bag");
    assertThat(verdict.rows())
        .extracting(LadderVerdict.Row::verdict)
        .containsExactly("first", "better", "worse", "cannot tell", "skipped: no weights");
    assertThat(verdict.sentence())
        .isEqualTo(
            "bag reaches macro_f1 0.983 [%.3f, %.3f] in 0.3 CPU-seconds; no more complex rung is"
                    .formatted(
                        verdict.rows().get(1).low().orElseThrow(),
                        verdict.rows().get(1).high().orElseThrow())
                + " better by 0.010 on these 500 rows.");
  }

  @Test
  void a_gain_below_the_asked_one_is_not_earned() {
    LadderVerdict verdict =
        LadderVerdict.climb(
            Rows.metric("macro_f1"), List.of(rung("poor", POOR), rung("good", GOOD)), 0.9, 1);
    assertThat(verdict.chosen()).isEqualTo("poor");
    assertThat(verdict.rows().getLast().verdict()).isEqualTo("gain too small");
  }

  @Test
  void a_ladder_climbed_to_the_top_or_with_too_few_rows_says_so() {
    List<LadderVerdict.Candidate> ladder = List.of(rung("poor", POOR), rung("good", GOOD));
    assertThat(LadderVerdict.climb(Rows.metric("macro_f1"), ladder, 0.01, 1).sentence())
        .endsWith("the simpler rungs are beaten by at least 0.010.");
    List<LadderVerdict.Candidate> few = List.of(rung("poor", Rows.table(1, 1, 1, 1)));
    assertThat(LadderVerdict.climb(Rows.metric("macro_f1"), few, 0.01, 1).sentence())
        .startsWith("poor is the simplest rung that was trained");
    assertThatThrownBy(() -> LadderVerdict.climb(Rows.metric("accuracy"), List.of(), 0.01, 1))
        .isInstanceOf(EspalierException.class);
  }

  @Test
  void rows_are_equal_by_content() {
    Scored row = Rows.row("a", "ham", "ham", 0.1);
    assertThat(row)
        .isEqualTo(Rows.row("a", "ham", "ham", 0.1))
        .hasSameHashCodeAs(Rows.row("a", "ham", "ham", 0.1));
    assertThat(row).isNotEqualTo(Rows.row("a", "ham", "ham", 0.2)).isNotEqualTo("a");
    assertThat(row.toString()).contains("a: ham");
    assertThat(Json.read(Json.write(GOOD), Predictions.class)).isEqualTo(GOOD);
  }
}
