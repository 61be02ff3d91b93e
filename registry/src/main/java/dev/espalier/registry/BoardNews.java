package dev.espalier.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.Events;
import dev.espalier.platform.Json;
import dev.espalier.registry.Webhook.Event;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns changes of a board into deliveries. It follows the stream of events, so that nobody who
 * changes a board waits for it; how far each webhook has been told is stored with what it is told.
 * Used by one thread, the courier's; {@code latest} by any.
 */
final class BoardNews {
  private static final int AT_ONCE = 500;

  /** As many changes as one delivery holds; a first canvas changes ninety. */
  private static final int MOST = 200;

  private final WebhookStore store;
  private final Events events;
  private final InstantSource machine;
  private final Map<String, Long> looked = new HashMap<>();

  BoardNews(WebhookStore store, Events events, InstantSource machine) {
    this.store = store;
    this.events = events;
    this.machine = machine;
  }

  long latest() {
    return events.latest();
  }

  /** Looks at what has happened since the last time. */
  void collect() {
    List<Webhook> hooks =
        store.all().stream().filter(webhook -> !webhook.product().isEmpty()).toList();
    if (hooks.isEmpty()) {
      return;
    }
    long from = hooks.stream().mapToLong(this::seen).min().orElse(0);
    List<Events.Event> news = events.after(from, AT_ONCE);
    if (news.isEmpty()) {
      return;
    }
    for (Webhook hook : hooks) {
      Looked looked = look(hook, news);
      if (!looked.changes().isEmpty() || news.size() == AT_ONCE) {
        Optional<String> body =
            looked.changes().isEmpty()
                ? Optional.empty()
                : Optional.of(body(hook, looked.changes()));
        store.told(hook, looked.to(), body, machine.millis());
      }
      this.looked.put(hook.id(), Math.max(looked.to(), seen(hook)));
    }
  }

  /** What a webhook asked to hear of, and up to which event; the rest is for the next look. */
  private record Looked(ArrayNode changes, long to) {}

  private long seen(Webhook hook) {
    return Math.max(hook.toldTo(), looked.getOrDefault(hook.id(), 0L));
  }

  private Looked look(Webhook hook, List<Events.Event> news) {
    ArrayNode changes = JsonNodeFactory.instance.arrayNode();
    for (Events.Event event : news) {
      if (hook.active()
          && event.seq() > seen(hook)
          && event.product().equals(hook.product())
          && event.type().equals("conformance.changed")) {
        JsonNode change = Json.tree(event.data());
        if (hook.events().contains(new Event(Webhook.QUESTION, change.path("to").asText()))) {
          changes.add(linked(hook.product(), change));
        }
      }
      if (changes.size() == MOST) {
        return new Looked(changes, event.seq());
      }
    }
    return new Looked(changes, news.getLast().seq());
  }

  private static ObjectNode linked(String product, JsonNode change) {
    ObjectNode linked = change.deepCopy();
    return linked.put(
        "page",
        "/p/%s?q=%s"
            .formatted(
                product,
                URLEncoder.encode(change.path("question").asText(), StandardCharsets.UTF_8)));
  }

  /** What a test delivery holds. */
  String example(Webhook hook) {
    ObjectNode change = JsonNodeFactory.instance.objectNode();
    change
        .put("at", machine.instant().toString())
        .put("question", "objectives")
        .put("from", "CONFORMS")
        .put("to", hook.events().getFirst().action())
        .put("reason", "This is a test: nothing has changed.");
    return body(hook, JsonNodeFactory.instance.arrayNode().add(linked(hook.product(), change)));
  }

  private String body(Webhook hook, ArrayNode changes) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("event", "board.changed")
        .put("product", hook.product())
        .put("timestamp", machine.instant().toString())
        .set("changes", changes);
    return Json.write(body);
  }
}
