package dev.espalier.serving;

import dev.espalier.model.Engine;

/**
 * Where served models come from. {@code deployment} implements it over the registry, so that only
 * registered, verified bundles are ever opened.
 */
@FunctionalInterface
public interface ModelSource {
  /**
   * Opens a version; the caller closes the engine. May take seconds; golden rows are replayed.
   *
   * @throws dev.espalier.platform.EspalierException NOT_FOUND for an unregistered version, INVALID
   *     for a bundle that fails its checks
   */
  Engine open(String product, String version);

  /** How many of a product's loads verified every digest of the bundle's manifest. */
  default long verified(String product) {
    return 0;
  }
}
