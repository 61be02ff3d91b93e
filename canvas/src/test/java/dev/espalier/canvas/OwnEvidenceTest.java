package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnEvidenceTest {
  private static final String ANSWERS =
      """
      canvas: espalier/1
      product: {name: self, authors: {ana: owner}}
      background: {pains: [{id: P1, text: late}, {id: P2, text: lost}]}
      solution: {features: [{id: F1, text: file, covers: [P1]}]}
      objectives: [{id: O1, metric: macro_f1, target: ">= 0.9", due: 2027-12-31}]
      metrics: [{id: macro_f1, primary: yes}, {id: tickets, kind: business}]
      value: {aim: file it right (O1), problem: [P1], model_owner: {owner: ana}, kpi: {metric: macro_f1, owner: ana}}
      stack: {integration: {external_max: 1}}
      design: {process: {stage: test, decisions: [{id: D1, text: now or later}]}}
      analysis: {metrics: default, know_how: [{topic: drift, people: 2}, {topic: sql, people: 1, must: no}]}
      metadata: {governance: {risks: [{text: a leak, mitigation: deploy.format}]}}
      dilemma: {skills: [{skill: statistics, due: 2027-06-30}]}
      """;

  @TempDir Path folder;
  private final MovableClock clock = new MovableClock(Instant.parse("2027-01-10T00:00:00Z"));
  private Database database;
  private Canvases canvases;

  @BeforeEach
  void open() {
    database = TestDatabase.in(folder);
    ProductClocks clocks = new ProductClocks(database, clock);
    canvases =
        new Canvases(
            database,
            clocks,
            new Events(database, clocks, clock),
            new Ids(clock, new Random(3)),
            clock);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void apply(String text, String reason) {
    Plan plan = canvases.plan(text.getBytes(StandardCharsets.UTF_8), Caller.local());
    canvases.apply(
        "self",
        plan.planDigest(),
        Consent.because(reason).confirming(plan.confirms()),
        Caller.local());
  }

  private void observe() {
    canvases.record(
        "self",
        new CanvasEvidence(canvases).observe("self", canvases.require("self"), clock.instant()));
  }

  private Conformance.EvidenceRow clause(String question, String clause) {
    return canvases.conformance("self").questions().stream()
        .filter(each -> each.question().equals(question))
        .flatMap(each -> each.evidence().stream())
        .filter(each -> each.clause().equals(clause))
        .findFirst()
        .orElseThrow();
  }

  private State state(String question, String clause) {
    return clause(question, clause).state();
  }

  @Test
  void what_the_canvas_can_measure_about_itself_conforms() {
    apply(ANSWERS, "");
    observe();
    observe(); // The lanes count what the first look recorded.
    assertThat(state("value.aim", "names_objective")).isEqualTo(State.CONFORMS);
    assertThat(state("value.problem", "covered")).isEqualTo(State.CONFORMS);
    assertThat(state("value.model_owner", "active")).isEqualTo(State.CONFORMS);
    assertThat(state("value.model_owner", "known")).isEqualTo(State.CONFORMS);
    assertThat(state("analysis.metrics", "kinds")).isEqualTo(State.CONFORMS);
    assertThat(state("analysis.know_how", "single_person")).isEqualTo(State.CONFORMS);
    assertThat(state("metadata.governance", "mitigated")).isEqualTo(State.CONFORMS);
    assertThat(state("dilemma.skills", "overdue")).isEqualTo(State.CONFORMS);
    assertThat(state("stack.integration", "hand_offs")).isEqualTo(State.CONFORMS);
    assertThat(state("dilemma.platform", "hand_offs")).isEqualTo(State.CONFORMS);
    assertThat(state("lifecycle", "design")).isEqualTo(State.CONFORMS);
    assertThat(clause("lifecycle", "develop").value().orElseThrow()).isBetween(0.0, 1.0);
  }

  @Test
  void nobody_signs_by_machine_so_reviews_stay_without_evidence() {
    apply(ANSWERS, "");
    observe();
    assertThat(state("value.aim", "review")).isEqualTo(State.NO_EVIDENCE);
    assertThat(clause("value.aim", "review").reason()).contains("No person has attested");
    assertThat(state("design.process", "reviewed")).isEqualTo(State.NO_EVIDENCE);
    assertThat(state("design.process", "cited")).isEqualTo(State.NO_EVIDENCE);
  }

  @Test
  void a_change_that_cites_a_decision_is_told_from_one_that_does_not() {
    apply(ANSWERS, "");
    apply(ANSWERS.replace("lost", "lost for days"), "as D1 says");
    observe();
    assertThat(state("design.process", "cited")).isEqualTo(State.CONFORMS);
    apply(ANSWERS.replace("late", "too late"), "D12 is another decision");
    observe();
    assertThat(state("design.process", "cited")).isEqualTo(State.VIOLATED);
    assertThat(clause("design.process", "cited").value()).hasValue(0.5);
  }

  @Test
  void what_is_wrong_with_the_answers_is_violated() {
    String worse =
        ANSWERS
            .replace("(O1)", "(O7)")
            .replace("problem: [P1]", "problem: [P1, P2, P9]")
            .replace("{owner: ana}", "{owner: eve}")
            .replace("kind: business", "kind: ml")
            .replace("people: 2", "people: 1")
            .replace("mitigation: deploy.format}]", "mitigation: hope}], risk_tier: high")
            .replace("2027-06-30", "2026-06-30")
            .replace(
                "external_max: 1}",
                "external_max: 1}, tools: [{component: vcs, tool: git}, {component: ci, tool: ci9}]");
    apply(worse, "");
    observe();
    assertThat(state("value.aim", "names_objective")).isEqualTo(State.VIOLATED);
    assertThat(clause("value.problem", "covered").detail().orElseThrow()).contains("P2, P9");
    assertThat(state("value.model_owner", "known")).isEqualTo(State.VIOLATED);
    assertThat(state("value.model_owner", "active")).isEqualTo(State.NO_EVIDENCE);
    assertThat(state("analysis.metrics", "kinds")).isEqualTo(State.VIOLATED);
    assertThat(clause("analysis.metrics", "kinds").detail().orElseThrow())
        .isEqualTo("No business metric is named here: declare one in 'metrics'.");
    assertThat(state("analysis.know_how", "single_person")).isEqualTo(State.VIOLATED);
    assertThat(state("metadata.governance", "mitigated")).isEqualTo(State.VIOLATED);
    assertThat(state("metadata.governance", "process")).isEqualTo(State.VIOLATED);
    assertThat(state("dilemma.skills", "overdue")).isEqualTo(State.VIOLATED);
    assertThat(state("stack.integration", "hand_offs")).isEqualTo(State.VIOLATED);
    assertThat(state("stack.tools", "contract:vcs-git")).isEqualTo(State.NO_EVIDENCE);
    assertThat(clause("stack.tools", "contract:vcs-git").reason()).contains("no contract test");
  }

  @Test
  void somebody_who_changed_the_canvas_and_is_no_author_is_violated() {
    apply(ANSWERS, "first");
    observe();
    assertThat(state("product.authors", "audit_actors")).isEqualTo(State.CONFORMS);
    apply(ANSWERS.replace("{ana: owner}", "{bea: owner}"), "ana hands over");
    observe();
    assertThat(state("product.authors", "audit_actors")).isEqualTo(State.VIOLATED);
    assertThat(clause("product.authors", "audit_actors").detail().orElseThrow()).contains("ana");
  }

  @Test
  void an_objective_that_no_gate_and_no_monitor_judges_is_violated() {
    apply(ANSWERS, "first");
    observe();
    assertThat(state("objectives", "measurable")).isEqualTo(State.CONFORMS);
    apply(
        ANSWERS
            .replace("{id: macro_f1, primary: yes}", "{id: macro_f1, primary: yes}, {id: accuracy}")
            .replace("{id: O1, metric: macro_f1,", "{id: O1, metric: accuracy,"),
        "another metric");
    observe();
    assertThat(state("objectives", "measurable")).isEqualTo(State.VIOLATED);
  }

  @Test
  void a_lane_in_which_something_was_seen_and_nothing_conforms_is_violated() {
    apply("canvas: espalier/1\nproduct: {name: self, authors: {ana: owner}}\n", "first");
    observe();
    assertThat(state("lifecycle", "develop")).as("nothing was seen").isEqualTo(State.NO_EVIDENCE);
    failing("ct.schedule", "data_age");
    observe();
    assertThat(state("lifecycle", "develop")).isEqualTo(State.VIOLATED);
    assertThat(clause("lifecycle", "develop").value()).hasValue(0);
  }

  private void failing(String question, String clause) {
    canvases.record(
        "self",
        java.util.List.of(
            Observation.measured(
                question,
                clause,
                "1.0.0",
                clock.instant(),
                1_000,
                1e9,
                java.util.Optional.empty(),
                "slow",
                "/x")));
  }

  private Conformance.EvidenceRow owner(CanvasEvidence.Acts acts) {
    canvases.record(
        "self",
        new CanvasEvidence(canvases, acts)
            .observe("self", canvases.require("self"), clock.instant()));
    return clause("product.authors", "owners_active");
  }

  @Test
  void an_owner_is_as_active_as_the_newest_act_anywhere() {
    apply(ANSWERS, "first");
    clock.set(clock.instant().plus(java.time.Duration.ofDays(100)));
    assertThat(owner(_ -> java.util.Map.of()).state()).isEqualTo(State.STALE);
    Instant drill = clock.instant().minus(java.time.Duration.ofDays(3));
    Conformance.EvidenceRow row =
        owner(_ ->
            java.util.Map.of("ana", new CanvasEvidence.Act(drill, "asked for the drill load")));
    assertThat(row.state()).isEqualTo(State.CONFORMS);
    assertThat(row.detail()).contains("ana asked for the drill load.");
    assertThat(clause("value.model_owner", "active").state()).isEqualTo(State.CONFORMS);
    assertThat(clause("value", "owner_active").state()).isEqualTo(State.CONFORMS);
    clock.set(clock.instant().plus(java.time.Duration.ofDays(100)));
    assertThat(clause("value", "owner_active").state()).isEqualTo(State.STALE);
  }

  @Test
  void an_owner_without_any_act_is_not_active_whoever_else_is_busy() {
    apply(ANSWERS.replace("{ana: owner}", "{ana: owner, bea: owner, cem: contributor}"), "first");
    Instant now = clock.instant();
    Conformance.EvidenceRow row =
        owner(_ -> java.util.Map.of("cem", new CanvasEvidence.Act(now, "asked for a drill")));
    assertThat(row.state()).isEqualTo(State.NO_EVIDENCE);
  }
}
