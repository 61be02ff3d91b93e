package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Caller;
import dev.espalier.platform.EspalierException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Promises that may be broken for a while. */
class WaiverTest {
  private static final String MAIL =
      """
      canvas: espalier/1
      product: {name: mail-filter, authors: {ana: owner, ben: approver}}
      nfr:
        - {attribute: cost, target: "<= 1", when: [ci]}
        - {attribute: calibration, target: "ece <= 0.05", when: [ci]}
      """;
  private static final String WAIVER =
      "waivers: [{question: nfr, clause: 'ci:cost', until: 2026-11-25, why: the supplier is late}]\n";

  @TempDir Path folder;
  private CanvasKit kit;

  @BeforeEach
  void open() {
    kit = CanvasKit.in(folder);
  }

  @AfterEach
  void close() {
    kit.close();
  }

  private Conformance.EvidenceRow clause(String id) {
    return kit.row("nfr").evidence().stream()
        .filter(each -> each.clause().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void a_waived_clause_says_until_when_by_whom_and_why_and_what_it_hides() {
    kit.apply(MAIL);
    kit.measured("nfr", "ci:cost", 10, 2);
    kit.measured("nfr", "ci:ece", 10, 0.01);
    assertThat(kit.row("nfr").state()).isEqualTo(State.VIOLATED);
    Plan plan = kit.plan(MAIL + WAIVER, Caller.local());
    assertThat(plan.loosens()).isTrue();
    kit.canvases.approve(
        "mail-filter", plan.planDigest(), java.util.Optional.empty(), Caller.named("ben"));
    kit.canvases.apply(
        "mail-filter",
        plan.planDigest(),
        Consent.because("supplier").confirming(plan.confirms()),
        Caller.local());
    assertThat(clause("ci:cost").state()).isEqualTo(State.WAIVED);
    assertThat(clause("ci:cost").reason())
        .contains("Waived until 2026-11-25 by ana: the supplier is late", "Otherwise violated");
    assertThat(clause("ci:ece").state()).isEqualTo(State.CONFORMS);
    assertThat(clause("ci:ece").waiver()).isEmpty();
    Conformance.QuestionRow row = kit.row("nfr");
    assertThat(row.state()).isEqualTo(State.WAIVED);
    assertThat(row.waiver().orElseThrow().by()).isEqualTo("ana");
    assertThat(
            kit.canvases
                .document("mail-filter", "2.0.0")
                .tree()
                .path("waivers")
                .path(0)
                .path("path")
                .asText())
        .isEqualTo("ci:cost");
  }

  @Test
  void a_waiver_ends_with_its_last_day_on_the_products_clock() {
    kit.apply(MAIL + WAIVER);
    kit.measured("nfr", "ci:cost", 10, 2);
    kit.clock.advance(
        java.time.Duration.between(kit.clock.instant(), Instant.parse("2026-11-25T23:59:59Z")));
    assertThat(clause("ci:cost").state()).isEqualTo(State.WAIVED);
    kit.clock.advance(java.time.Duration.ofSeconds(1));
    assertThat(clause("ci:cost").state()).isEqualTo(State.VIOLATED);
    assertThat(kit.row("nfr").waiver()).isEmpty();
    kit.canvases.record("mail-filter", List.of());
    assertThat(kit.canvases.history("mail-filter", "nfr"))
        .extracting(Conformance.Change::to)
        .as("its end is an event")
        .contains(State.VIOLATED);
  }

  @Test
  void what_conforms_needs_no_waiver_and_a_waiver_of_all_clauses_covers_each() {
    kit.apply(MAIL + "waivers: [{question: nfr, until: 2027-01-31, why: a rewrite}]\n");
    assertThat(kit.row("nfr").state()).isEqualTo(State.WAIVED);
    assertThat(clause("ci:cost").reason()).contains("Otherwise without evidence");
    kit.measured("nfr", "ci:cost", 10, 0.5);
    kit.measured("nfr", "ci:ece", 10, 0.01);
    assertThat(kit.row("nfr").state()).isEqualTo(State.CONFORMS);
    assertThat(kit.row("nfr").waiver()).isEmpty();
  }

  @Test
  void an_unanswered_question_stays_unanswered_whatever_is_waived() {
    kit.apply(
        MAIL
            + "serving: {volume: {deferred: {owner: ana, due: 2027-01-01}}}\nwaivers: [{question: serving.volume, until: 2027-01-31, why: later}]\n");
    assertThat(kit.row("serving.volume").state()).isEqualTo(State.UNANSWERED);
  }

  @Test
  void a_waiver_that_stays_keeps_who_gave_it() {
    kit.apply(MAIL + WAIVER);
    kit.apply((MAIL + WAIVER).replace("ece <= 0.05", "ece <= 0.04"), Caller.named("ben"));
    assertThat(
            kit.canvases
                .document("mail-filter", "1.1.0")
                .tree()
                .path("waivers")
                .path(0)
                .path("by")
                .asText())
        .isEqualTo("ana");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{question: nrf, until: 2027-01-31, why: x} | waivers[0].question | nfr",
        "{question: nfr, clause: 'ci:cots', until: 2027-01-31, why: x} | waivers[0].clause | ci:cost",
        "{question: nfr, until: 2027-02-30, why: x} | waivers[0].until | 2027-03-31",
        "{question: nfr, why: x} | waivers[0].until | ",
        "{question: nfr, until: 2027-01-31} | waivers[0].why | ",
        "{question: nfr, until: 2027-01-31, why: x, by: eve} | waivers[0].by | why"
      })
  void a_waiver_that_cannot_be_names_the_field(String waiver, String field, String nearest) {
    assertThatThrownBy(() ->
            Answers.read((MAIL + "waivers: [" + waiver + "]").getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            EspalierException.class,
            e -> {
              assertThat(e.field()).contains(field);
              if (nearest != null) {
                assertThat(e.nearest()).contains(nearest);
              }
            });
  }

  @Test
  void one_subject_is_waived_once_and_not_without_end() {
    String twice = "{question: nfr, until: 2027-01-31, why: x}, ".repeat(2);
    assertThatThrownBy(() ->
            Answers.read((MAIL + "waivers: [" + twice + "]").getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("twice");
    String many = "{question: nfr, until: 2027-01-31, why: x}, ".repeat(101);
    assertThatThrownBy(
            () -> Answers.read((MAIL + "waivers: [" + many + "]").getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("at most 100");
    assertThatThrownBy(
            () -> Answers.read((MAIL + "waivers: everything").getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("list of waivers");
  }

  @Test
  void an_export_keeps_the_waivers() {
    Answers answers = Answers.read((MAIL + WAIVER).getBytes(StandardCharsets.UTF_8));
    Answers again = Answers.read(Export.text(answers).getBytes(StandardCharsets.UTF_8));
    assertThat(again.waivers()).isEqualTo(answers.waivers());
    assertThat(Diff.between(answers, again)).isEmpty();
  }
}
