package dev.espalier.tracking;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.artifacts.ArtifactEntry;
import dev.espalier.tracking.wire.Fields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Experiments, runs and logged models in MLflow's JSON. Unset fields and empty lists are left out.
 */
final class WireJson {
  private WireJson() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** A double: NaN as a text, infinities as the greatest doubles, as MLflow's SQL stores do. */
  static void real(ObjectNode object, String name, double value) {
    if (Double.isNaN(value)) {
      object.put(name, "NaN");
    } else {
      object.put(name, Math.clamp(value, -Double.MAX_VALUE, Double.MAX_VALUE));
    }
  }

  /** Keys and values as an array of pairs. */
  static void pairs(ObjectNode object, String name, Map<String, String> texts) {
    if (!texts.isEmpty()) {
      ArrayNode array = object.putArray(name);
      texts.forEach((key, value) -> array.addObject().put("key", key).put("value", value));
    }
  }

  /** An array of pairs as keys and values; the last of a key wins. */
  static Map<String, String> pairs(Fields fields, String name) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Fields pair : fields.objects(name)) {
      texts.put(pair.required("key"), pair.textOr("value", ""));
    }
    return texts;
  }

  static ObjectNode experiment(Experiment experiment) {
    ObjectNode json =
        object()
            .put("experiment_id", Long.toString(experiment.id()))
            .put("name", experiment.name())
            .put("artifact_location", experiment.artifactLocation())
            .put("lifecycle_stage", experiment.stage().text())
            .put("last_update_time", experiment.updatedAt())
            .put("creation_time", experiment.createdAt());
    pairs(json, "tags", experiment.tags());
    return json;
  }

  static ObjectNode info(RunInfo info) {
    ObjectNode json =
        object()
            .put("run_uuid", info.id())
            .put("run_id", info.id())
            .put("run_name", info.name())
            .put("experiment_id", Long.toString(info.experiment()))
            .put("user_id", info.user())
            .put("status", info.status().name())
            .put("start_time", info.startTime());
    info.endTime().ifPresent(end -> json.put("end_time", end));
    return json.put("artifact_uri", info.artifactUri()).put("lifecycle_stage", info.stage().text());
  }

  static ObjectNode point(String key, MetricPoint point) {
    ObjectNode json = object().put("key", key);
    real(json, "value", point.value());
    return json.put("timestamp", point.at()).put("step", point.step());
  }

  static ObjectNode run(RunInfo.Full run) {
    ObjectNode json = object();
    json.set("info", info(run.info()));
    ObjectNode data = json.putObject("data");
    if (!run.metrics().isEmpty()) {
      ArrayNode metrics = data.putArray("metrics");
      run.metrics().forEach(metric -> metrics.add(point(metric.key(), metric.point())));
    }
    pairs(data, "params", run.params());
    pairs(data, "tags", run.tags());
    ObjectNode inputs = json.putObject("inputs");
    if (!run.datasets().isEmpty()) {
      ArrayNode datasets = inputs.putArray("dataset_inputs");
      run.datasets().forEach(input -> datasets.add(input(input)));
    }
    if (!run.modelInputs().isEmpty()) {
      ArrayNode models = inputs.putArray("model_inputs");
      run.modelInputs().forEach(link -> models.addObject().put("model_id", link.model()));
    }
    if (!run.modelOutputs().isEmpty()) {
      ArrayNode models = json.putObject("outputs").putArray("model_outputs");
      run.modelOutputs()
          .forEach(
              link -> models.addObject().put("model_id", link.model()).put("step", link.step()));
    }
    return json;
  }

  private static ObjectNode input(RunInfo.DatasetInput input) {
    ObjectNode json = object();
    pairs(json, "tags", input.tags());
    RunInfo.Dataset dataset = input.dataset();
    ObjectNode described =
        json.putObject("dataset")
            .put("name", dataset.name())
            .put("digest", dataset.digest())
            .put("source_type", dataset.sourceType())
            .put("source", dataset.source());
    dataset.schema().ifPresent(text -> described.put("schema", text));
    dataset.profile().ifPresent(text -> described.put("profile", text));
    return json;
  }

  static ObjectNode model(LoggedModel model) {
    ObjectNode json = object();
    ObjectNode info =
        json.putObject("info")
            .put("model_id", model.id())
            .put("experiment_id", Long.toString(model.experiment()))
            .put("name", model.name())
            .put("creation_timestamp_ms", model.createdAt())
            .put("last_updated_timestamp_ms", model.updatedAt())
            .put("artifact_uri", model.artifactUri())
            .put("status", model.status().name())
            .put("model_type", model.modelType())
            .put("source_run_id", model.sourceRunId());
    pairs(info, "tags", model.tags());
    ObjectNode data = json.putObject("data");
    pairs(data, "params", model.params());
    if (!model.metrics().isEmpty()) {
      ArrayNode metrics = data.putArray("metrics");
      for (LoggedModel.Measured measured : model.metrics()) {
        ObjectNode metric =
            point(
                measured.key(), new MetricPoint(measured.at(), measured.step(), measured.value()));
        metric.put("model_id", model.id()).put("run_id", measured.runId());
        measured.datasetName().ifPresent(name -> metric.put("dataset_name", name));
        measured.datasetDigest().ifPresent(digest -> metric.put("dataset_digest", digest));
        metrics.add(metric);
      }
    }
    return json;
  }

  /** What a folder holds. */
  static void files(
      ObjectNode json, List<ArtifactEntry> entries, java.util.function.UnaryOperator<String> path) {
    if (!entries.isEmpty()) {
      ArrayNode files = json.putArray("files");
      for (ArtifactEntry entry : entries) {
        ObjectNode file =
            files
                .addObject()
                .put("path", path.apply(entry.path().text()))
                .put("is_dir", entry.folder());
        // MLflow leaves the size of an empty file out too.
        if (entry.bytes() > 0) {
          file.put("file_size", entry.bytes());
        }
      }
    }
  }
}
