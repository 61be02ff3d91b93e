package dev.espalier.registry;

import dev.espalier.canvas.State;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.JsonRoutes;
import dev.espalier.registry.Webhook.Event;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Who is told when a product's board changes. A secret goes in and never comes out. */
public final class BoardWebhookRoutes extends JsonRoutes {
  private static final List<State> BY_DEFAULT = List.of(State.VIOLATED);
  private final Webhooks webhooks;
  private final Consumer<String> known;

  /**
   * @param known throws NOT_FOUND for a product without a canvas
   */
  public BoardWebhookRoutes(Webhooks webhooks, Consumer<String> known) {
    this.webhooks = webhooks;
    this.known = known;
  }

  /**
   * What is asked for.
   *
   * @param states the states whose beginning is told; VIOLATED where none is named
   * @param secret what deliveries are signed with; unsigned without one
   */
  record BoardWebhookRequest(
      String name, String url, Optional<List<State>> states, Optional<String> secret) {}

  /**
   * What is kept.
   *
   * @param signed whether deliveries carry a signature
   * @param waiting deliveries that have not been made yet
   */
  record BoardWebhook(
      String id,
      String name,
      String url,
      List<State> states,
      boolean signed,
      Instant createdAt,
      long waiting) {}

  /** What a test delivery came to. */
  record BoardWebhookTest(
      boolean success, Optional<Integer> status, String answer, Optional<String> problem) {}

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/canvases/{product}/webhooks", safely(this::list))
        .post("/canvases/{product}/webhooks", safely(this::create))
        .post("/canvases/{product}/webhooks/{id}/test", safely(this::test))
        .post("/canvases/{product}/webhooks/{id}/remove", safely(this::remove));
  }

  private void list(ServerRequest request, ServerResponse response) {
    send(response, views(product(request)));
  }

  private String product(ServerRequest request) {
    String product = path(request, "product");
    known.accept(product);
    return product;
  }

  private List<BoardWebhook> views(String product) {
    return webhooks.all(product).stream().map(this::view).toList();
  }

  private BoardWebhook view(Webhook webhook) {
    return new BoardWebhook(
        webhook.id(),
        webhook.name(),
        webhook.url(),
        webhook.events().stream().map(event -> State.valueOf(event.action())).toList(),
        !webhook.secret().isEmpty(),
        Instant.ofEpochMilli(webhook.createdAt()),
        webhooks.waiting(webhook));
  }

  private void create(ServerRequest request, ServerResponse response) {
    String product = product(request);
    BoardWebhookRequest asked = body(request, BoardWebhookRequest.class);
    List<State> states =
        asked.states().filter(named -> !named.isEmpty()).orElse(BY_DEFAULT).stream()
            .distinct()
            .toList();
    if (asked.name().isBlank()) {
      throw EspalierException.invalidField(
          "name", "required", "A webhook needs a name.", Optional.of("on-call"));
    }
    webhooks.check(asked.url());
    Webhook made =
        webhooks.create(
            new Webhooks.Draft(
                Optional.of(asked.name().strip()),
                Optional.empty(),
                Optional.of(asked.url()),
                states.stream().map(Event::turned).toList(),
                asked.secret().filter(secret -> !secret.isEmpty()),
                Optional.empty()),
            product);
    send(response, view(made));
  }

  private void test(ServerRequest request, ServerResponse response) {
    Webhooks.Outcome outcome = webhooks.test(webhooks.of(product(request), path(request, "id")));
    send(
        response,
        new BoardWebhookTest(
            outcome.success(),
            outcome.status().filter(status -> status > 0),
            outcome.body(),
            outcome.error()));
  }

  private void remove(ServerRequest request, ServerResponse response) {
    String product = product(request);
    webhooks.delete(webhooks.of(product, path(request, "id")));
    send(response, views(product));
  }
}
