package dev.espalier.canvas;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.espalier.platform.JsonRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * What belongs to the questions, over HTTP: schema, form metadata, a canvas as text, and what
 * members say about them.
 */
public final class QuestionRoutes extends JsonRoutes {
  private final Canvases canvases;

  public QuestionRoutes(Canvases canvases) {
    this.canvases = canvases;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/canvas-schema", safely((_, response) -> send(response, CanvasSchema.write())))
        .get("/questions", safely((_, response) -> send(response, QuestionForm.all())))
        .get("/canvases/{product}/export", safely(this::export))
        .get("/canvases/{product}/comments", safely(this::comments))
        .post("/canvases/{product}/comments", safely(this::comment))
        .post("/canvases/{product}/comments/{id}/settle", safely(this::settle));
  }

  private void comments(ServerRequest request, ServerResponse response) {
    send(response, canvases.comments().of(path(request, "product")));
  }

  private void comment(ServerRequest request, ServerResponse response) {
    Say body = body(request, Say.class);
    send(
        response,
        canvases
            .comments()
            .add(path(request, "product"), body.question(), body.text(), caller(request)));
  }

  private void settle(ServerRequest request, ServerResponse response) {
    send(
        response,
        canvases.comments().settle(path(request, "product"), path(request, "id"), caller(request)));
  }

  private void export(ServerRequest request, ServerResponse response) {
    String product = path(request, "product");
    String version = query(request, "version").orElseGet(() -> canvases.require(product).version());
    response
        .header(HeaderNames.CONTENT_TYPE, "application/yaml; charset=utf-8")
        .send(
            query(request, "comments").filter("yes"::equals).isPresent()
                ? canvases.exportWithComments(product, version)
                : canvases.export(product, version));
  }

  /** What somebody says about a question. */
  record Say(
      @JsonProperty(required = true) String question, @JsonProperty(required = true) String text) {}
}
