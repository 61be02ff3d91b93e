package dev.espalier.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.registry.RegisteredModel.Version;
import dev.espalier.tracking.Found;
import dev.espalier.tracking.MlflowArtifactRoutes;
import dev.espalier.tracking.Tracking;
import dev.espalier.tracking.wire.Checks;
import dev.espalier.tracking.wire.Fields;
import dev.espalier.tracking.wire.Rights;
import dev.espalier.tracking.wire.WireRoutes;
import io.helidon.webserver.http.HttpRules;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Registered models, versions, stages, aliases and tags over MLflow's REST. */
public final class MlflowRegistryRoutes extends WireRoutes {
  private final ClientModels models;
  private final ArtifactTree tree;

  public MlflowRegistryRoutes(
      Registry registry,
      AliasRules rules,
      Tracking tracking,
      ArtifactTree tree,
      InstantSource machine) {
    this.models = new ClientModels(registry, rules, tracking, tree, machine);
    this.tree = tree;
  }

  @Override
  public void routing(HttpRules rules) {
    super.routing(rules);
    rules.get(
        "/model-versions/get-artifact",
        mlflow((request, response) -> {
          Fields query = query(request);
          ArtifactPath path = ArtifactPath.of(query.required("path"));
          rights(request).mayRegistered(query.required("name"), Rights.Level.READ);
          Version version = models.version(query.required("name"), query.required("version"));
          MlflowArtifactRoutes.send(
              response, tree, MlflowArtifactRoutes.root(version.location()).resolve(path));
        }));
  }

  @Override
  protected List<Operation> operations() {
    return List.of(
        post("registered-models/create", this::create),
        post(
            "registered-models/rename",
            r -> model(models.rename(r.required("name"), r.required("new_name")))),
        patch(
            "registered-models/update",
            r -> model(models.describe(r.required("name"), r.textOr("description", "")))),
        delete("registered-models/delete", r -> done(() -> models.delete(r.required("name")))),
        get("registered-models/get", r -> model(models.get(r.required("name")))),
        get("registered-models/search", this::searchModels),
        get("registered-models/get-latest-versions", this::latest),
        post("registered-models/get-latest-versions", this::latest),
        post("registered-models/set-tag", this::setTag),
        delete("registered-models/delete-tag", this::deleteTag),
        post("registered-models/alias", this::setAlias),
        delete("registered-models/alias", this::deleteAlias),
        get(
            "registered-models/alias",
            r -> version(models.alias(r.required("name"), r.required("alias")))),
        post("model-versions/create", this::register),
        patch(
            "model-versions/update",
            r ->
                version(
                    models.describe(
                        r.required("name"), r.required("version"), r.textOr("description", "")))),
        delete(
            "model-versions/delete",
            r -> done(() -> models.deleteVersion(r.required("name"), r.required("version")))),
        get(
            "model-versions/get",
            r -> version(models.version(r.required("name"), r.required("version")))),
        get("model-versions/search", this::searchVersions),
        get(
            "model-versions/get-download-uri",
            r ->
                object()
                    .put(
                        "artifact_uri",
                        models.version(r.required("name"), r.required("version")).location())),
        post(
            "model-versions/transition-stage",
            r ->
                version(
                    models.stage(
                        r.required("name"),
                        r.required("version"),
                        r.required("stage"),
                        r.flag("archive_existing_versions", false)))),
        post("model-versions/set-tag", this::setVersionTag),
        delete("model-versions/delete-tag", this::deleteVersionTag));
  }

  private JsonNode setTag(Fields r) {
    models.setTag(r.required("name"), r.required("key"), r.textOr("value", ""));
    return object();
  }

  private JsonNode deleteTag(Fields r) {
    models.deleteTag(r.required("name"), r.required("key"));
    return object();
  }

  private JsonNode setAlias(Fields r) {
    models.setAlias(r.required("name"), r.required("alias"), r.required("version"), r.caller());
    return object();
  }

  private JsonNode deleteAlias(Fields r) {
    models.deleteAlias(r.required("name"), r.required("alias"), r.caller());
    return object();
  }

  private JsonNode setVersionTag(Fields r) {
    models.setVersionTag(
        r.required("name"), r.required("version"), r.required("key"), r.textOr("value", ""));
    return object();
  }

