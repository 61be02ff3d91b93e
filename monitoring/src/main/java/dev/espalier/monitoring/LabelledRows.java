package dev.espalier.monitoring;

/**
 * Where labelled production rows go to be trained on; {@code server} wires it to {@code data}. An
 * implementation is durable when it returns, and idempotent by row id.
 */
@FunctionalInterface
public interface LabelledRows {
  void label(String dataset, LabelledRow row, String source);
}
