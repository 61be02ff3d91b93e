package dev.espalier.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.AliasMove;
import dev.espalier.registry.Registry;
import dev.espalier.serving.Arm;
import dev.espalier.serving.Ask;
import dev.espalier.serving.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random lives of a product: good and bad versions, traffic, time, people, restarts and kills in
 * the middle of transitions. Whatever happens, the rows, the aliases and the route agree, nothing
 * bad stays, and no request is lost to a route change.
 */
class RolloutSimulationTest {
  /** What may follow a state; a kill may hide states in between but never invent one. */
  private static final Map<String, Set<String>> NEXT =
      Map.of(
          Rollout.PENDING, Set.of(Rollout.WAITING_WINDOW, Rollout.WITHDRAWN),
          Rollout.WAITING_WINDOW, Set.of(Rollout.RUNNING, Rollout.PROMOTING, Rollout.WITHDRAWN),
          Rollout.RUNNING, Set.of(Rollout.PROMOTING, Rollout.ROLLING_BACK, Rollout.HELD),
          Rollout.PROMOTING,
              Set.of(Rollout.BAKING, Rollout.PROMOTED, Rollout.ROLLING_BACK, Rollout.ROLLED_BACK),
          Rollout.BAKING, Set.of(Rollout.PROMOTED, Rollout.ROLLING_BACK, Rollout.HELD),
          Rollout.HELD, Set.of(Rollout.RUNNING, Rollout.PROMOTED, Rollout.ROLLING_BACK),
          Rollout.ROLLING_BACK, Set.of(Rollout.ROLLED_BACK),
          Rollout.PROMOTED, Set.of(),
          Rollout.ROLLED_BACK, Set.of(),
          Rollout.WITHDRAWN, Set.of());

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void rows_aliases_and_routes_agree_whatever_happens(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    try (Rig rig = new Rig(folder)) {
      rig.specs.put(dev.espalier.canvas.Spec.Rollout.class, Rig.rollout(random.nextInt(3) > 0));
      rig.specs.put(
          dev.espalier.canvas.Spec.ReleasePolicy.class,
          Rig.policy(
              "deployment",
              random.nextInt(2),
              random.nextBoolean() ? List.of() : List.of("Mon-Sun 08:00-20:00"),
              List.of(),
              Set.of("gates", "scan")));
      List<Rollout> before = List.of();
      for (int action = 0; action < 45; action++) {
        if (random.nextInt(4) == 0) {
          rig.life.set(random.nextInt(12));
        }
        try {
          act(rig, random);
        } catch (Rig.Killed killed) {
          rig.restart();
        } catch (EspalierException refused) {
          assertThat(refused.code()).isIn(ErrorCode.CONFLICT, ErrorCode.DENIED);
        }
        rig.life.set(-1);
        settle(rig);
        before = check(rig, before);
      }
    }
  }

  private static void act(Rig rig, SplittableRandom random) {
    switch (random.nextInt(10)) {
      case 0, 1 -> {
        String version = rig.register(0.1 + 0.3 * random.nextDouble());
        if (random.nextInt(3) == 0) {
          rig.failing.add(version);
        }
        // The champion of the moment stays healthy: it is what a rollback returns to.
        var _ = rig.deployments.release(Rig.PRODUCT, version, "change");
      }
      case 2, 3, 4 -> rig.traffic(rig.serving.view(Rig.PRODUCT).isPresent() ? 150 : 0);
      case 5, 6 -> rig.clock.advance(Duration.ofMinutes(random.nextInt(20, 200)));
      case 7 -> rig.restart();
      case 8 -> {
        List<Rollout> rollouts = rig.deployments.rollouts(Rig.PRODUCT);
        if (!rollouts.isEmpty() && !rollouts.getLast().ended()) {
          var _ = rig.deployments.approve(Rig.PRODUCT, rollouts.getLast().id(), "ben");
        }
      }
      default -> {
        if (random.nextInt(4) == 0) {
          var _ = rig.deployments.rollback(Rig.PRODUCT, "ana", "a person says so");
        }
      }
    }
    rig.deployments.reconcile(Rig.PRODUCT);
  }

  /** What a killed process left, the next tick takes up. */
  private static void settle(Rig rig) {
    try {
      rig.deployments.reconcile(Rig.PRODUCT);
    } catch (EspalierException refused) {
      throw new AssertionError("A tick must go on from whatever was left", refused);
    }
  }

