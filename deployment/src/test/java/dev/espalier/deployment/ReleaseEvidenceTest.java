package dev.espalier.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each clause about releases, seen to pass and seen to fail. */
class ReleaseEvidenceTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant NOW = START.plus(Duration.ofDays(2));

  private static GuardrailResult held() {
    return new GuardrailResult(
        "error",
        Spec.Op.AT_MOST,
        0.01,
        Optional.empty(),
        Optional.empty(),
        Verdict.values()[0],
        "held");
  }

  private static RolloutStepRun step(
      double share, long champion, long candidate, List<GuardrailResult> guardrails) {
    return new RolloutStepRun(
        share,
        Duration.ofHours(1),
        60,
        "PASSED",
        Optional.of(START),
        Optional.of(NOW),
        champion,
        candidate,
        guardrails);
  }

  private static Admission admission(boolean fourEyes, PolicyCheck... checks) {
    return new Admission(
        "delivery",
        "ana",
        Optional.of(START),
        1,
        fourEyes,
        List.of(),
        List.of(),
        Set.of("gates"),
        Set.of("ana"),
        List.of(checks),
        Optional.of(START),
        Optional.empty());
  }

  private static Rollout rollout(
      String to, String state, Admission admission, String approver, RolloutStepRun... steps) {
    return new Rollout(
        "rollout-" + to,
        "mail",
        Rollout.CANARY,
        Optional.of("1.0.0"),
        to,
        state,
        "a test",
        START,
        Optional.of(NOW),
        List.of(steps),
        List.of(new Decision(NOW, Rollout.FULL_TRAFFIC, "done", "espalier", new TreeMap<>())),
        List.of(approver),
        Optional.of(admission));
  }

  private static Map<String, Observation> observe(Rollout... rollouts) {
    Evidence report = Evidence.of("mail", NOW);
    CanvasVersion canvas =
        new CanvasVersion(
            "mail",
            "1.0.0",
            Digest.of("canvas"),
            Digest.of("content"),
            Optional.empty(),
            START,
            "ana",
            List.of());
    new ReleaseEvidence(report, List.of(rollouts), _ -> START).observe(canvas);
    return report.observations().stream()
        .collect(
            Collectors.toMap(seen -> seen.question() + " " + seen.clause(), Function.identity()));
  }

  private static final PolicyCheck MODE = new PolicyCheck("mode", true, "");
  private static final PolicyCheck GATES = new PolicyCheck("gates", true, "");

  private static Rollout canary(RolloutStepRun... steps) {
    return rollout("1.1.0", "PROMOTED", admission(false, MODE, GATES), "ben", steps);
  }

  @Test
  void a_split_that_is_not_what_was_asked_for_fails() {
    Map<String, Observation> fair = observe(canary(step(0.25, 300, 100, List.of(held()))));
    assertThat(fair.get("deploy.strategy split").pass()).contains(true);
    assertThat(fair.get("experimentation srm").value().orElseThrow()).isGreaterThan(0.001);
    Map<String, Observation> skewed = observe(canary(step(0.25, 100, 300, List.of(held()))));
    assertThat(skewed.get("deploy.strategy split").pass()).contains(false);
    assertThat(skewed.get("experimentation srm").value().orElseThrow()).isLessThan(0.001);
  }

  @Test
  void a_step_that_only_one_arm_answered_fails() {
    assertThat(
            observe(canary(step(0.5, 100, 100, List.of(held()))))
                .get("deploy.strategy arms")
                .pass())
        .contains(true);
    assertThat(
            observe(canary(step(0.5, 200, 0, List.of(held())))).get("deploy.strategy arms").pass())
        .contains(false);
  }

  @Test
  void a_step_without_a_record_or_without_gates_fails_the_stages() {
    assertThat(
            observe(canary(step(0.5, 100, 100, List.of(held()))))
                .get("experimentation stages")
                .pass())
        .contains(true);
    Observation unrecorded =
        observe(canary(step(0.5, 100, 100, List.of()))).get("experimentation stages");
    assertThat(unrecorded.pass()).contains(false);
    assertThat(unrecorded.detail()).contains("No record of 50 %");
    Observation ungated =
        observe(
                rollout(
                    "1.1.0",
                    "PROMOTED",
                    admission(false, MODE),
                    "ben",
                    step(0.5, 100, 100, List.of(held()))))
            .get("experimentation stages");
    assertThat(ungated.pass()).contains(false);
    assertThat(ungated.detail()).contains("offline gates");
  }

  @Test
  void a_canary_without_a_measured_effect_fails() {
    assertThat(observe(canary(step(0.5, 100, 100, List.of()))).get("experimentation effect").pass())
        .contains(false);
  }

  @Test
  void an_author_who_approved_the_own_release_fails_under_four_eyes() {
    RolloutStepRun step = step(0.5, 100, 100, List.of(held()));
    Map<String, Observation> other =
        observe(rollout("1.1.0", "PROMOTED", admission(true, MODE, GATES), "ben", step));
    assertThat(other.get("deploy.release_policy approver").pass()).contains(true);
    Map<String, Observation> own =
        observe(rollout("1.1.0", "PROMOTED", admission(true, MODE, GATES), "ana", step));
    assertThat(own.get("deploy.release_policy approver").pass()).contains(false);
    assertThat(own.get("deploy.release_policy approver").detail()).contains("1.1.0 by [ana]");
  }

  @Test
  void releases_against_mode_or_policy_are_counted_and_named() {
    PolicyCheck broken = new PolicyCheck("window", false, "released on a Sunday");
    Map<String, Observation> seen =
        observe(
            rollout("1.1.0", "PROMOTED", admission(false, MODE, GATES), "ben"),
            rollout("1.2.0", "PROMOTED", admission(false, GATES, broken), "ben"));
    assertThat(seen.get("deploy.mode as_declared").value()).hasValue(0.5);
    assertThat(seen.get("deploy.release_policy satisfied").value()).hasValue(0.5);
    assertThat(seen.get("deploy.release_policy satisfied").detail())
        .contains("window released on a Sunday");
  }

  @Test
  void a_release_that_went_back_counts_as_failed() {
    Map<String, Observation> seen =
        observe(
            rollout("1.1.0", "PROMOTED", admission(false, MODE, GATES), "ben"),
            rollout("1.2.0", "ROLLED_BACK", admission(false, MODE, GATES), "ben"));
    assertThat(seen.get("deploy.lead_time change_fail_rate").value()).hasValue(0.5);
    assertThat(seen.get("deploy.lead_time mttr").n()).isEqualTo(1);
  }
}
