package dev.espalier.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.Webhook.Event;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.wire.Checks;
import dev.espalier.tracking.wire.Fields;
import dev.espalier.tracking.wire.WireRoutes;
import java.util.List;
import java.util.Optional;

/** Webhooks over MLflow's REST. A secret goes in and never comes out. */
public final class MlflowWebhookRoutes extends WireRoutes {
  private static final List<String> STATUSES = List.of("ACTIVE", "DISABLED");
  private final Webhooks webhooks;

  public MlflowWebhookRoutes(Webhooks webhooks) {
    this.webhooks = webhooks;
  }

  @Override
  protected List<Operation> operations() {
    return List.of(
        post("webhooks", r -> wrapped(webhooks.create(draft(r)))),
        get("webhooks", this::list),
        get("webhooks/{webhook_id}", r -> wrapped(webhooks.get(r.required("webhook_id")))),
        patch(
            "webhooks/{webhook_id}",
            r -> wrapped(webhooks.change(r.required("webhook_id"), draft(r)))),
        delete("webhooks/{webhook_id}", this::delete),
        post("webhooks/{webhook_id}/test", this::test));
  }

  private static Event event(Fields fields) {
    Event event = new Event(fields.required("entity"), fields.required("action"));
    if (event.ofBoard()) {
      throw EspalierException.invalidField(
          "events",
          "choice",
          "The registry tells nothing of questions; a board's webhooks are made with POST /api/v1/canvases/{product}/webhooks.",
          Optional.of("MODEL_VERSION.CREATED"));
    }
    return event;
  }

  private static Webhooks.Draft draft(Fields request) {
    return new Webhooks.Draft(
        request.text("name").filter(text -> !text.isEmpty()),
        request.text("description"),
        request.text("url").filter(text -> !text.isEmpty()),
        request.objects("events").stream().map(MlflowWebhookRoutes::event).distinct().toList(),
        request.text("secret").filter(text -> !text.isEmpty()),
        request.choice("status", 1, STATUSES).map("ACTIVE"::equals));
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static ObjectNode wrapped(Webhook webhook) {
    ObjectNode json = object();
    json.set("webhook", json(webhook));
    return json;
  }

  private static ObjectNode json(Webhook webhook) {
    ObjectNode json = object().put("webhook_id", webhook.id()).put("name", webhook.name());
    if (!webhook.description().isEmpty()) {
      json.put("description", webhook.description());
    }
    json.put("url", webhook.url());
    ArrayNode events = json.putArray("events");
    webhook
        .events()
        .forEach(event ->
            events.addObject().put("entity", event.entity()).put("action", event.action()));
    return json.put("status", webhook.active() ? "ACTIVE" : "DISABLED")
        .put("creation_timestamp", webhook.createdAt())
        .put("last_updated_timestamp", webhook.updatedAt());
  }

  private JsonNode list(Fields request) {
    int limit = Checks.page(request.number("max_results"), 100, 1_000);
    String query = "webhooks";
    String after =
        request
            .text("page_token")
            .filter(token -> !token.isEmpty())
            .map(token -> String.valueOf(Cursor.parse(token, query, 1).keys().getFirst()))
            .orElse("");
    List<Webhook> rest = webhooks.all();
    for (int i = 0; i < rest.size(); i++) {
      if (rest.get(i).id().equals(after)) {
        rest = rest.subList(i + 1, rest.size());
      }
    }
    ObjectNode json = object();
    List<Webhook> page = rest.subList(0, Math.min(limit, rest.size()));
    if (!page.isEmpty()) {
      ArrayNode array = json.putArray("webhooks");
      page.forEach(webhook -> array.add(json(webhook)));
    }
    if (rest.size() > page.size()) {
      json.put("next_page_token", new Cursor(List.of(page.getLast().id())).token(query));
    }
    return json;
  }

  private JsonNode delete(Fields request) {
    webhooks.delete(request.required("webhook_id"));
    return object();
  }

  private JsonNode test(Fields request) {
    Optional<Event> event =
        request.has("event") ? Optional.of(event(request.object("event"))) : Optional.empty();
    Webhooks.Outcome outcome = webhooks.test(request.required("webhook_id"), event);
    ObjectNode json = object();
    ObjectNode result = json.putObject("result").put("success", outcome.success());
    outcome.status().filter(status -> status > 0).ifPresent(s -> result.put("response_status", s));
    if (!outcome.body().isEmpty()) {
      result.put("response_body", outcome.body());
    }
    outcome.error().ifPresent(error -> result.put("error_message", error));
    return json;
  }
}
