package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.tracking.search.Clause;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The spans of traces: as they come one by one or in batches, and read with their traces.
 * Thread-safe; every change is whole and durable when the call returns.
 */
final class Spans {
  private static final int MOST_AT_ONCE = 20_000;
  private static final int MOST_TRACES = 100;
  private static final String SIZES = "mlflow.trace.sizeStats";
  private final TraceStore traces;
  private final SpanStore store;

  Spans(TraceStore traces, SpanStore store) {
    this.traces = traces;
    this.store = store;
  }

  /** A trace and its spans in MLflow's JSON. */
  record Spanned(TraceInfo trace, List<String> spans) {
    Spanned {
      spans = List.copyOf(spans);
    }

    /** Whether as many spans are there as the client said. */
    boolean whole() {
      String sizes = trace.metadata().getOrDefault(SIZES, "{}");
      JsonNode said;
      try {
        said = Json.tree(sizes);
      } catch (EspalierException notJson) {
        return true;
      }
      return spans.size() >= said.path("num_spans").asInt(0);
    }
  }

  /**
   * Adds spans to the traces that they name; a trace that is not there yet begins.
   *
   * @param run the run that the traces belong to
   */
  void log(long experiment, List<Span> spans, Optional<String> run) {
    if (spans.size() > MOST_AT_ONCE) {
      throw EspalierException.limit(
          "At most %d spans come at once, not %d.".formatted(MOST_AT_ONCE, spans.size()));
    }
    store.log(experiment, SpanBatch.of(spans), run);
  }

  /**
   * A trace with its spans.
   *
   * @throws EspalierException NOT_FOUND for no such trace, and for one that is not whole yet unless
   *     a part of it will do; INVALID where the spans are an artifact
   */
  Spanned get(String id, Wanted wanted) {
    TraceInfo trace = traces.require(id);
    if (!here(trace)) {
      throw EspalierException.invalid(
          "Trace data not stored in tracking store: the spans of trace '%s' are its artifact."
              .formatted(id));
    }
    Spanned found = new Spanned(trace, store.contents(id));
    if (wanted == Wanted.WHOLE && !found.whole()) {
      throw EspalierException.notFound(
          "Trace with ID %s is not fully exported yet, please try again later.".formatted(id));
    }
    return found;
  }

  /** Whether a trace is wanted only whole, or as far as it has come. */
  enum Wanted {
    WHOLE,
    PARTIAL
  }

  private static boolean here(TraceInfo trace) {
    return TraceInfo.SPANS_HERE.equals(trace.tags().get(TraceInfo.SPANS));
  }

  /** The whole ones of these traces, in this order. */
  List<Spanned> all(List<String> ids) {
    return infos(ids).stream()
        .filter(Spans::here)
        .map(trace -> new Spanned(trace, store.contents(trace.id())))
        .filter(found -> !found.spans().isEmpty() && found.whole())
        .toList();
  }

  /** Those of these traces that there are, in this order. */
  List<TraceInfo> infos(List<String> ids) {
    if (ids.isEmpty() || ids.size() > MOST_TRACES) {
      throw EspalierException.invalidField(
          "trace_ids",
          "batch",
          "1 to %d traces can be read at once, not %d.".formatted(MOST_TRACES, ids.size()),
          Optional.empty());
    }
    return ids.stream().distinct().flatMap(id -> traces.find(id).stream()).toList();
  }

  /** The spans as the artifact that older clients send and read; empty where they are one. */
  Optional<String> artifact(TraceInfo trace) {
    return here(trace)
        ? Optional.of("{\"spans\": [" + String.join(", ", store.contents(trace.id())) + "]}")
        : Optional.empty();
  }

  /** How often two filters find the same trace. */
  record Together(long all, long first, long second, long both) {}

  Together together(List<Long> experiments, String first, String second, String base) {
    List<Clause> common = Traces.clauses(base);
    List<Clause> one = Traces.clauses(first);
    List<Clause> other = Traces.clauses(second);
    return new Together(
        traces.count(experiments, common),
        traces.count(experiments, joined(common, one)),
        traces.count(experiments, joined(common, other)),
        traces.count(experiments, joined(joined(common, one), other)));
  }

  private static List<Clause> joined(List<Clause> some, List<Clause> more) {
    List<Clause> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }
}
