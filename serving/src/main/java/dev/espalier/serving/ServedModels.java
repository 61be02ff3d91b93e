package dev.espalier.serving;

import dev.espalier.model.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Every version in this process, one {@link ServedModel} each. Thread-safe. */
final class ServedModels {
  private record Key(String product, String version) {}

  private final ModelSource source;
  private final Map<Key, ServedModel> models = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> loads = new ConcurrentHashMap<>();

  ServedModels(ModelSource source) {
    this.source = source;
  }

  ServedModel model(String product, String version) {
    return models.computeIfAbsent(
        new Key(product, version),
        key -> new ServedModel(product + " " + version, () -> open(key.product, key.version)));
  }

  private Engine open(String product, String version) {
    Engine engine = source.open(product, version);
    loads.computeIfAbsent(product, _ -> new LongAdder()).increment();
    return engine;
  }

  LoadCount loads(String product) {
    LongAdder opened = loads.get(product);
    return new LoadCount(opened == null ? 0 : opened.sum(), source.verified(product));
  }

  /** What computes each READY version of a product. */
  SortedMap<String, String> devices(String product) {
    SortedMap<String, String> devices = new TreeMap<>();
    models.forEach((key, model) -> {
      if (key.product.equals(product)) {
        model
            .lease()
            .ifPresent(lease -> {
              try (lease) {
                devices.put(key.version, lease.engine().device());
              }
            });
      }
    });
    return devices;
  }

  /** Holds all of them, or none when one cannot be loaded or answers against the rules. */
  void hold(String product, Set<String> versions, Set<PostRule> rules) {
    List<String> held = new ArrayList<>();
    try {
      for (String version : versions) {
        model(product, version).hold();
        held.add(version);
        model(product, version).require(rules);
      }
    } catch (RuntimeException | Error unloadable) {
      release(product, held);
      throw unloadable;
    }
  }

  void release(String product, Iterable<String> versions) {
    for (String version : versions) {
      model(product, version).release();
    }
  }

  /** The state of every version of a product that this process has seen. */
  SortedMap<String, ServedModelState> states(String product) {
    SortedMap<String, ServedModelState> states = new TreeMap<>();
    models.forEach((key, model) -> {
      if (key.product.equals(product)) {
        states.put(key.version, model.state());
      }
    });
    return states;
  }
}