  private static List<Rollout> check(Rig rig, List<Rollout> before) {
    List<Rollout> now = rig.deployments.rollouts(Rig.PRODUCT);
    assertThat(now.stream().filter(one -> !one.ended())).hasSizeLessThanOrEqualTo(1);
    for (int i = 0; i < before.size(); i++) {
      Rollout was = before.get(i);
      Rollout is = now.get(i);
      assertThat(is.id()).isEqualTo(was.id());
      assertThat(is.decisions())
          .as("decisions are only added")
          .startsWith(was.decisions().toArray(new Decision[0]));
      assertThat(reachable(was.state(), is.state()))
          .as("%s → %s", was.state(), is.state())
          .isTrue();
    }
    Optional<String> champion =
        rig.registry.alias(Rig.PRODUCT, Registry.CHAMPION).map(one -> one.version());
    if (champion.isEmpty()) {
      return now;
    }
    Optional<Rollout> active = now.stream().filter(one -> !one.ended()).findFirst();
    Route route = rig.serving.view(Rig.PRODUCT).orElseThrow().route();
    assertThat(route.champion().version()).isEqualTo(champion.get());
    boolean split =
        active
            .filter(one -> Set.of(Rollout.RUNNING, Rollout.HELD).contains(one.state()))
            .filter(one -> !one.to().equals(champion.get()))
            .isPresent();
    assertThat(route.candidate().isPresent()).isEqualTo(split);
    if (split) {
      Rollout rollout = active.orElseThrow();
      assertThat(route.candidate().orElseThrow())
          .isEqualTo(
              new Arm(rollout.to(), rollout.steps().get(rollout.current()).share(), Arm.CANDIDATE));
      assertThat(rig.registry.aliases(Rig.PRODUCT))
          .containsEntry(Registry.CHALLENGER, rollout.to());
    }
    if (active.isEmpty()) {
      assertThat(rig.deployments.quarantined(Rig.PRODUCT)).doesNotContain(champion.get());
    }
    chained(rig.registry.aliasHistory(Rig.PRODUCT));
    finished(now);
    return now;
  }

  private static boolean reachable(String from, String to) {
    if (from.equals(to)) {
      return true;
    }
    return NEXT.get(from).stream().anyMatch(next -> reachable(next, to, 8));
  }

  private static boolean reachable(String from, String to, int depth) {
    return from.equals(to)
        || (depth > 0 && NEXT.get(from).stream().anyMatch(next -> reachable(next, to, depth - 1)));
  }

  /** Each alias' moves form one chain: no move was made from a version that it did not name. */
  private static void chained(List<AliasMove> moves) {
    Map<String, String> names = new java.util.HashMap<>();
    for (AliasMove move : moves) {
      assertThat(move.from()).isEqualTo(Optional.ofNullable(names.get(move.alias())));
      names.put(move.alias(), move.to());
    }
  }

  private static void finished(List<Rollout> rollouts) {
    for (Rollout rollout : rollouts) {
      if (rollout.state().equals(Rollout.PROMOTED) && rollout.kind().equals(Rollout.CANARY)) {
        assertThat(rollout.steps())
            .as("every step was walked, in order")
            .allSatisfy(step -> assertThat(step.state()).isIn("PASSED", "ACCEPTED"));
        List<RolloutStepRun> steps = new ArrayList<>(rollout.steps());
        for (int i = 1; i < steps.size(); i++) {
          assertThat(steps.get(i).startedAt().orElseThrow())
              .isAfterOrEqualTo(steps.get(i - 1).endedAt().orElseThrow());
        }
        assertThat(rollout.admission().orElseThrow().satisfied()).isTrue();
      }
      assertThat(rollout.finishedAt().isPresent()).isEqualTo(rollout.ended());
    }
  }

  @Test
  void a_kill_at_every_single_point_of_a_whole_rollout_ends_as_if_nothing_had_happened()
      throws IOException {
    // How many reads of the canvas a life takes; a kill at each of them in turn.
    int points = 0;
    for (int kill = 0; ; kill++) {
      try (Rig rig = new Rig(Files.createDirectory(folder.resolve("kill" + kill)))) {
        String first = rig.released();
        String second = rig.register(0.2);
        boolean killed = false;
        rig.life.set(kill);
        for (int step = 0; step < 12 && !ended(rig, second); step++) {
          try {
            if (!rig.deployments.knows(Rig.PRODUCT, second)) {
              var _ = rig.deployments.release(Rig.PRODUCT, second, "drift");
            }
            rig.traffic(300);
            rig.clock.advance(Duration.ofMinutes(61));
            rig.deployments.reconcile(Rig.PRODUCT);
          } catch (Rig.Killed now) {
            killed = true;
            rig.restart();
          }
        }
        assertThat(rig.state()).as("killed at %d", kill).isEqualTo(Rollout.PROMOTED);
        assertThat(rig.champion()).isEqualTo(second);
        assertThat(rig.registry.aliases(Rig.PRODUCT))
            .containsEntry(Registry.PREVIOUS, first)
            .containsEntry(Registry.CHALLENGER, second);
        assertThat(rig.serving.predict(Rig.PRODUCT, Ask.of("a")).modelVersion()).isEqualTo(second);
        assertThat(rig.newest().decisions())
            .extracting(Decision::decision)
            .as("killed at %d", kill)
            .containsExactly(
                "RELEASE", "ADMIT", "STEP", "STEP", "PROMOTE", "FULL_TRAFFIC", "BAKE", "PROMOTED");
        points++;
        if (!killed) {
          break;
        }
      }
    }
    assertThat(points).as("points at which it was killed").isGreaterThan(15);
  }

  private static boolean ended(Rig rig, String version) {
    return rig.deployments.rollouts(Rig.PRODUCT).stream()
        .anyMatch(one -> one.to().equals(version) && one.ended());
  }
}
