package dev.espalier.canvas;

import dev.espalier.platform.JsonRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** What is derived from the questions, over HTTP: schema, form metadata, a canvas as text. */
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
        .get("/canvases/{product}/export", safely(this::export));
  }

  private void export(ServerRequest request, ServerResponse response) {
    String product = path(request, "product");
    String version = query(request, "version").orElseGet(() -> canvases.require(product).version());
    response
        .header(HeaderNames.CONTENT_TYPE, "application/yaml; charset=utf-8")
        .send(canvases.export(product, version));
  }
}
