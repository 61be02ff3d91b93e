package dev.espalier.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.Events;
import dev.espalier.registry.RegisteredModel.Version;
import dev.espalier.registry.Webhook.Event;
import java.util.Map;
import java.util.Optional;

/**
 * Tells of every change in the registry, whoever made it: the stream of events, and webhooks in
 * MLflow's shapes. Called inside the transaction of the change, so that what is told and what
 * happened are durable together or not at all. Thread-safe.
 */
public final class RegistryNews {
  private static final String TEXT = "mlflow.prompt.text";
  private final Events events;
  private final Optional<Webhooks> webhooks;

  /** Tells the stream of events only. */
  public RegistryNews(Events events) {
    this(events, Optional.empty());
  }

  /** Tells webhooks too. */
  public RegistryNews(Events events, Webhooks webhooks) {
    this(events, Optional.of(webhooks));
  }

  private RegistryNews(Events events, Optional<Webhooks> webhooks) {
    this.events = events;
    this.webhooks = webhooks;
  }

  private static ObjectNode about(String name) {
    return JsonNodeFactory.instance.objectNode().put("name", name);
  }

  private static void tags(ObjectNode data, Map<String, String> tags) {
    ObjectNode object = data.putObject("tags");
    tags.forEach(object::put);
  }

  private void tell(String entity, String action, ObjectNode data) {
    webhooks.ifPresent(hooks -> hooks.publish(new Event(entity, action), data));
  }

  /** A client made a name. */
  void created(RegisteredModel model) {
    events.publish(model.name(), "model.created", about(model.name()));
    shown(model);
  }

  /** A name is there for clients to see; of a pipeline's, its first version is the event. */
  void shown(RegisteredModel model) {
    ObjectNode data = about(model.name()).put("description", model.description());
    tags(data, model.tags());
    tell(model.prompt() ? "PROMPT" : "REGISTERED_MODEL", "CREATED", data);
  }

  /** A version of a client. */
  void registered(Version version) {
    events.publish(
        version.name(),
        "model.registered",
        about(version.name())
            .put("number", version.number())
            .put("version", version.version())
            .put("source", version.source()));
    told(version);
  }

  /** A version of a pipeline, and how clients see it. */
  void registered(ModelVersion version, Version seen) {
    events.publish(version.product(), "version.registered", version);
    told(seen);
  }

  private void told(Version version) {
    ObjectNode data = about(version.name()).put("version", Integer.toString(version.number()));
    if (version.prompt()) {
      data.put("template", version.tags().getOrDefault(TEXT, ""));
    } else {
      data.put("source", version.source()).put("run_id", version.runId());
    }
    data.put("description", version.description());
    tags(data, version.tags());
    tell(version.prompt() ? "PROMPT_VERSION" : "MODEL_VERSION", "CREATED", data);
  }

  /** Of models only prompts' tags are told. */
  void modelTagged(RegisteredModel model, String key, String text) {
    if (model.prompt()) {
      tell("PROMPT_TAG", "SET", about(model.name()).put("key", key).put("value", text));
    }
  }

  void modelUntagged(RegisteredModel model, String key) {
    if (model.prompt()) {
      tell("PROMPT_TAG", "DELETED", about(model.name()).put("key", key));
    }
  }

  void tagged(RegisteredModel model, String version, String key, String text) {
    tell(
        model.prompt() ? "PROMPT_VERSION_TAG" : "MODEL_VERSION_TAG",
        "SET",
        about(model.name()).put("version", version).put("key", key).put("value", text));
  }

  void untagged(RegisteredModel model, String version, String key) {
    tell(
        model.prompt() ? "PROMPT_VERSION_TAG" : "MODEL_VERSION_TAG",
        "DELETED",
        about(model.name()).put("version", version).put("key", key));
  }

  /** An alias names a version now; webhooks hear of it even where it named it before. */
  void aliased(RegisteredModel model, AliasMove move, int number) {
    if (!move.from().equals(Optional.of(move.to()))) {
      events.publish(move.product(), "alias.moved", move);
    }
    tell(
        model.prompt() ? "PROMPT_ALIAS" : "MODEL_VERSION_ALIAS",
        "CREATED",
        about(model.name()).put("alias", move.alias()).put("version", Integer.toString(number)));
  }

  void unaliased(RegisteredModel model, AliasMove move) {
    if (move.from().isPresent()) {
      events.publish(move.product(), "alias.moved", move);
    }
    tell(
        model.prompt() ? "PROMPT_ALIAS" : "MODEL_VERSION_ALIAS",
        "DELETED",
        about(model.name()).put("alias", move.alias()));
  }
}
