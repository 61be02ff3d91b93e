package dev.espalier.deployment;

import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.registry.Registry;
import dev.espalier.serving.ModelSource;

/** Opens registered versions only; the bundle is verified and its golden rows are replayed. */
public final class DeploymentModelSource implements ModelSource {
  private final Registry registry;
  private final Bundles bundles;

  public DeploymentModelSource(Registry registry, Bundles bundles) {
    this.registry = registry;
    this.bundles = bundles;
  }

  @Override
  public Engine open(String product, String version) {
    return bundles.load(registry.version(product, version).bundle());
  }
}
