package dev.espalier.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.Registry;
import java.nio.file.Path;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a release would begin before it begins, and versions that nobody may release any more. */
class RetirementTest {
  @TempDir Path folder;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(folder);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static void refused(ErrorCode code, String part, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(EspalierException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(part);
  }

  private Rollout plan(String version) {
    return rig.deployments.plan(
        new ReleaseRequest(Rig.PRODUCT, version, "a plan", "ana", Optional.empty()));
  }

  @Test
  void a_plan_shows_the_steps_and_checks_of_a_release_and_begins_nothing() {
    String first = rig.register(0.1);
    assertThat(plan(first).kind()).isEqualTo(Rollout.FIRST);
    assertThat(rig.deployments.rollouts(Rig.PRODUCT)).isEmpty();
    Rollout released = rig.deployments.release(Rig.PRODUCT, first, "first");
    assertThat(released.to()).isEqualTo(first);
    String second = rig.register(0.2);
    Rollout plan = plan(second);
    assertThat(plan.from()).contains(first);
    assertThat(plan.steps()).extracting(RolloutStepRun::share).containsExactly(0.25, 0.5, 1.0);
    assertThat(plan.admission().orElseThrow().checks())
        .anySatisfy(check -> assertThat(check.rule()).isEqualTo("gates"));
    assertThat(rig.deployments.rollouts(Rig.PRODUCT)).hasSize(1);
    Rollout begun = rig.deployments.release(Rig.PRODUCT, second, "it is better");
    assertThat(begun.steps())
        .extracting(RolloutStepRun::share, RolloutStepRun::hold, RolloutStepRun::minRequests)
        .isEqualTo(
            plan.steps().stream()
                .map(step -> tuple(step.share(), step.hold(), step.minRequests()))
                .toList());
    refused(ErrorCode.CONFLICT, "under way", () -> plan(second));
    refused(ErrorCode.NOT_FOUND, "9.9.9", () -> plan("9.9.9"));
  }

  @Test
  void a_retired_version_is_released_by_nobody_until_it_is_taken_back() {
    rig.deployments.release(Rig.PRODUCT, rig.register(0.1), "first");
    String old = rig.register(0.2);
    Retirement retired = rig.deployments.retire(Rig.PRODUCT, old, "ana", "it was never good");
    assertThat(rig.deployments.view(Rig.PRODUCT).retired()).containsExactly(retired);
    assertThat(rig.deployments.retirement(Rig.PRODUCT, old)).contains(retired);
    refused(ErrorCode.CONFLICT, "it was never good", () -> plan(old));
    refused(
        ErrorCode.CONFLICT,
        "retired by ana",
        () -> rig.deployments.release(Rig.PRODUCT, old, "again"));
    rig.restart();
    assertThat(rig.deployments.retire(Rig.PRODUCT, old, "ben", "twice")).isEqualTo(retired);
    rig.deployments.restore(Rig.PRODUCT, old, "ana");
    refused(
        ErrorCode.CONFLICT,
        "is not retired",
        () -> rig.deployments.restore(Rig.PRODUCT, old, "ana"));
    assertThat(rig.deployments.release(Rig.PRODUCT, old, "again").to()).isEqualTo(old);
  }

  @Test
  void what_answers_or_is_on_its_way_cannot_be_retired() {
    String champion = rig.register(0.1);
    rig.deployments.release(Rig.PRODUCT, champion, "first");
    refused(
        ErrorCode.CONFLICT,
        "is the champion",
        () -> rig.deployments.retire(Rig.PRODUCT, champion, "ana", "x"));
    String candidate = rig.register(0.2);
    Rollout rollout = rig.deployments.release(Rig.PRODUCT, candidate, "better");
    refused(
        ErrorCode.CONFLICT,
        rollout.id(),
        () -> rig.deployments.retire(Rig.PRODUCT, candidate, "ana", "x"));
    refused(
        ErrorCode.NOT_FOUND,
        "7.0.0",
        () -> rig.deployments.retire(Rig.PRODUCT, "7.0.0", "ana", "x"));
    refused(
        ErrorCode.INVALID,
        "needs a reason",
        () -> rig.deployments.retire(Rig.PRODUCT, candidate, "ana", " "));
    assertThat(rig.deployments.view(Rig.PRODUCT).retired()).isEmpty();
  }

  @Test
  void a_retired_version_stands_by_for_nobody_and_nothing_returns_to_it() {
    String first = rig.released();
    String second = rig.register(0.2);
    rig.registry.moveAlias(
        Rig.PRODUCT, Registry.CHAMPION, Optional.of(first), second, "ana", "a home of before");
    rig.deployments.retire(Rig.PRODUCT, first, "ana", "it calls good mail spam");
    // An older build let it be named all the same.
    rig.registry.moveAlias(
        Rig.PRODUCT, Registry.PREVIOUS, Optional.empty(), first, "ana", "a home of before");
    rig.restart();
    assertThat(rig.serving.view(Rig.PRODUCT).orElseThrow().route().versions())
        .containsExactly(second);
    refused(
        ErrorCode.CONFLICT,
        "it calls good mail spam",
        () -> rig.deployments.rollback(Rig.PRODUCT, "ana", "back"));
    rig.deployments.restore(Rig.PRODUCT, first, "ana");
    rig.deployments.follow(Rig.PRODUCT);
    assertThat(rig.serving.view(Rig.PRODUCT).orElseThrow().route().versions())
        .containsExactlyInAnyOrder(first, second);
    assertThat(rig.deployments.rollback(Rig.PRODUCT, "ana", "back").to()).isEqualTo(first);
  }
}
