package dev.espalier.canvas.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.Clause;
import dev.espalier.canvas.Conformance.Defaults;
import dev.espalier.canvas.Conformance.EvidenceRow;
import dev.espalier.canvas.Conformance.QuestionRow;
import dev.espalier.canvas.Lane;
import dev.espalier.canvas.State;
import dev.espalier.canvas.documents.Documents.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TestScoreTest {
  @TempDir Path folder;

  private static QuestionRow row(Clause.Kind kind, State state, boolean stored) {
    EvidenceRow evidence =
        new EvidenceRow(
            "ladder",
            kind,
            "the ladder was climbed",
            state,
            "Nothing was seen.",
            OptionalDouble.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(3L),
            1,
            Optional.empty(),
            Optional.of(Instant.EPOCH),
            Optional.of(Instant.EPOCH),
            Duration.ofDays(1),
            Optional.of("/api/v1/x"),
            Optional.of("1.0.0"),
            Optional.of("Seen."),
            stored ? Optional.of("ev_1") : Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new QuestionRow(
        "modeling",
        "B9",
        "modeling",
        "modeling",
        Lane.DEVELOP,
        "?",
        "!",
        state,
        "",
        Optional.empty(),
        new Defaults(0, 0),
        List.of(evidence),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static final TestScore.Test LADDER =
      new TestScore.Test(
          TestScore.Part.MODEL,
          "A simpler model is not better",
          TestScore.Proof.proved("modeling", "ladder"));

  @ParameterizedTest
  @CsvSource({
    "RECORD,CONFORMS,true,1",
    "LIVE,AT_RISK,true,1",
    "DRILL,UNCONFIRMED,true,1",
    "ATTEST,CONFORMS,true,0.5",
    "RECORD,VIOLATED,true,0",
    "RECORD,STALE,true,0",
    "RECORD,CONFORMS,false,0",
    "DRILL,NO_EVIDENCE,false,0"
  })
  void a_point_rests_on_stored_evidence_that_holds_now(
      Clause.Kind kind, State state, boolean stored, double points) {
    TestScore.Verdict verdict = TestScore.judge(LADDER, _ -> Optional.of(row(kind, state, stored)));

    assertThat(verdict.points()).isEqualTo(points);
    assertThat(verdict.missing().isEmpty()).isEqualTo(points == 1);
  }

  @Test
  void what_is_missing_names_the_cheapest_next_point() {
    assertThat(
            TestScore.judge(
                    LADDER, _ -> Optional.of(row(Clause.Kind.DRILL, State.NO_EVIDENCE, false)))
                .missing())
        .isEqualTo("Nothing was seen; cheapest next point: run the drill behind modeling#ladder");
    assertThat(TestScore.judge(LADDER, _ -> Optional.empty()).missing()).contains("modeling");
  }

  @Test
  void the_score_is_the_minimum_of_the_four_sections() {
    List<TestScore.Verdict> verdicts = new ArrayList<>();
    for (TestScore.Test test : TestScore.TESTS) {
      double points =
          test.part() == TestScore.Part.MONITORING ? verdicts.size() % 2 == 0 ? 0.5 : 0 : 1;
      verdicts.add(new TestScore.Verdict(test, points, Optional.empty(), ""));
    }

    assertThat(TestScore.TESTS).hasSize(28);
    for (TestScore.Part part : TestScore.Part.values()) {
      assertThat(TestScore.TESTS.stream().filter(test -> test.part() == part)).hasSize(7);
    }
    double monitoring =
        TestScore.points(
            verdicts.stream().filter(v -> v.test().part() == TestScore.Part.MONITORING).toList());
    assertThat(TestScore.total(verdicts)).isEqualTo(monitoring).isLessThan(7);
  }

  /** Reference: the predicates of the canvas's specification, section 6, by what each reads. */
  @Test
  void a_test_whose_evidence_nothing_gathers_is_not_automated_and_says_what_is_missing() {
    List<TestScore.Verdict> lacking =
        TestScore.TESTS.stream()
            .filter(test -> test.proofs().isEmpty())
            .map(test -> TestScore.judge(test, _ -> Optional.empty()))
            .toList();

    assertThat(lacking)
        .extracting(verdict -> verdict.test().text())
        .containsExactly(
            "No feature's cost is too much",
            "New features can be added quickly",
            "The model is debuggable on a single example");
    assertThat(lacking).allMatch(verdict -> verdict.points() == 0);
    assertThat(lacking).allMatch(verdict -> verdict.missing().startsWith("not automated: no"));
  }

  /** Every clause that a test names is one that a canvas can have, or the test could never hold. */
  @Test
  void at_least_twenty_tests_read_clauses_that_a_complete_canvas_has() throws IOException {
    try (Desk desk = new Desk(folder)) {
      String complete =
          Files.readString(Path.of("src/test/resources/canvases/valid/complete.yaml"));
      desk.apply(complete);
      var rows = desk.canvases.conformance(Desk.PRODUCT).questions();
      long known =
          TestScore.TESTS.stream()
              .filter(test -> !test.proofs().isEmpty())
              .filter(test ->
                  test.proofs().stream()
                      .allMatch(proof ->
                          rows.stream()
                              .filter(row -> row.question().equals(proof.question()))
                              .flatMap(row -> row.evidence().stream())
                              .anyMatch(clause ->
                                  proof.clauses().isEmpty()
                                      || proof.clauses().stream()
                                          .anyMatch(
                                              id -> (clause.clause() + ":").startsWith(id + ":")))))
              .count();

      assertThat(known).isGreaterThanOrEqualTo(24);
    }
  }

  @Test
  void one_clause_that_fails_costs_the_point_of_a_test_that_names_two() {
    try (Desk desk = new Desk(folder)) {
      desk.apply(Desk.MINIMAL);
      String privacy = "appropriate privacy controls: ";
      desk.seen("product.authors", "audit_actors", true);
      assertThat(desk.read("ml-test-score", Optional.empty(), Format.MD))
          .contains(privacy + "0.0", "monitoring.required\\#retention");
      desk.seen("monitoring.required", "retention", true);
      assertThat(desk.read("ml-test-score", Optional.empty(), Format.MD)).contains(privacy + "1.0");
      desk.later();
      desk.seen("product.authors", "audit_actors", false);
      assertThat(desk.read("ml-test-score", Optional.empty(), Format.MD)).contains(privacy + "0.0");
    }
  }

  @Test
  void green_checks_test_only_what_the_canvas_makes_them_check() {
    try (Desk desk = new Desk(folder)) {
      desk.apply(Desk.MINIMAL + "ci: {workflow: {checks: [lint, unit]}}\n");
      desk.measured("ci.workflow", "green", 1);
      assertThat(desk.read("ml-test-score", Optional.empty(), Format.MD))
          .contains(
              "Model specs are unit tested: 1.0",
              "The ML pipeline is integration tested: 0.0",
              "ci.workflow does not ask for train\\_smoke");
    }
  }

  @Test
  void a_fairness_that_was_measured_is_a_point_and_stands_in_the_model_card() {
    try (Desk desk = new Desk(folder)) {
      desk.apply(
          Desk.MINIMAL
              + "nfr: [{attribute: fairness, slice: lang, target: 'DIR in [0.8, 1.25]', min_n: 50, when: [ct]}]\n");
      String inclusion = "considerations of inclusion: ";
      assertThat(desk.read("ml-test-score", Optional.empty(), Format.MD))
          .contains(inclusion + "0.0");
      desk.measured("nfr", "ct:DIR", 0.93);
      assertThat(desk.read("ml-test-score", Optional.empty(), Format.MD))
          .contains(inclusion + "1.0");
      assertThat(desk.read("model-card", Optional.empty(), Format.MD))
          .contains("Measured so. It is conforming against in 0.8..1.25");
      desk.later();
      desk.measured("nfr", "ct:DIR", 0.7);
      assertThat(desk.read("ml-test-score", Optional.empty(), Format.MD))
          .contains(inclusion + "0.0");
    }
  }

  @Test
  void a_product_that_tells_its_metric_apart_is_measured_for_fairness_without_being_asked() {
    try (Desk desk = new Desk(folder)) {
      desk.apply(
          Desk.MINIMAL.replace(
              "{id: macro_f1, primary: true}",
              "{id: macro_f1, primary: true, slices: [lang, sender]}"));
      for (String slice : List.of("lang", "sender")) {
        desk.measured("nfr", "pre_deploy:DIR@" + slice, 0.95);
        desk.measured("nfr", "pre_deploy:SPD@" + slice, 0.02);
      }
      assertThat(desk.read("ml-test-score", Optional.empty(), Format.MD))
          .contains("considerations of inclusion: 1.0");
      desk.later();
      desk.measured("nfr", "pre_deploy:SPD@sender", 0.2);
      assertThat(desk.read("ml-test-score", Optional.empty(), Format.MD))
          .as("one unfair slice costs the point")
          .contains("considerations of inclusion: 0.0");
    }
  }

  @Test
  void evidence_raises_the_score_and_answers_alone_do_not() {
    try (Desk desk = new Desk(folder)) {
      desk.apply(Desk.MINIMAL);
      String before = desk.read("ml-test-score", Optional.empty(), Format.JSON);
      desk.seen("evaluation", "gates", true);
      String after = desk.read("ml-test-score", Optional.empty(), Format.JSON);

      assertThat(before)
          .contains("0 of 28 tests are automated and hold", "Infrastructure: 0.0 of 7");
      assertThat(after)
          .contains("1 of 28 tests are automated and hold", "Infrastructure: 1.0 of 7");
    }
  }
}
