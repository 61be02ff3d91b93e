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
          TestScore.Part.MODEL, "A simpler model is not better", "modeling", List.of("ladder"));

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
    TestScore.Verdict verdict = TestScore.judge(LADDER, Optional.of(row(kind, state, stored)));

    assertThat(verdict.points()).isEqualTo(points);
    assertThat(verdict.missing().isEmpty()).isEqualTo(points == 1);
  }

  @Test
  void what_is_missing_names_the_cheapest_next_point() {
    assertThat(
            TestScore.judge(LADDER, Optional.of(row(Clause.Kind.DRILL, State.NO_EVIDENCE, false)))
                .missing())
        .isEqualTo("Nothing was seen; cheapest next point: run the drill behind modeling#ladder");
    assertThat(TestScore.judge(LADDER, Optional.empty()).missing()).contains("modeling");
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

  /** Of the complete canvas each test that is automated reads a clause that the platform knows. */
  @Test
  void at_least_eighteen_tests_read_clauses_that_a_complete_canvas_has() throws IOException {
    try (Desk desk = new Desk(folder)) {
      String complete =
          Files.readString(Path.of("src/test/resources/canvases/valid/complete.yaml"));
      desk.apply(complete);
      var rows = desk.canvases.conformance(Desk.PRODUCT).questions();

      long known =
          TestScore.TESTS.stream()
              .filter(test ->
                  rows.stream()
                      .filter(row -> row.question().equals(test.question()))
                      .anyMatch(row ->
                          row.evidence().stream()
                              .filter(clause -> clause.kind() != Clause.Kind.ATTEST)
                              .anyMatch(clause ->
                                  test.clauses(row).stream()
                                      .anyMatch(clause.clause()::startsWith))))
              .count();

      assertThat(known).isGreaterThanOrEqualTo(24);
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
