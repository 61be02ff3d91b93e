package dev.espalier.monitoring;

import java.util.Optional;

/** What a version's metric was before it was released; {@code server} wires it to the registry. */
@FunctionalInterface
public interface OfflineMetrics {
  Optional<Double> value(String product, String version, String metric);
}
