package dev.espalier.deployment;

import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.ProductClocks;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets each endpoint be what its canvas and the rows say, and knows which one is not, and why. What
 * cannot be put into force leaves the endpoint as it was; where there is none yet, as after a
 * start, whatever part of its route can be loaded answers meanwhile. Each call tries the whole
 * again, so it ends by itself. Thread-safe as far as the caller holds the product's lock.
 */
final class InForce {
  private static final Logger LOG = LoggerFactory.getLogger(InForce.class);
  private final RolloutStore store;
  private final Traffic traffic;
  private final ProductClocks clocks;
  private final Events events;
  private final Map<String, Behind> behind = new ConcurrentHashMap<>();

  InForce(RolloutStore store, Traffic traffic, ProductClocks clocks, Events events) {
    this.store = store;
    this.traffic = traffic;
    this.clocks = clocks;
    this.events = events;
  }

  /** Puts into force what is not; a product without a champion has no endpoint. */
  void follow(String product) {
    if (traffic.champion(product).isEmpty()) {
      return;
    }
    Optional<Rollout> rollout = store.active(product).map(RolloutStore.Stored::rollout);
    try {
      traffic.apply(product, rollout);
      follows(product);
    } catch (EspalierException | UncheckedIOException failure) {
      lags(product, rollout, String.valueOf(failure.getMessage()));
    }
  }

  private void follows(String product) {
    Behind was = behind.remove(product);
    if (was != null) {
      LOG.info("The endpoint of {} follows its canvas again", product);
      events.publish(product, "endpoint.follows", was);
    }
  }

  private void lags(String product, Optional<Rollout> rollout, String why) {
    Optional<Behind> was = of(product);
    Optional<String> answering =
        traffic.rescued(product, rollout).or(() -> was.flatMap(Behind::answering));
    Behind now = new Behind(why, answering, was.map(Behind::since).orElse(clocks.now(product)));
    if (!was.equals(Optional.of(now))) {
      behind.put(product, now);
      LOG.warn(
          "The endpoint of {} does not follow its canvas yet{}: {}",
          product,
          answering.map(version -> ", version " + version + " answers").orElse(""),
          why);
      events.publish(product, "endpoint.behind", now);
    }
  }

  /** The endpoint that does not follow, with the reason; empty when it does or there is none. */
  Optional<Behind> of(String product) {
    return Optional.ofNullable(behind.get(product));
  }
}
