package dev.espalier.tracking;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One step of a trace.
 *
 * @param trace the id of its trace, {@code tr-} and 32 hexadecimal digits
 * @param id 16 hexadecimal digits
 * @param parent the span within which it ran; empty for the root
 * @param type what kind of step, as the client names it; {@code UNKNOWN} without a name
 * @param status OK, ERROR or UNSET
 * @param start nanoseconds since the epoch
 * @param end nanoseconds since the epoch; empty while it runs
 * @param attributes each value as a text of JSON
 * @param resource what produced the span, by name
 * @param content the whole of it, in the JSON of MLflow's {@code traces.json}
 */
record Span(
    String trace,
    String id,
    Optional<String> parent,
    String name,
    String type,
    String status,
    long start,
    OptionalLong end,
    SortedMap<String, String> attributes,
    SortedMap<String, String> resource,
    String content) {
  Span {
    attributes = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    resource = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(resource));
  }

  /** What a trace says of itself when its spans came alone. */
  static final String INPUTS = "mlflow.spanInputs";

  static final String OUTPUTS = "mlflow.spanOutputs";
}
