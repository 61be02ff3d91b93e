package dev.espalier.tracking;

import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.tracking.wire.Checks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Spans of one trace that arrived together, and what they say of the trace as a whole.
 *
 * @param start epoch milliseconds of the first that began
 * @param end epoch milliseconds of the last that ended
 * @param state OK or ERROR, as the root ended; empty without the root
 * @param tags out of the resource, and those that the root carries for its trace
 * @param metadata the session and the user, where a span names them
 */
record SpanBatch(
    String trace,
    List<Span> spans,
    long start,
    OptionalLong end,
    Optional<String> state,
    Optional<String> requestPreview,
    Optional<String> responsePreview,
    SortedMap<String, String> tags,
    SortedMap<String, String> metadata) {
  private static final String TAG_PREFIX = "mlflow.traceTag.";
  private static final int MAX_TAG = 8_000;
  private static final int MAX_PREVIEW = 1_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  SpanBatch {
    spans = List.copyOf(spans);
    tags = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    metadata = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
  }

  /** The spans by trace, in the order in which traces first appear. */
  static List<SpanBatch> of(List<Span> spans) {
    Map<String, List<Span>> traces = new LinkedHashMap<>();
    for (Span span : spans) {
      traces.computeIfAbsent(span.trace(), _ -> new ArrayList<>()).add(span);
    }
    return traces.entrySet().stream().map(trace -> of(trace.getKey(), trace.getValue())).toList();
  }

  private static SpanBatch of(String trace, List<Span> spans) {
    Optional<Span> root = spans.stream().filter(span -> span.parent().isEmpty()).findFirst();
    SortedMap<String, String> tags = new TreeMap<>();
    for (Span span : spans) {
      span.resource()
          .forEach((name, value) -> {
            if (!name.startsWith("telemetry.sdk.") && !name.startsWith("mlflow.")) {
              tag(tags, name, value);
            }
          });
    }
    root.ifPresent(span ->
        span.attributes()
            .forEach((name, value) -> {
              if (name.startsWith(TAG_PREFIX)) {
                tag(tags, name.substring(TAG_PREFIX.length()), SpanJson.plain(value));
              }
            }));
    SortedMap<String, String> metadata = new TreeMap<>();
    named(spans, "session.id", "gen_ai.conversation.id")
        .ifPresent(session -> metadata.put("mlflow.trace.session", session));
    named(spans, "user.id").ifPresent(user -> metadata.put("mlflow.trace.user", user));
    return new SpanBatch(
        trace,
        spans,
        spans.stream().mapToLong(Span::start).min().orElse(0) / NANOS_PER_MILLI,
        spans.stream().flatMapToLong(span -> span.end().stream()).max().stream()
            .map(nanos -> nanos / NANOS_PER_MILLI)
            .findFirst(),
        root.map(span -> span.status().equals("ERROR") ? "ERROR" : "OK"),
        root.flatMap(span -> preview(span, Span.INPUTS)),
        root.flatMap(span -> preview(span, Span.OUTPUTS)),
        tags,
        metadata);
  }

  /** A tag that breaks a rule is not one: what produced the span did not mean it as such. */
  private static void tag(SortedMap<String, String> tags, String name, String value) {
    try {
      tags.put(Checks.key("key", name), Checks.cut(MAX_TAG, value));
    } catch (EspalierException noTag) {
      // The attribute stays in the span.
    }
  }

  private static Optional<String> named(List<Span> spans, String... attributes) {
    for (String attribute : attributes) {
      for (Span span : spans) {
        String value = span.attributes().get(attribute);
        if (value != null && !SpanJson.plain(value).isEmpty()) {
          return Optional.of(Checks.cut(Checks.MAX_KEY, SpanJson.plain(value)));
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> preview(Span span, String attribute) {
    return Optional.ofNullable(span.attributes().get(attribute))
        .filter(text -> !Json.tree(text).isNull())
        .map(text ->
            text.length() <= MAX_PREVIEW ? text : Checks.cut(MAX_PREVIEW - 3, text) + "...");
  }
}
