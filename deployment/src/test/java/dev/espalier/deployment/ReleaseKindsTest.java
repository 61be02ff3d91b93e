package dev.espalier.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.Registry;
import dev.espalier.serving.Arm;
import dev.espalier.serving.Ask;
import dev.espalier.serving.Route;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One resource of the canvas says otherwise, and a release or the endpoint behaves otherwise. */
class ReleaseKindsTest {
  @TempDir Path folder;
  private Rig rig;
  private String version;

  @BeforeEach
  void open() {
    rig = new Rig(folder);
    version = rig.register(0.2);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private void says(Spec spec) {
    rig.specs.put(spec.getClass(), spec);
  }

  private Rollout release() {
    return rig.deployments.release(Rig.PRODUCT, version, "a test");
  }

  private static void refused(ThrowingCallable call, ErrorCode code, String words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(EspalierException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(words);
  }

  private ReleaseRequest asked(String by, boolean breakGlass) {
    return new ReleaseRequest(
        Rig.PRODUCT, version, "the old one answers nonsense", by, Optional.empty(), breakGlass);
  }

  private static Spec.ReleaseRights rights(Set<String> roles, Set<String> breakers) {
    return new Spec.ReleaseRights(roles, "none", "none", breakers, Optional.of(Duration.ofDays(2)));
  }

  private void members() {
    says(new Spec.Product(Rig.PRODUCT, "ana", List.of("ana:owner", "ben:approver", "cem:viewer")));
  }

  @Test
  void only_the_roles_that_the_policy_names_may_approve() {
    members();
    says(Rig.policy("delivery", 1, List.of(), List.of(), Set.of("gates")));
    says(rights(Set.of("approver"), Set.of()));
    Rollout waiting = release();
    refused(
        () -> rig.deployments.approve(Rig.PRODUCT, waiting.id(), "cem"),
        ErrorCode.DENIED,
        "cem is viewer; the release policy lets approver approve");
    says(rights(Set.of("viewer"), Set.of()));
    refused(
        () -> rig.deployments.approve(Rig.PRODUCT, waiting.id(), "ben"),
        ErrorCode.DENIED,
        "ben is approver");
    assertThat(rig.deployments.approve(Rig.PRODUCT, waiting.id(), "cem").state())
        .isEqualTo(Rollout.PROMOTED);
  }

  @Test
  void who_may_break_the_glass_releases_at_once_and_owes_a_review() {
    members();
    says(Rig.policy("delivery", 2, List.of("Mon 09:00-10:00"), List.of(), Set.of("ci")));
    refused(
        () -> rig.deployments.release(asked("ana", true)),
        ErrorCode.DENIED,
        "nobody break the glass");
    says(rights(Set.of(), Set.of("owner")));
    refused(
        () -> rig.deployments.release(asked("ben", true)),
        ErrorCode.DENIED,
        "lets owner break the glass");
    refused(() -> rig.deployments.release(asked("ana", false)), ErrorCode.CONFLICT, "requires ci");
    Rollout emergency = rig.deployments.release(asked("ana", true));
    assertThat(emergency.state()).isEqualTo(Rollout.PROMOTED);
    assertThat(review()).as("the review still has time").isEmpty();

    rig.clock.advance(Duration.ofHours(49));
    assertThat(review()).contains(false);
    version = rig.register(0.3);
    refused(
        () -> rig.deployments.release(asked("ana", true)), ErrorCode.CONFLICT, "review it first");
    refused(
        () -> rig.deployments.review(Rig.PRODUCT, emergency.id(), "ana"),
        ErrorCode.DENIED,
        "somebody else reviews it");
    Rollout reviewed = rig.deployments.review(Rig.PRODUCT, emergency.id(), "ben");
    assertThat(reviewed.admission().orElseThrow().glass().orElseThrow().reviewedBy())
        .contains("ben");
    assertThat(reviewed.finishedAt()).isEqualTo(emergency.finishedAt());
    assertThat(review()).as("it came too late").contains(false);
    refused(
        () -> rig.deployments.review(Rig.PRODUCT, emergency.id(), "ben"),
        ErrorCode.CONFLICT,
        "already");
    assertThat(rig.deployments.release(asked("ana", true)).ended()).isFalse();
  }

  private Optional<Boolean> review() {
    return pass("deploy.release_policy", "reviews");
  }

  private Optional<Boolean> pass(String question, String clause) {
    return new DeploymentEvidence(rig.deployments, rig.serving, rig.registry)
        .observe(Rig.PRODUCT, rig.canvas(), rig.clock.instant()).stream()
            .filter(seen -> seen.question().equals(question) && seen.clause().equals(clause))
            .findFirst()
            .flatMap(Observation::pass);
  }

  @Test
  void a_bundle_that_is_larger_than_the_canvas_allows_is_not_released() {
    says(new Spec.BundlePolicy(Set.of("espalier_bundle"), Set.of("pickle"), 10));
    refused(this::release, ErrorCode.CONFLICT, "deploy.format allows 10");
    says(new Spec.BundlePolicy(Set.of("onnx"), Set.of("pickle"), 1_000_000));
    refused(this::release, ErrorCode.CONFLICT, "allows [onnx] only");
    says(new Spec.BundlePolicy(Set.of("espalier_bundle"), Set.of("pickle"), 1_000_000));
    assertThat(release().state()).isEqualTo(Rollout.PROMOTED);
  }

  @Test
  void a_target_too_small_for_the_bundle_gets_no_release() {
    says(new Spec.Environment("tiny", "server_http", "prod", "x86_64", 1, 10));
    refused(this::release, ErrorCode.CONFLICT, "target tiny");
    says(new Spec.Environment("tiny", "server_http", "prod", "x86_64", 1, 1 << 20));
    assertThat(release().state()).isEqualTo(Rollout.PROMOTED);
  }

  @Test
  void a_version_does_not_leave_the_region_that_the_canvas_names() {
    says(new Spec.Location("prod", Optional.empty(), Optional.empty(), Optional.of("us")));
    refused(this::release, ErrorCode.CONFLICT, "must stay in us; this machine stands in eu");
    says(new Spec.Location("prod", Optional.of("gpu"), Optional.empty(), Optional.empty()));
    refused(this::release, ErrorCode.CONFLICT, "declares gpu and this machine shows none");
    says(new Spec.Location("prod", Optional.empty(), Optional.empty(), Optional.of("eu")));
    assertThat(release().state()).isEqualTo(Rollout.PROMOTED);
    assertThat(Host.within("eu-central-1", "eu")).isTrue();
    assertThat(Host.within("europe", "eu")).isFalse();
  }

  @Test
  void nothing_is_released_unwatched_where_monitoring_is_mandatory() {
    Spec.MonitoringPolicy mandatory =
        new Spec.MonitoringPolicy("mandatory", "optional", Set.of("degradation"));
    says(mandatory);
    refused(this::release, ErrorCode.CONFLICT, "no prediction would be logged");
    says(new Spec.InferenceLog(1, "hashed", Duration.ofDays(90)));
    refused(this::release, ErrorCode.CONFLICT, "no alert rests on a monitor");
    says(new Spec.MonitoringPolicy("mandatory", "optional", Set.of("effectiveness")));
    refused(this::release, ErrorCode.CONFLICT, "no metric is computed while it serves");
    says(new Spec.Environment("stage", "server_http", "staging", "x86_64", 1, 1 << 20));
    assertThat(release().state())
        .as("the only target is staging, where it is optional")
        .isEqualTo(Rollout.PROMOTED);
  }

  @Test
  void an_accelerator_that_is_required_is_used_or_the_version_is_not_loaded() {
    says(new Spec.Accelerator("gpu"));
    says(new Spec.Device("required", "fp32", Optional.empty()));
    Rollout refused = release();
    assertThat(refused.state()).isEqualTo(Rollout.ROLLED_BACK);
    assertThat(refused.decisions().getLast().why()).contains("requires gpu, it computes on cpu");
    says(new Spec.Device("preferred", "fp32", Optional.empty()));
    version = rig.register(0.3);
    assertThat(release().state()).isEqualTo(Rollout.PROMOTED);
  }

  @Test
  void a_baseline_that_was_never_released_rescues_nobody() {
    says(new Spec.Ladder(List.of(), 0, "linear"));
    release();
    String first = version;
    version = rig.register(0.3);
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(arms()).extracting(Arm::version).containsExactly(first);
    rig.registry.moveAlias(
        Rig.PRODUCT, Registry.CHAMPION, Optional.of(first), version, "ana", "it is better");
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(arms())
        .containsExactly(new Arm(version, 1, Arm.CHAMPION), new Arm(first, 0, Arm.BASELINE));
  }

  private List<Arm> arms() {
    return rig.serving.view(Rig.PRODUCT).orElseThrow().route().arms();
  }

  @Test
  void a_product_that_is_not_served_online_answers_nobody() {
    release();
    assertThat(rig.serving.predict(Rig.PRODUCT, Ask.of("hello")).label()).isEqualTo("ham");
    says(new Spec.Modes(Set.of("batch")));
    rig.deployments.reconcile(Rig.PRODUCT);
    refused(
        () -> rig.serving.predict(Rig.PRODUCT, Ask.of("hello")),
        ErrorCode.CONFLICT,
        "lacks online");
    says(new Spec.Modes(Set.of("online")));
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.serving.predict(Rig.PRODUCT, Ask.of("hello")).label()).isEqualTo("ham");
  }

  @Test
  void a_canvas_that_cannot_be_in_force_stops_nothing_and_leaves_the_endpoint_as_it_was() {
    release();
    Spec.Endpoint impossible =
        new Spec.Endpoint(Duration.ofMillis(1), Duration.ofMillis(1), 0.99, Duration.ZERO, 16);
    says(impossible);
    rig.deployments.reconcile(Rig.PRODUCT);
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(rig.serving.predict(Rig.PRODUCT, Ask.of("hello")).label()).isEqualTo("ham");
    says(new Spec.Modes(Set.of("batch")));
    rig.specs.remove(Spec.Endpoint.class);
    rig.deployments.reconcile(Rig.PRODUCT);
    refused(
        () -> rig.serving.predict(Rig.PRODUCT, Ask.of("hello")),
        ErrorCode.CONFLICT,
        "lacks online");
  }

  @Test
  void a_proposal_that_waits_for_days_keeps_no_answer_from_being_in_force() {
    release();
    says(Rig.policy("delivery", 1, List.of(), List.of(), Set.of("gates")));
    version = rig.register(0.3);
    assertThat(release().state()).isEqualTo("PENDING");
    says(new Spec.PreAssertion(List.of("length <= 3"), "reject"));
    rig.deployments.reconcile(Rig.PRODUCT);
    refused(
        () -> rig.serving.predict(Rig.PRODUCT, Ask.of("hello")), ErrorCode.INVALID, "accepts 3");
    assertThat(rig.champion()).isNotEqualTo(version);
  }

  @Test
  void a_quota_refuses_what_comes_faster() {
    says(
        new Spec.MultiModel(
            true, 1 << 30, "none", List.of(), Duration.ofSeconds(2), Optional.of(1e-3)));
    release();
    rig.serving.predict(Rig.PRODUCT, Ask.of("hello"));
    refused(
        () -> rig.serving.predict(Rig.PRODUCT, Ask.of("hello")),
        ErrorCode.OVERLOADED,
        "times a second");
    rig.specs.remove(Spec.MultiModel.class);
    rig.deployments.reconcile(Rig.PRODUCT);
    rig.serving.predict(Rig.PRODUCT, Ask.of("hello"));
    rig.serving.predict(Rig.PRODUCT, Ask.of("hello"));
  }

  @Test
  void models_that_share_the_memory_are_loaded_within_its_budget_only() {
    says(shared(10));
    Rollout refused = release();
    assertThat(refused.state()).isEqualTo(Rollout.ROLLED_BACK);
    assertThat(refused.decisions().getLast().why()).contains("of the 10 that models may share");
    says(shared(1 << 20));
    version = rig.register(0.3);
    assertThat(release().state()).isEqualTo(Rollout.PROMOTED);
  }

  private static Spec.MultiModel shared(long budget) {
    return new Spec.MultiModel(
        true, budget, "lru", List.of(), Duration.ofSeconds(2), Optional.empty());
  }

  @Test
  void a_strategy_that_moves_at_once_takes_no_steps_and_a_canary_does() {
    release();
    version = rig.register(0.1);
    assertThat(release().steps()).extracting(RolloutStepRun::share).containsExactly(0.25, 0.5, 1.0);
    Rollout going = rig.deployments.rollouts(Rig.PRODUCT).getLast();
    rig.deployments.rollback(Rig.PRODUCT, "ana", "a test");
    assertThat(going.ended()).isFalse();
    Spec.Rollout canary = Rig.rollout(true);
    says(
        new Spec.Rollout(
            "blue_green",
            canary.steps(),
            canary.minRequests(),
            canary.guardrails(),
            true,
            canary.rollbackTime(),
            canary.bake()));
    version = rig.register(0.05);
    assertThat(release().steps()).extracting(RolloutStepRun::share).containsExactly(1.0);
  }

  @Test
  void a_load_that_verified_no_digest_fails_the_signature() {
    release();
    assertThat(pass("deploy.format", "signature")).contains(true);
    rig.unverified = true;
    assertThat(pass("deploy.format", "signature")).contains(false);
  }

  @Test
  void an_endpoint_that_runs_something_else_than_the_champion_fails_the_digest() {
    release();
    assertThat(pass("deploy.targets", "digest")).contains(true);
    rig.serving.route(Rig.PRODUCT, Route.only(rig.register(0.9)));
    assertThat(pass("deploy.targets", "digest")).contains(false);
  }

  @Test
  void an_old_version_that_is_unloaded_while_the_new_one_bakes_is_not_warm() {
    release();
    version = rig.register(0.1);
    release();
    assertThat(pass("deploy.strategy", "warm")).contains(true);
    rig.serving.route(Rig.PRODUCT, Route.only(version));
    assertThat(pass("deploy.strategy", "warm")).contains(false);
  }

  @Test
  void a_device_other_than_the_declared_one_fails() {
    says(new Spec.Accelerator("none"));
    release();
    assertThat(pass("serving.accelerator", "device")).contains(true);
    says(new Spec.Accelerator("gpu"));
    assertThat(pass("serving.accelerator", "device")).contains(false);
  }

  @Test
  void what_is_loaded_is_compared_with_the_registry_in_the_stages_of_its_scope() {
    release();
    says(new Spec.Environment("here", "server_http", "staging", "x86_64", 1, 1 << 20));
    says(new Spec.RegistryScope("mandatory", Set.of("prod")));
    assertThat(registered()).as("staging is outside of the scope").isZero();
    says(new Spec.RegistryScope("mandatory", Set.of("prod", "staging")));
    assertThat(registered()).isEqualTo(2);
  }

  private long registered() {
    return new DeploymentEvidence(rig.deployments, rig.serving, rig.registry)
        .observe(Rig.PRODUCT, rig.canvas(), rig.clock.instant()).stream()
            .filter(seen -> seen.question().equals("registry.required"))
            .count();
  }

  @Test
  void texts_are_measured_in_the_unit_that_the_rule_names() {
    release();
    Map<String, String> broken =
        Map.of(
            "length <= 8 characters", "more than eight",
            "length <= 8 bytes", "äääää",
            "length <= 2 tokens", "three short words",
            "schema", "half \ud83d of one");
    broken.forEach((rule, text) -> {
      says(new Spec.PreAssertion(List.of(rule), "reject"));
      rig.deployments.reconcile(Rig.PRODUCT);
      assertThatThrownBy(() -> rig.serving.predict(Rig.PRODUCT, Ask.of(text)))
          .as(rule)
          .isInstanceOfSatisfying(
              EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID));
      assertThat(rig.serving.predict(Rig.PRODUCT, Ask.of("ok \ud83d\ude00")).label())
          .as(rule)
          .isEqualTo("ham");
    });
    assertThat(rig.serving.brokenRules(Rig.PRODUCT).keySet()).isEqualTo(Set.of("length", "schema"));
  }

