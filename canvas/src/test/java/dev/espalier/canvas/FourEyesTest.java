package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Caller;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may change a promise, and with whom. */
class FourEyesTest {
  private static final Caller BEN = Caller.named("ben");
  private static final Caller CEM = Caller.named("cem");
  @TempDir Path folder;
  private CanvasKit kit;

  @BeforeEach
  void open() {
    kit = CanvasKit.in(folder);
    kit.apply(canvas("", "30d"));
  }

  @AfterEach
  void close() {
    kit.close();
  }

  private static String canvas(String more, String staleness) {
    return """
    canvas: espalier/1
    product: {name: mail-filter, authors: {ana: owner, ben: approver, cem: contributor}}
    objectives: [{id: o, metric: macro_f1, target: '>= 80%%', due: 2027-12-31}]
    metrics: [{id: macro_f1, primary: true}]
    ct: {schedule: {max_staleness: %s}}
    deploy: {lead_time: 30d}
    serving: {volume: 1000/day}
    %s
    """
        .formatted(staleness, more);
  }

  private static void denied(ThrowingCallable call, String... words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DENIED))
        .hasMessageContainingAll(words);
  }

  private CanvasVersion apply(Plan plan, Caller caller) {
    return kit.canvases.apply(
        "mail-filter",
        plan.planDigest(),
        Consent.because("because").confirming(plan.confirms()),
        caller);
  }

  private OpenPlan approve(Plan plan, Caller caller) {
    return kit.canvases.approve(
        "mail-filter", plan.planDigest(), java.util.Optional.of("fine"), caller);
  }

  @Test
  void tightening_applies_at_once() {
    Plan plan = kit.plan(canvas("", "20d"), CEM);
    assertThat(plan.loosens()).isFalse();
    assertThat(plan.needs()).isEmpty();
    assertThat(apply(plan, CEM).version()).isEqualTo("1.1.0");
    assertThat(kit.canvases.document("mail-filter", "1.1.0").appliedBy()).isEqualTo("cem");
  }

  @Test
  void loosening_waits_for_another_member_than_its_author() {
    Plan plan = kit.plan(canvas("", "60d"), Caller.local());
    assertThat(plan.by()).as("local stands for the owner").isEqualTo("ana");
    assertThat(plan.approvers()).containsExactly("ben");
    denied(() -> apply(plan, Caller.local()), "another member", "ben", "espalier approve");
    denied(() -> approve(plan, Caller.local()), "ana made this plan");
    denied(() -> approve(plan, Caller.named("ana")), "ana made this plan");
    denied(() -> approve(plan, CEM), "cem may not approve");
    denied(() -> approve(plan, Caller.named("eve")), "eve may not approve");
    assertThat(approve(plan, BEN).missing()).containsExactly("a reason");
    assertThat(approve(plan, BEN).approvals()).as("twice is once").hasSize(1);
    assertThat(apply(plan, Caller.local()).version()).isEqualTo("2.0.0");
    CanvasDocument applied = kit.canvases.document("mail-filter", "2.0.0");
    assertThat(applied.approvals()).extracting(Approval::by).containsExactly("ben");
    assertThat(applied.reason()).isEqualTo("because").doesNotContain("self-approved");
    assertThat(applied.tree().path("applied").path("approvals").path(0).path("reason").asText())
        .isEqualTo("fine");
    assertThat(kit.events.after(0, 1000)).anyMatch(e -> e.type().equals("canvas.approved"));
  }

  @Test
  void approval_without_a_reason_to_loosen_is_not_enough() {
    Plan plan = kit.plan(canvas("", "60d"), CEM);
    approve(plan, BEN);
    assertThatThrownBy(
            () -> kit.canvases.apply("mail-filter", plan.planDigest(), Consent.because(" "), CEM))
        .hasMessageContaining("say why");
    assertThat(kit.canvases.versions("mail-filter")).hasSize(1);
  }

  @Test
  void an_approval_is_for_one_plan_and_no_other() {
    Plan approved = kit.plan(canvas("", "60d"), CEM);
    approve(approved, BEN);
    Plan wider = kit.plan(canvas("", "90d"), CEM);
    denied(() -> apply(wider, CEM), "another member");
    Plan mine = kit.plan(canvas("", "60d"), BEN);
    assertThat(mine.planDigest())
        .as("the same wish of another person")
        .isNotEqualTo(approved.planDigest());
    denied(() -> apply(mine, BEN), "another member", "ana");
  }

  @Test
  void nobody_removes_the_other_eyes_alone() {
    Plan alone = kit.plan(canvas("", "30d").replace(", ben: approver", ""), Caller.local());
    assertThat(alone.approvers()).containsExactly("ben");
    denied(() -> apply(alone, Caller.local()), "another member");
    Plan crowd =
        kit.plan(canvas("", "30d").replace("ben: approver", "ben: approver, eve: approver"), CEM);
    denied(() -> apply(crowd, CEM), "another member");
    Plan reader =
        kit.plan(canvas("", "30d").replace("ben: approver", "ben: approver, eve: viewer"), CEM);
    assertThat(reader.loosens()).as("a reader changes nobody's eyes").isFalse();
  }

  @Test
  void removing_an_answer_or_setting_it_aside_loosens() {
    Plan removed = kit.plan(canvas("", "30d").replaceAll("(?m)^objectives.*$", ""), Caller.local());
    assertThat(removed.loosens()).isTrue();
    assertThat(removed.version()).isEqualTo("2.0.0");
    Plan aside =
        kit.plan(
            canvas("", "30d").replaceAll("(?m)^objectives.*$", "objectives: {n/a: later}"),
            Caller.local());
    assertThat(aside.loosens()).isTrue();
  }

  @Test
  void a_neutral_change_needs_approval_only_where_production_meets_it() {
    Plan schedule =
        kit.plan(
            canvas("", "30d").replace("max_staleness: 30d", "max_staleness: 30d, catch_up: skip"),
            CEM);
    assertThat(schedule.needs()).isEmpty();
    Plan batch =
        kit.plan(
            canvas("", "30d")
                .replace(
                    "{volume: 1000/day}", "{volume: 1000/day, mode: {online: {max_batch: 32}}}"),
            CEM);
    assertThat(batch.loosens()).isFalse();
    assertThat(batch.needs()).containsExactly(Plan.APPROVAL);
    denied(() -> apply(batch, CEM), "production", "ana or ben");
    approve(batch, Caller.named("ana"));
    assertThat(apply(batch, CEM).version()).isEqualTo("1.1.0");
  }

  @Test
  void only_the_owner_begins_a_product() {
    String other = canvas("", "30d").replace("name: mail-filter", "name: other");
    Plan plan = kit.plan(other, BEN);
    denied(
        () -> kit.canvases.apply("other", plan.planDigest(), Consent.silent(), BEN),
        "names ana, and ben asks");
    Plan own = kit.plan(other, Caller.named("ana"));
    kit.canvases.apply("other", own.planDigest(), Consent.silent(), Caller.named("ana"));
    assertThat(kit.canvases.role("other", "cem")).contains(dev.espalier.platform.Role.CONTRIBUTOR);
    assertThat(kit.canvases.role("other", "eve")).isEmpty();
  }

  @Test
  void a_lone_owner_approves_with_a_reason_and_it_is_said() {
    String lone =
        canvas("", "30d")
            .replace(", ben: approver, cem: contributor", "")
            .replace("mail-filter", "lone");
    kit.apply(lone);
    Plan plan = kit.plan(lone.replace("max_staleness: 30d", "max_staleness: 60d"), Caller.local());
    assertThat(plan.needs()).containsExactly(Plan.REASON);
    kit.canvases.apply("lone", plan.planDigest(), Consent.because("tired"), Caller.local());
    assertThat(kit.canvases.document("lone", "2.0.0").reason()).isEqualTo("tired (self-approved)");
  }

  @Test
  void a_plan_against_an_older_version_is_neither_approved_nor_applied() {
    Plan plan = kit.plan(canvas("", "60d"), CEM);
    kit.apply(canvas("", "20d"));
    assertThatThrownBy(() -> approve(plan, BEN)).hasMessageContaining("Plan again");
    assertThatThrownBy(() -> apply(plan, CEM)).hasMessageContaining("Plan again");
    assertThat(kit.canvases.plans("mail-filter")).isEmpty();
  }

  @Test
  void an_answer_keeps_its_author_until_somebody_changes_it() {
    kit.clock.advance(java.time.Duration.ofDays(1));
    kit.apply(canvas("", "20d"), CEM);
    var answers = kit.canvases.document("mail-filter", "1.1.0").tree().path("answers");
    assertThat(answers.path("ct.schedule").path("by").asText()).isEqualTo("cem");
    assertThat(answers.path("ct.schedule").path("at").asText()).startsWith("2026-11-21");
    assertThat(answers.path("objectives").path("by").asText()).isEqualTo("ana");
    assertThat(answers.path("objectives").path("at").asText()).startsWith("2026-11-20");
  }
}
