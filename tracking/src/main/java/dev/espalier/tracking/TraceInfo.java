package dev.espalier.tracking;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known of one trace of an application; its spans are an artifact.
 *
 * @param requestTime epoch milliseconds
 * @param duration milliseconds; empty while it runs
 * @param state STATE_UNSPECIFIED, OK, ERROR or IN_PROGRESS
 */
record TraceInfo(
    String id,
    long experiment,
    String clientId,
    long requestTime,
    OptionalLong duration,
    String state,
    Optional<String> requestPreview,
    Optional<String> responsePreview,
    SortedMap<String, String> metadata,
    SortedMap<String, String> tags,
    List<Assessment> assessments) {
  /** The tag that says where the artifacts of a trace are. */
  static final String LOCATION = "mlflow.artifactLocation";

  /** The tag that says where its spans are: here, or in an artifact without it. */
  static final String SPANS = "mlflow.trace.spansLocation";

  static final String SPANS_HERE = "TRACKING_STORE";

  /** The metadata of a trace whose client has said all of it; spans change no times then. */
  static final String FINALIZED = "mlflow.trace.infoFinalized";

  TraceInfo {
    metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    assessments = List.copyOf(assessments);
  }

  /**
   * A judgement on a trace: feedback, or an expectation.
   *
   * @param text the value as a filter compares it
   * @param content the whole of it, as MLflow's JSON
   */
  record Assessment(String id, String name, String text, String content, long createdAt) {}
}
