package dev.espalier.server;

import dev.espalier.canvas.Canvases;
import dev.espalier.canvas.Spec;
import dev.espalier.deployment.Deployments;
import dev.espalier.deployment.Retirement;
import dev.espalier.registry.AliasRules;
import dev.espalier.registry.Registry;
import java.util.Set;

/** What aliases may name: by the canvas, and by who is out of service. */
final class Naming {
  private Naming() {}

  static AliasRules rules(Registry registry, Canvases canvases, Deployments deployments) {
    return new AliasRules(
        registry,
        product -> governed(canvases, product),
        (product, version) -> deployments.retirement(product, version).map(Retirement::refusal));
  }

  /** The aliases that a product's canvas lists. */
  private static Set<String> governed(Canvases canvases, String product) {
    return canvases
        .active(product)
        .flatMap(canvas -> canvas.specs(Spec.RegistryPolicy.class).stream().findFirst())
        .map(Spec.RegistryPolicy::aliases)
        .orElse(Set.of());
  }
}
