package dev.espalier.monitoring;

import java.util.stream.Stream;

/**
 * The texts that a version was trained on; {@code server} wires it to the registry and {@code
 * data}. The stream is closed after use.
 */
@FunctionalInterface
public interface TrainingTexts {
  Stream<String> of(String product, String version);
}
