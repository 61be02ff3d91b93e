package dev.espalier.serving;

import dev.espalier.platform.EspalierException;

/**
 * The data plane's resources.
 *
 * @param permits how many requests compute at once: one platform thread each
 */
public record ServingConfig(int permits) {
  public ServingConfig {
    if (permits < 1) {
      throw EspalierException.invalid("permits must be at least 1.");
    }
  }

  /** One permit per core. */
  public static ServingConfig ofThisMachine() {
    return new ServingConfig(Math.max(1, Runtime.getRuntime().availableProcessors()));
  }
}
