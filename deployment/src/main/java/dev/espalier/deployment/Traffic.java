package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.AliasMove;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import dev.espalier.serving.Arm;
import dev.espalier.serving.EndpointView;
import dev.espalier.serving.Route;
import dev.espalier.serving.Serving;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a rollout's state into force: aliases and the route. Everything here is derived from the row
 * and idempotent.
 */
final class Traffic {
  private static final Logger LOG = LoggerFactory.getLogger(Traffic.class);
  private static final Set<String> SPLIT = Set.of(Rollout.RUNNING, Rollout.HELD);
  private final Registry registry;
  private final Serving serving;
  private final RetirementStore retirements;
  private final Function<String, CanvasVersion> canvases;

  Traffic(
      Registry registry,
      Serving serving,
      RetirementStore retirements,
      Function<String, CanvasVersion> canvases) {
    this.registry = registry;
    this.serving = serving;
    this.retirements = retirements;
    this.canvases = canvases;
  }

  Optional<String> champion(String product) {
    return named(product, Registry.CHAMPION);
  }

  Optional<String> named(String product, String alias) {
    return registry.alias(product, alias).map(ModelVersion::version);
  }

  void alias(String product, String alias, String to, String rollout) {
    registry.moveAlias(
        product, alias, named(product, alias), to, Deployments.MACHINE, "rollout " + rollout);
  }

  /** Swaps the route when it is another than what is in force. */
  void apply(String product, Optional<Rollout> rollout) {
    Route wanted = route(product, rollout);
    Optional<EndpointView> view = serving.view(product);
    var config = Endpoints.config(product, canvases.apply(product));
    if (view.isEmpty()
        || !view.get().route().equals(wanted)
        || !view.get().config().equals(config)) {
      serving.configure(config, wanted);
    }
  }

  /**
   * Where there is no endpoint at all: the champion alone, or else the first of those who stand in
   * for it, answers everything.
   *
   * @return the version that answers; empty when there is an endpoint, or none of them loads
   */
  Optional<String> rescued(String product, Optional<Rollout> rollout) {
    if (serving.view(product).isPresent()) {
      return Optional.empty();
    }
    for (Arm arm : route(product, rollout).arms()) {
      if (arm.role().equals(Arm.CANDIDATE)) {
        continue;
      }
      Route alone = new Route(product, List.of(new Arm(arm.version(), 1, Arm.CHAMPION)));
      try {
        serving.configure(Endpoints.config(product, canvases.apply(product)), alone);
        return Optional.of(arm.version());
      } catch (EspalierException | UncheckedIOException unloadable) {
        LOG.debug("{} of {} does not load either", arm.version(), product, unloadable);
      }
    }
    return Optional.empty();
  }

  private Route route(String product, Optional<Rollout> rollout) {
    Set<String> retired =
        retirements.all(product).stream().map(Retirement::version).collect(Collectors.toSet());
    Optional<String> champion = champion(product);
    String main = champion.isPresent() ? champion.get() : rollout.map(Rollout::to).orElseThrow();
    List<Arm> arms = new ArrayList<>();
    double share = rollout.map(one -> share(one, main)).orElse(0.0);
    arms.add(new Arm(main, 1 - share, Arm.CHAMPION));
    if (share > 0) {
      arms.add(new Arm(rollout.orElseThrow().to(), share, Arm.CANDIDATE));
    }
    named(product, Registry.PREVIOUS)
        .filter(previous -> !previous.equals(main) && !retired.contains(previous))
        .ifPresent(previous -> arms.add(new Arm(previous, 0, Arm.PREVIOUS)));
    baseline(product, main, retired).ifPresent(one -> arms.add(new Arm(one, 0, Arm.BASELINE)));
    return new Route(product, arms);
  }

  /** The candidate's share; none once it is the champion itself. */
  private static double share(Rollout rollout, String champion) {
    if (rollout.to().equals(champion)) {
      return 0;
    }
    if (rollout.state().equals(Rollout.PROMOTING)) {
      return 1;
    }
    return SPLIT.contains(rollout.state()) && rollout.current() >= 0
        ? rollout.steps().get(rollout.current()).share()
        : 0;
  }

  /**
   * The newest version of the baseline's rung that was ever the champion and is not retired: nobody
   * has approved another one, so it answers nobody, not even when the champion cannot.
   */
  private Optional<String> baseline(String product, String champion, Set<String> retired) {
    Optional<Spec.Ladder> ladder =
        canvases.apply(product).specs(Spec.Ladder.class).stream().findFirst();
    Set<String> served = ladder.isPresent() ? served(product) : Set.of();
    return ladder.flatMap(one ->
        registry.versions(product).stream()
            .filter(version -> version.rung().equals(one.baseline()))
            .map(ModelVersion::version)
            .filter(version -> !version.equals(champion) && !retired.contains(version))
            .filter(served::contains)
            .reduce((_, newest) -> newest));
  }

  private Set<String> served(String product) {
    return registry.aliasHistory(product).stream()
        .filter(move -> move.alias().equals(Registry.CHAMPION))
        .map(AliasMove::to)
        .collect(Collectors.toSet());
  }
}
