package dev.espalier.tracking;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A model that a client logged: a folder of files with a status, before anyone registers it.
 *
 * @param id {@code m-} and 32 hexadecimal digits
 * @param experiment the experiment's number
 * @param createdAt epoch milliseconds, as {@code updatedAt}
 * @param sourceRunId empty when no run made it
 */
public record LoggedModel(
    String id,
    long experiment,
    String name,
    String artifactUri,
    long createdAt,
    long updatedAt,
    Status status,
    String modelType,
    String sourceRunId,
    LifecycleStage stage,
    SortedMap<String, String> tags,
    SortedMap<String, String> params,
    List<Measured> metrics) {

  /** How far the upload is. */
  public enum Status {
    LOGGED_MODEL_PENDING,
    LOGGED_MODEL_READY,
    LOGGED_MODEL_UPLOAD_FAILED
  }

  /** A value measured on the model, by a run, perhaps on a dataset. */
  public record Measured(
      String key,
      double value,
      long at,
      long step,
      String runId,
      Optional<String> datasetName,
      Optional<String> datasetDigest) {}
}
