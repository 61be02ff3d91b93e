package dev.espalier.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.registry.RegisteredModel.Version;
import dev.espalier.registry.Webhook.Event;
import java.util.Map;

/** What webhooks are told of a client's changes, in MLflow's shapes. */
final class RegistryNews {
  private static final String TEXT = "mlflow.prompt.text";
  private final Webhooks webhooks;
  private final ClientModels models;

  RegistryNews(Webhooks webhooks, ClientModels models) {
    this.webhooks = webhooks;
    this.models = models;
  }

  private static boolean prompt(Map<String, String> tags) {
    return "true".equalsIgnoreCase(tags.get(ClientModelSearchStore.PROMPT));
  }

  private String kind(String name, String ofModel, String ofPrompt) {
    return prompt(models.get(name).tags()) ? ofPrompt : ofModel;
  }

  private static ObjectNode about(String name) {
    return JsonNodeFactory.instance.objectNode().put("name", name);
  }

  private static void tags(ObjectNode data, Map<String, String> tags) {
    ObjectNode object = data.putObject("tags");
    tags.forEach(object::put);
  }

  RegisteredModel created(RegisteredModel model) {
    ObjectNode data = about(model.name()).put("description", model.description());
    tags(data, model.tags());
    webhooks.publish(
        new Event(prompt(model.tags()) ? "PROMPT" : "REGISTERED_MODEL", "CREATED"), data);
    return model;
  }

  Version registered(Version version) {
    boolean prompt = prompt(version.tags());
    ObjectNode data = about(version.name()).put("version", Integer.toString(version.number()));
    if (prompt) {
      data.put("template", version.tags().getOrDefault(TEXT, ""));
    } else {
      data.put("source", version.source()).put("run_id", version.runId());
    }
    data.put("description", version.description());
    tags(data, version.tags());
    webhooks.publish(new Event(prompt ? "PROMPT_VERSION" : "MODEL_VERSION", "CREATED"), data);
    return version;
  }

  /** Of models only prompts' tags are told. */
  void modelTagged(String name, String key, String text) {
    if (prompt(models.get(name).tags())) {
      webhooks.publish(
          new Event("PROMPT_TAG", "SET"), about(name).put("key", key).put("value", text));
    }
  }

  void modelUntagged(String name, String key) {
    if (prompt(models.get(name).tags())) {
      webhooks.publish(new Event("PROMPT_TAG", "DELETED"), about(name).put("key", key));
    }
  }

  void tagged(String name, String version, String key, String text) {
    webhooks.publish(
        new Event(kind(name, "MODEL_VERSION_TAG", "PROMPT_VERSION_TAG"), "SET"),
        about(name).put("version", version).put("key", key).put("value", text));
  }

  void untagged(String name, String version, String key) {
    webhooks.publish(
        new Event(kind(name, "MODEL_VERSION_TAG", "PROMPT_VERSION_TAG"), "DELETED"),
        about(name).put("version", version).put("key", key));
  }

  void aliased(String name, String alias, String version) {
    webhooks.publish(
        new Event(kind(name, "MODEL_VERSION_ALIAS", "PROMPT_ALIAS"), "CREATED"),
        about(name).put("alias", alias).put("version", version));
  }

  void unaliased(String name, String alias) {
    webhooks.publish(
        new Event(kind(name, "MODEL_VERSION_ALIAS", "PROMPT_ALIAS"), "DELETED"),
        about(name).put("alias", alias));
  }
}
