package dev.espalier.deployment;

import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import dev.espalier.serving.Arm;
import dev.espalier.serving.EndpointConfig;
import dev.espalier.serving.EndpointView;
import dev.espalier.serving.Route;
import dev.espalier.serving.Serving;
import dev.espalier.serving.ShadowLane;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens the shadow lanes that drills break: production's own route, or a candidate's. */
final class DrillLanes {
  static final String TEXT = "Please find attached the minutes of our meeting";

  private final Serving serving;
  private final Registry registry;

  DrillLanes(Serving serving, Registry registry) {
    this.serving = serving;
    this.registry = registry;
  }

  Optional<String> champion(String product) {
    return registry.alias(product, Registry.CHAMPION).map(ModelVersion::version);
  }

  /** A lane in which the rehearsal's version answers as the champion would. */
  ShadowLane open(Rehearsal rehearsal) {
    String version = rehearsal.version().version();
    EndpointConfig config = Endpoints.config(rehearsal.product(), rehearsal.canvas());
    List<Arm> arms = new ArrayList<>();
    arms.add(new Arm(version, 1, Arm.CHAMPION));
    Optional<EndpointView> view = serving.view(rehearsal.product());
    boolean live = champion(rehearsal.product()).equals(Optional.of(version));
    String fallen = live ? Arm.PREVIOUS : Arm.CHAMPION;
    rung(view, fallen, version).ifPresent(one -> arms.add(new Arm(one, 0, Arm.PREVIOUS)));
    rung(view, Arm.BASELINE, version).ifPresent(one -> arms.add(new Arm(one, 0, Arm.BASELINE)));
    return serving.shadow(config, new Route("drill", arms));
  }

  private static Optional<String> rung(Optional<EndpointView> view, String role, String version) {
    return view.flatMap(one -> one.route().arm(role))
        .map(Arm::version)
        .filter(one -> !one.equals(version));
  }

  /** A version to roll back from: the one before, or the newest other one. */
  Optional<String> other(String product, String version) {
    return registry
        .alias(product, Registry.PREVIOUS)
        .map(ModelVersion::version)
        .filter(one -> !one.equals(version))
        .or(() ->
            registry.versions(product).stream()
                .map(ModelVersion::version)
                .filter(one -> !one.equals(version))
                .reduce((_, newest) -> newest));
  }
}