  private JsonNode deleteVersionTag(Fields r) {
    models.deleteVersionTag(r.required("name"), r.required("version"), r.required("key"));
    return object();
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static JsonNode done(Runnable change) {
    change.run();
    return object();
  }

  private static Map<String, String> tags(Fields request) {
    Map<String, String> tags = new LinkedHashMap<>();
    for (Fields tag : request.objects("tags")) {
      tags.put(tag.required("key"), tag.textOr("value", ""));
    }
    return tags;
  }

  private JsonNode create(Fields request) {
    return model(
        models.create(request.required("name"), request.textOr("description", ""), tags(request)));
  }

  private JsonNode register(Fields request) {
    return version(
        models.register(
            new ClientModels.Draft(
                request.required("name"),
                request.required("source"),
                request.textOr("run_id", ""),
                request.textOr("model_id", ""),
                request.textOr("run_link", ""),
                request.textOr("description", ""),
                tags(request))));
  }

  private JsonNode latest(Fields request) {
    ObjectNode json = object();
    array(
        json,
        "model_versions",
        models.latest(request.required("name"), request.texts("stages")).stream()
            .map(MlflowRegistryRoutes::json)
            .toList());
    return json;
  }

  private static Optional<String> token(Fields request) {
    return request.text("page_token").filter(token -> !token.isEmpty());
  }

  private JsonNode searchModels(Fields request) {
    Found<RegisteredModel> found =
        models.models(
            request.textOr("filter", ""),
            request.texts("order_by"),
            request.rights().models(),
            token(request),
            Checks.page(request.number("max_results"), 100, 1_000));
    ObjectNode json = object();
    array(
        json, "registered_models", found.rows().stream().map(MlflowRegistryRoutes::json).toList());
    found.token().ifPresent(token -> json.put("next_page_token", token));
    return json;
  }

  private JsonNode searchVersions(Fields request) {
    Found<Version> found =
        models.versions(
            request.textOr("filter", ""),
            request.texts("order_by"),
            request.rights().models(),
            token(request),
            Checks.page(request.number("max_results"), 200_000, 200_000));
    ObjectNode json = object();
    array(json, "model_versions", found.rows().stream().map(MlflowRegistryRoutes::json).toList());
    found.token().ifPresent(token -> json.put("next_page_token", token));
    return json;
  }

  private static void array(ObjectNode json, String name, List<ObjectNode> elements) {
    if (!elements.isEmpty()) {
      ArrayNode array = json.putArray(name);
      elements.forEach(array::add);
    }
  }

  private static ObjectNode model(RegisteredModel model) {
    ObjectNode json = object();
    json.set("registered_model", json(model));
    return json;
  }

  private static ObjectNode version(Version version) {
    ObjectNode json = object();
    json.set("model_version", json(version));
    return json;
  }

  private static List<ObjectNode> pairs(Map<String, String> texts) {
    return texts.entrySet().stream()
        .map(entry -> object().put("key", entry.getKey()).put("value", entry.getValue()))
        .toList();
  }

  private static ObjectNode json(RegisteredModel model) {
    ObjectNode json =
        object()
            .put("name", model.name())
            .put("creation_timestamp", model.createdAt())
            .put("last_updated_timestamp", model.updatedAt());
    if (!model.description().isEmpty()) {
      json.put("description", model.description());
    }
    array(
        json, "latest_versions", model.latest().stream().map(MlflowRegistryRoutes::json).toList());
    array(json, "tags", pairs(model.tags()));
    array(
        json,
        "aliases",
        model.aliases().entrySet().stream()
            .map(entry ->
                object().put("alias", entry.getKey()).put("version", entry.getValue().toString()))
            .toList());
    return json;
  }

  private static ObjectNode json(Version version) {
    ObjectNode json =
        object()
            .put("name", version.name())
            .put("version", Integer.toString(version.number()))
            .put("creation_timestamp", version.createdAt())
            .put("last_updated_timestamp", version.updatedAt())
            .put("description", version.description());
    if (!version.user().isEmpty()) {
      json.put("user_id", version.user());
    }
    json.put("current_stage", version.stage())
        .put("source", version.source())
        .put("run_id", version.runId())
        .put("run_link", version.runLink())
        .put("status", "READY");
    if (!version.modelId().isEmpty()) {
      json.put("model_id", version.modelId());
    }
    array(json, "tags", pairs(version.tags()));
    if (!version.aliases().isEmpty()) {
      ArrayNode aliases = json.putArray("aliases");
      version.aliases().forEach(aliases::add);
    }
    return json;
  }
}
