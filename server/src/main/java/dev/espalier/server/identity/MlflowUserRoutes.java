package dev.espalier.server.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.Caller;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.wire.Checks;
import dev.espalier.tracking.wire.Fields;
import dev.espalier.tracking.wire.MlflowCode;
import dev.espalier.tracking.wire.Rights.Level;
import dev.espalier.tracking.wire.WireRoutes;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * MLflow's users and their permissions: those of API 2.0 per experiment and registered model, and
 * the grants of API 3.0 that the 3.17 client asks for.
 */
public final class MlflowUserRoutes extends WireRoutes {
  private static final List<String> LEVELS =
      Arrays.stream(Level.values()).map(Level::name).toList();
  private final MlflowUsers users;
  private final Ownership ownership;

  public MlflowUserRoutes(Ownership ownership) {
    this.users = ownership.users();
    this.ownership = ownership;
  }

  @Override
  protected List<Operation> operations() {
    return List.of(
        post("users/create", this::create),
        get("users/get", this::get),
        get("users/list", this::list),
        get("users/current", this::current),
        patch("users/update-password", this::password),
        patch("users/update-admin", this::administrator),
        delete("users/delete", this::remove),
        three(post("users/permissions/grant", this::grant)),
        three(post("users/permissions/revoke", this::revoke)),
        getThree("users/permissions/get", this::effective),
        post("experiments/permissions/create", r -> add(r, Grant.Kind.EXPERIMENT)),
        get("experiments/permissions/get", r -> show(r, Grant.Kind.EXPERIMENT)),
        patch("experiments/permissions/update", r -> change(r, Grant.Kind.EXPERIMENT)),
        delete("experiments/permissions/delete", r -> drop(r, Grant.Kind.EXPERIMENT)),
        post("registered-models/permissions/create", r -> add(r, Grant.Kind.REGISTERED_MODEL)),
        get("registered-models/permissions/get", r -> show(r, Grant.Kind.REGISTERED_MODEL)),
        patch("registered-models/permissions/update", r -> change(r, Grant.Kind.REGISTERED_MODEL)),
        delete("registered-models/permissions/delete", r -> drop(r, Grant.Kind.REGISTERED_MODEL)));
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** The machine's own user is nobody by name. */
  private static Caller caller(Fields request) {
    return request.caller().equals(Caller.LOCAL) ? Caller.local() : Caller.named(request.caller());
  }

  private void administrators(Fields request) {
    if (!ownership.administers(caller(request))) {
      throw denied("Permission denied: administrators manage users.");
    }
  }

  private void selfOrAdministrator(Fields request, String user) {
    if (!caller(request).user().equals(user)) {
      administrators(request);
    }
  }

  private static EspalierException denied(String why) {
    return new EspalierException(ErrorCode.DENIED, why);
  }

  private JsonNode create(Fields request) {
    administrators(request);
    return wrapped(users.create(request.required("username"), request.required("password")));
  }

  private JsonNode get(Fields request) {
    String name = request.required("username");
    selfOrAdministrator(request, name);
    return wrapped(users.require(name));
  }

  private static ObjectNode brief(MlflowUser user) {
    return object()
        .put("id", user.id())
        .put("username", user.name())
        .put("is_admin", user.administrator());
  }

  private ObjectNode wrapped(MlflowUser user) {
    ObjectNode json = object();
    ObjectNode about = brief(user);
    ArrayNode experiments = about.putArray("experiment_permissions");
    ArrayNode models = about.putArray("registered_model_permissions");
    about.putArray("scorer_permissions");
    for (Grant grant : users.store().of(user.name())) {
      (grant.kind() == Grant.Kind.EXPERIMENT ? experiments : models).add(json(user, grant));
    }
    json.set("user", about);
    return json;
  }

  private static ObjectNode json(MlflowUser user, Grant grant) {
    return object()
        .put(resourceField(grant.kind()), grant.resource())
        .put("user_id", user.id())
        .put("permission", grant.level().name());
  }

  private static String resourceField(Grant.Kind kind) {
    return kind == Grant.Kind.EXPERIMENT ? "experiment_id" : "name";
  }

  private JsonNode list(Fields request) {
    administrators(request);
    ObjectNode json = object();
    ArrayNode all = json.putArray("users");
    for (MlflowUser user : users.all()) {
      ObjectNode each = brief(user);
      each.putArray("roles");
      all.add(each);
    }
    return json;
  }

  private JsonNode current(Fields request) {
    Caller caller = caller(request);
    ObjectNode json = object();
    json.set(
        "user",
        users
            .find(caller.user())
            .map(MlflowUserRoutes::brief)
            .orElseGet(() ->
                object()
                    .put("username", caller.user())
                    .put("is_admin", ownership.administers(caller))));
    return json.put("is_basic_auth", users.find(caller.user()).isPresent());
  }

  private JsonNode password(Fields request) {
    String name = request.required("username");
    selfOrAdministrator(request, name);
    users.password(name, request.required("password"));
    return object();
  }

  private JsonNode administrator(Fields request) {
    administrators(request);
    String name = request.required("username");
    if (!request.has("is_admin")) {
      String _ = request.required("is_admin");
    }
    users.administrator(
        name,
        request.flag("is_admin", false) ? MlflowUsers.Rank.ADMINISTRATOR : MlflowUsers.Rank.USER);
    return object();
  }

  private JsonNode remove(Fields request) {
    administrators(request);
    String name = request.required("username");
    if (caller(request).user().equals(name)) {
      throw MlflowCode.BAD_REQUEST.because(
          "Users cannot delete their own account. Ask another admin to delete this user instead.");
    }
    users.remove(name);
    return object();
  }

  private static Grant.Kind kind(Fields request) {
    String type = request.required("resource_type");
    return switch (type) {
      case "experiment" -> Grant.Kind.EXPERIMENT;
      case "registered_model", "prompt" -> Grant.Kind.REGISTERED_MODEL;
      default ->
          throw EspalierException.invalidField(
              "resource_type",
              "choice",
              "Invalid resource_type '%s': experiment, registered_model or prompt is expected."
                  .formatted(Checks.cut(100, type)),
              Optional.of("experiment"));
    };
  }

  private static Level level(Fields request) {
    String text = request.required("permission").toUpperCase(Locale.ROOT);
    if (!LEVELS.contains(text)) {
      throw EspalierException.invalidField(
          "permission",
          "choice",
          "Invalid permission '%s'. Valid permissions are: %s"
              .formatted(Checks.cut(100, text), LEVELS),
          Optional.of(Level.READ.name()));
    }
    return Level.valueOf(text);
  }

  /** Whoever manages a thing says who else may touch it. */
  private void manages(Fields request, Grant.Kind kind, String resource) {
    Caller caller = caller(request);
    if (!ownership.administers(caller)
        && !ownership.level(caller.user(), kind, resource).atLeast(Level.MANAGE)) {
      throw denied(
          "Permission denied: %s does not manage '%s'."
              .formatted(caller.user(), Checks.cut(200, resource)));
    }
  }

  /** The thing as grants name it; NOT_FOUND when there is none, so that no grant waits for one. */
  private String there(Grant.Kind kind, String resource) {
    return switch (kind) {
      case EXPERIMENT -> {
        long id = Checks.experimentId(resource);
        if (ownership.experiments().name(id).isEmpty()) {
          throw EspalierException.notFound("No Experiment with id=%d exists".formatted(id));
        }
        yield Long.toString(id);
      }
      case REGISTERED_MODEL -> {
        if (!ownership.isRegistered(resource)) {
          throw EspalierException.notFound(
              "Registered Model with name=%s not found".formatted(Checks.cut(200, resource)));
        }
        yield resource;
      }
    };
  }

  private JsonNode grant(Fields request) {
    Grant.Kind kind = kind(request);
    String resource = there(kind, request.required("resource_id"));
    manages(request, kind, resource);
    MlflowUser user = users.require(request.required("username"));
    users.store().put(new Grant(user.name(), kind, resource, level(request)));
    return object();
  }

  private JsonNode revoke(Fields request) {
    Grant.Kind kind = kind(request);
    String resource = there(kind, request.required("resource_id"));
    manages(request, kind, resource);
    dropped(users.require(request.required("username")), kind, resource);
    return object();
  }

  private void dropped(MlflowUser user, Grant.Kind kind, String resource) {
    if (!users.store().drop(user.name(), kind, resource)) {
      throw missing(user, kind, resource);
    }
  }

  private static EspalierException missing(MlflowUser user, Grant.Kind kind, String resource) {
    return EspalierException.notFound(
        "%s permission with %s=%s and username=%s not found"
            .formatted(
                kind == Grant.Kind.EXPERIMENT ? "Experiment" : "Registered model",
                resourceField(kind),
                Checks.cut(200, resource),
                user.name()));
  }

  /** What a user may do, whether it was granted or comes from a role. */
  private JsonNode effective(Fields request) {
    Grant.Kind kind = kind(request);
    String resource = request.required("resource_id");
    MlflowUser user = users.require(request.required("username"));
    if (!caller(request).user().equals(user.name())) {
      manages(request, kind, there(kind, resource));
    }
    Level level =
        user.administrator() ? Level.MANAGE : ownership.level(user.name(), kind, resource);
    return object().put("allowed", level.atLeast(Level.USE)).put("permission", level.name());
  }

  private JsonNode add(Fields request, Grant.Kind kind) {
    String resource = there(kind, request.required(resourceField(kind)));
    manages(request, kind, resource);
    MlflowUser user = users.require(request.required("username"));
    Grant grant = new Grant(user.name(), kind, resource, level(request));
    if (!users.store().add(grant)) {
      throw EspalierException.conflict(
          "%s permission (%s=%s, username=%s) already exists."
              .formatted(
                  kind == Grant.Kind.EXPERIMENT ? "Experiment" : "Registered model",
                  resourceField(kind),
                  Checks.cut(200, resource),
                  user.name()));
    }
    return wrapped(user, grant);
  }

  private static ObjectNode wrapped(MlflowUser user, Grant grant) {
    ObjectNode json = object();
    json.set(
        grant.kind() == Grant.Kind.EXPERIMENT
            ? "experiment_permission"
            : "registered_model_permission",
        json(user, grant));
    return json;
  }

  private JsonNode show(Fields request, Grant.Kind kind) {
    String resource = there(kind, request.required(resourceField(kind)));
    manages(request, kind, resource);
    MlflowUser user = users.require(request.required("username"));
    return wrapped(
        user,
        users
            .store()
            .level(user.name(), kind, resource)
            .map(level -> new Grant(user.name(), kind, resource, level))
            .orElseThrow(() -> missing(user, kind, resource)));
  }

  private JsonNode change(Fields request, Grant.Kind kind) {
    JsonNode _ = show(request, kind);
    String resource = there(kind, request.required(resourceField(kind)));
    users.store().put(new Grant(request.required("username"), kind, resource, level(request)));
    return object();
  }

  private JsonNode drop(Fields request, Grant.Kind kind) {
    String resource = there(kind, request.required(resourceField(kind)));
    manages(request, kind, resource);
    dropped(users.require(request.required("username")), kind, resource);
    return object();
  }
}
