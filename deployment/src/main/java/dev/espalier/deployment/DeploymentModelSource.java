package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.Registry;
import dev.espalier.serving.ModelSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** Opens registered versions only; the bundle is verified and its golden rows are replayed. */
public final class DeploymentModelSource implements ModelSource {
  private final Registry registry;
  private final Bundles bundles;
  private final Map<String, LongAdder> verified = new ConcurrentHashMap<>();

  private final Function<String, Optional<CanvasVersion>> canvases;
  private final Resident resident = new Resident();

  /**
   * @param canvases the active canvas of a product: what it says of devices and of memory
   */
  public DeploymentModelSource(
      Registry registry, Bundles bundles, Function<String, Optional<CanvasVersion>> canvases) {
    this.registry = registry;
    this.bundles = bundles;
    this.canvases = canvases;
  }

  @Override
  public Engine open(String product, String version) {
    Digest bundle = registry.version(product, version).bundle();
    Optional<Spec.MultiModel> shared =
        canvases
            .apply(product)
            .flatMap(canvas -> canvas.specs(Spec.MultiModel.class).stream().findFirst())
            .filter(Spec.MultiModel::required);
    if (shared.isEmpty()) {
      return verified(product, version, bundle);
    }
    long bytes = bundles.bytes(bundle);
    resident.reserve(product + " " + version, bytes, shared.get().budgetBytes());
    try {
      return new Resident.Counted(verified(product, version, bundle), bytes, resident);
    } catch (RuntimeException unloadable) {
      resident.free(bytes);
      throw unloadable;
    }
  }

  private Engine verified(String product, String version, Digest bundle) {
    Engine engine = bundles.load(bundle);
    canvases
        .apply(product)
        .flatMap(canvas -> elsewhere(canvas, engine.device()))
        .ifPresent(why -> {
          engine.close();
          throw EspalierException.invalid(
              "%s %s is not loaded: %s.".formatted(product, version, why));
        });
    verified.computeIfAbsent(product, _ -> new LongAdder()).increment();
    return engine;
  }

  /** Why an engine on this device may not serve; empty when it may. */
  private static Optional<String> elsewhere(CanvasVersion canvas, String device) {
    boolean required =
        canvas.specs(Spec.Device.class).stream().anyMatch(one -> one.need().equals("required"));
    return canvas.specs(Spec.Accelerator.class).stream()
        .map(Spec.Accelerator::kind)
        .filter(kind -> required && !kind.equals("none") && !device.startsWith(kind))
        .findFirst()
        .map(kind -> "serving.accelerator requires %s, it computes on %s".formatted(kind, device));
  }

  @Override
  public long verified(String product) {
    LongAdder loads = verified.get(product);
    return loads == null ? 0 : loads.sum();
  }
}
