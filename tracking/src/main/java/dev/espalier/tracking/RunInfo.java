package dev.espalier.tracking;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;

/**
 * What a run is, without what it measured.
 *
 * @param experiment the experiment's number
 * @param startTime epoch milliseconds, as {@code endTime}
 */
record RunInfo(
    String id,
    long experiment,
    String name,
    String user,
    RunStatus status,
    long startTime,
    OptionalLong endTime,
    String artifactUri,
    LifecycleStage stage) {

  /** The latest value of one metric, and between which it has been. */
  record Latest(String key, MetricPoint point, MetricRange range) {}

  /** A dataset that a run read. */
  record Dataset(
      String name,
      String digest,
      String sourceType,
      String source,
      Optional<String> schema,
      Optional<String> profile) {}

  /** A dataset as an input of a run. */
  record DatasetInput(Dataset dataset, SortedMap<String, String> tags) {}

  /** A logged model as input or output of a run. */
  record ModelLink(String model, long step) {}

  /** A run with everything that a client reads at once. */
  record Full(
      RunInfo info,
      List<Latest> metrics,
      SortedMap<String, String> params,
      SortedMap<String, String> tags,
      List<DatasetInput> datasets,
      List<ModelLink> modelInputs,
      List<ModelLink> modelOutputs) {}

  /** What a batch adds to a run. */
  record Batch(
      Map<String, List<MetricPoint>> metrics,
      Map<String, String> params,
      Map<String, String> tags,
      List<ModelMetric> modelMetrics) {}

  /** A metric that also belongs to a logged model. */
  record ModelMetric(
      String model, String key, MetricPoint point, String datasetName, String datasetDigest) {}
}
