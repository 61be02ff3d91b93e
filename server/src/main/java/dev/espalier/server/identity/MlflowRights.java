package dev.espalier.server.identity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.platform.Caller;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.wire.Fields;
import dev.espalier.tracking.wire.Rights;
import dev.espalier.tracking.wire.Visible;
import java.util.List;
import java.util.Optional;

/** The rights of one caller; see {@link Ownership} for where they come from. */
final class MlflowRights implements Rights {
  private final Caller caller;
  private final Ownership ownership;
  private final boolean everything;

  MlflowRights(Caller caller, Ownership ownership) {
    this.caller = caller;
    this.ownership = ownership;
    this.everything = ownership.administers(caller);
  }

  @Override
  public void mayCall(String method, String path, Fields fields) {
    if (!everything) {
      MlflowPolicies.of(method, path)
          .orElseThrow(() -> denied("%s %s".formatted(method, path), "an administrator"))
          .check(this, fields);
    }
  }

  @Override
  public void called(String method, String path, Fields fields, JsonNode answer) {
    MlflowUserStore grants = ownership.grants();
    switch (method + " " + path) {
      case "POST /mlflow/experiments/create" ->
          made(Grant.Kind.EXPERIMENT, answer.path("experiment_id").asText());
      case "POST /mlflow/registered-models/create" ->
          made(Grant.Kind.REGISTERED_MODEL, fields.required("name"));
      case "POST /mlflow/registered-models/rename" -> {
        String to = fields.required("new_name");
        if (!to.equals(fields.required("name"))) {
          grants.rename(Grant.Kind.REGISTERED_MODEL, fields.required("name"), to);
        }
      }
      case "DELETE /mlflow/registered-models/delete" ->
          grants.forget(Grant.Kind.REGISTERED_MODEL, fields.required("name"));
      default -> {
        // Nothing else makes or ends what can be shared.
      }
    }
  }

  private void made(Grant.Kind kind, String resource) {
    if (caller.isNamed()) {
      ownership.grants().own(new Grant(caller.user(), kind, resource, Level.MANAGE));
    } else {
      ownership.grants().forget(kind, resource);
    }
  }

  @Override
  public void mayExperiment(long experiment, Level level) {
    if (!everything && ownership.experiments().name(experiment).isPresent()) {
      require(Grant.Kind.EXPERIMENT, Long.toString(experiment), level);
    }
  }

  private void require(Grant.Kind kind, String resource, Level level) {
    if (!ownership.level(caller.user(), kind, resource).atLeast(level)) {
      throw denied(
          "%s %s".formatted(kind == Grant.Kind.EXPERIMENT ? "experiment" : "model", resource),
          "the permission %s".formatted(level));
    }
  }

  private EspalierException denied(String what, String needs) {
    return new EspalierException(
        ErrorCode.DENIED,
        "Permission denied: %s needs %s on %s. Whoever manages it can grant that."
            .formatted(caller.user(), needs, what));
  }

  private void belonging(Optional<Long> experiment, Level level) {
    experiment.ifPresent(id -> mayExperiment(id, level));
  }

  @Override
  public void mayNamed(String experiment, Level level) {
    if (!everything) {
      belonging(ownership.experiments().named(experiment), level);
    }
  }

  @Override
  public void mayRun(String run, Level level) {
    if (!everything) {
      belonging(ownership.experiments().ofRun(run), level);
    }
  }

  @Override
  public void mayLoggedModel(String model, Level level) {
    if (!everything) {
      belonging(ownership.experiments().ofLoggedModel(model), level);
    }
  }

  @Override
  public void mayTrace(String trace, Level level) {
    if (!everything) {
      belonging(ownership.experiments().ofTrace(trace), level);
    }
  }

  @Override
  public void mayArtifacts(ArtifactPath path, Level level) {
    if (!everything) {
      List<Long> experiments = ownership.experiments().ofArtifacts(path);
      if (experiments.isEmpty()) {
        throw denied("the artifacts at '%s'".formatted(path.text()), "an administrator");
      }
      experiments.forEach(experiment -> mayExperiment(experiment, level));
    }
  }

  @Override
  public void mayRegistered(String name, Level level) {
    if (!everything && ownership.isRegistered(name)) {
      require(Grant.Kind.REGISTERED_MODEL, name, level);
    }
  }

  @Override
  public Visible experiments() {
    return everything ? new Visible.All() : ownership.visible(caller.user(), Grant.Kind.EXPERIMENT);
  }

  @Override
  public Visible models() {
    return everything
        ? new Visible.All()
        : ownership.visible(caller.user(), Grant.Kind.REGISTERED_MODEL);
  }
}