  @Test
  void a_request_holds_no_more_texts_than_the_largest_batch() {
    says(
        new Spec.Endpoint(
            Duration.ofMillis(100), Duration.ofMillis(250), 0.99, Duration.ofSeconds(9), 2));
    release();
    assertThat(rig.serving.maxBatch(Rig.PRODUCT)).isEqualTo(2);
  }

  @Test
  void the_frequency_that_is_asked_for_is_measured() {
    says(new Spec.DeployFrequency(1 / 86_400.0));
    release();
    assertThat(frequencies()).as("one release has no frequency").isEmpty();
    rig.clock.advance(Duration.ofDays(2));
    rig.specs.put(Spec.Rollout.class, instantly());
    version = rig.register(0.1);
    release();
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(frequencies()).containsExactly(0.5);
    says(new Spec.DeployFrequency(2 / 86_400.0));
    assertThat(frequencies()).containsExactly(0.25);
  }

  @Test
  void releases_are_counted_by_the_week_whether_or_not_a_frequency_is_asked_for() {
    assertThat(values("deploy_frequency")).isEmpty();
    release();
    assertThat(values("deploy_frequency")).as("one within a day").containsExactly(7.0);
    rig.clock.advance(Duration.ofDays(14));
    rig.specs.put(Spec.Rollout.class, instantly());
    version = rig.register(0.1);
    release();
    rig.deployments.reconcile(Rig.PRODUCT);
    assertThat(values("deploy_frequency")).as("two within two weeks").containsExactly(1.0);
    rig.clock.advance(Duration.ofDays(60));
    assertThat(values("deploy_frequency")).as("none within thirty days").containsExactly(0.0);
  }

  private static Spec.Rollout instantly() {
    return new Spec.Rollout(
        "recreate",
        List.of(new Spec.RolloutStep(1, Duration.ZERO)),
        1,
        List.of(),
        true,
        Duration.ofSeconds(60),
        Duration.ZERO);
  }

  private Set<Double> frequencies() {
    return values("frequency");
  }

  private Set<Double> values(String clause) {
    return new DeploymentEvidence(rig.deployments, rig.serving, rig.registry)
        .observe(Rig.PRODUCT, rig.canvas(), rig.clock.instant()).stream()
            .filter(seen -> seen.clause().equals(clause))
            .flatMap(seen -> seen.value().stream().boxed())
            .collect(Collectors.toSet());
  }
}
