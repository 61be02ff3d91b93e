package dev.espalier.canvas;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.espalier.platform.Digest;
import dev.espalier.platform.JsonRoutes;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;

/** The canvas over HTTP: list, read, plan, apply, conformance and history. */
public final class CanvasRoutes extends JsonRoutes {
  private final Canvases canvases;

  public CanvasRoutes(Canvases canvases) {
    this.canvases = canvases;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/canvases", safely((_, response) -> send(response, canvases.list())))
        .get("/canvases/{product}", safely(this::active))
        .get("/canvases/{product}/versions", safely(this::versions))
        .get("/canvases/{product}/versions/{version}", safely(this::version))
        .get("/canvases/{product}/conformance", safely(this::conformance))
        .get("/canvases/{product}/questions/{key}/history", safely(this::history))
        .post("/canvases/{product}/plan", safely(this::plan))
        .post("/canvases/{product}/apply", safely(this::apply));
  }

  private void active(ServerRequest request, ServerResponse response) {
    String product = path(request, "product");
    send(response, canvases.document(product, canvases.require(product).version()));
  }

  private void versions(ServerRequest request, ServerResponse response) {
    send(response, canvases.versions(path(request, "product")));
  }

  private void version(ServerRequest request, ServerResponse response) {
    send(response, canvases.document(path(request, "product"), path(request, "version")));
  }

  private void conformance(ServerRequest request, ServerResponse response) {
    send(response, canvases.conformance(path(request, "product")));
  }

  private void history(ServerRequest request, ServerResponse response) {
    send(response, canvases.history(path(request, "product"), path(request, "key")));
  }

  private void plan(ServerRequest request, ServerResponse response) {
    send(response, canvases.plan(path(request, "product"), bytes(request, MAX_BODY)));
  }

  private void apply(ServerRequest request, ServerResponse response) {
    Apply body = body(request, Apply.class);
    send(response, canvases.apply(path(request, "product"), body.planDigest(), body.reason()));
  }

  /** Which plan to apply, and why where it loosens something. */
  record Apply(@JsonProperty(required = true) Digest planDigest, Optional<String> reason) {}
}
