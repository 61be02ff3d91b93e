package dev.espalier.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.wire.Fields;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Traces out of another MLflow server, in the JSON of its {@code traces/get}. The spans of a trace
 * go in before what its client said of it, so that a trace that is finalized here is whole; such a
 * one stays as it is. Thread-safe.
 */
public final class TraceImport {
  private final Tracking tracking;
  private final InstantSource machine;

  public TraceImport(Tracking tracking, InstantSource machine) {
    this.tracking = tracking;
    this.machine = machine;
  }

  /**
   * Keeps a trace in an experiment of this server.
   *
   * @param trace {@code trace_info}, with its assessments, and {@code spans}
   * @throws EspalierException INVALID for what no trace of this server may be; the experiment must
   *     be active
   */
  public void put(long experiment, JsonNode trace) {
    TraceInfo foreign =
        MlflowTraceRoutes.info(Fields.of(trace).object("trace_info"), experiment, machine.millis());
    if (tracking.spans().infos(List.of(foreign.id())).stream()
        .anyMatch(here -> here.metadata().containsKey(TraceInfo.FINALIZED))) {
      return;
    }
    List<Span> spans = new ArrayList<>();
    for (JsonNode span : trace.path("spans")) {
      Span read = SpanJson.span(span, new TreeMap<>());
      if (!read.trace().equals(foreign.id())) {
        throw EspalierException.invalidField(
            "spans",
            "trace",
            "A span of trace '%s' says that it is of '%s'.".formatted(foreign.id(), read.trace()),
            Optional.of(foreign.id()));
      }
      spans.add(read);
    }
    if (!spans.isEmpty()) {
      tracking.spans().log(experiment, spans, Optional.empty());
    }
    SortedMap<String, String> tags = new TreeMap<>(foreign.tags());
    // Where its artifacts and spans are is said here, not there.
    tags.remove(TraceInfo.LOCATION);
    tags.remove(TraceInfo.SPANS);
    TraceInfo _ =
        tracking
            .traces()
            .put(
                new TraceInfo(
                    foreign.id(),
                    experiment,
                    foreign.clientId(),
                    foreign.requestTime(),
                    foreign.duration(),
                    foreign.state(),
                    foreign.requestPreview(),
                    foreign.responsePreview(),
                    foreign.metadata(),
                    tags,
                    foreign.assessments()));
  }
}
