package dev.espalier.deployment;

import dev.espalier.serving.Arm;
import dev.espalier.serving.LatencySummary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A product's deployment now: arms, aliases, latency, rollouts (newest last), and what must still
 * come before the active one moves on.
 */
public record DeploymentView(
    String product,
    List<Arm> arms,
    SortedMap<String, String> aliases,
    Map<String, String> models,
    Optional<LatencySummary> latency,
    List<String> quarantined,
    List<Retirement> retired,
    List<Rollout> rollouts,
    Optional<Outlook> outlook) {
  public DeploymentView {
    arms = List.copyOf(arms);
    models = Map.copyOf(models);
    quarantined = List.copyOf(quarantined);
    retired = List.copyOf(retired);
    rollouts = List.copyOf(rollouts);
  }
}
