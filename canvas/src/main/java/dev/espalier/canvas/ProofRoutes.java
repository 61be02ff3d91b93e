package dev.espalier.canvas;

import dev.espalier.platform.JsonRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/** What stands behind the board, and what others can take away: rows, snapshot, badge. */
public final class ProofRoutes extends JsonRoutes {
  private static final int LISTED = 50;
  private static final int MOST = 500;
  private final Canvases canvases;

  public ProofRoutes(Canvases canvases) {
    this.canvases = canvases;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/canvases/{product}/evidence/{question}/{clause}", safely(this::evidence))
        .get("/canvases/{product}/snapshot", safely(this::snapshot))
        .post("/canvases/{product}/snapshot/check", safely(this::check))
        .get("/canvases/{product}/badge.svg", safely(this::badge));
  }

  private void evidence(ServerRequest request, ServerResponse response) {
    send(
        response,
        canvases.evidence(
            path(request, "product"),
            path(request, "question"),
            path(request, "clause"),
            query(request, "limit", 1, MOST, LISTED)));
  }

  private void snapshot(ServerRequest request, ServerResponse response) {
    SignedBoard taken = canvases.snapshot(path(request, "product"));
    response.header(
        HeaderNames.CONTENT_DISPOSITION,
        "attachment; filename=\"%s-%s-conformance.json\""
            .formatted(taken.product(), taken.conformance().version()));
    send(response, taken);
  }

  private void check(ServerRequest request, ServerResponse response) {
    send(response, canvases.checked(path(request, "product"), bytes(request, 4 * MAX_BODY)));
  }

  private void badge(ServerRequest request, ServerResponse response) {
    String svg = Badge.svg(canvases.conformance(path(request, "product")));
    response
        .header(HeaderNames.CONTENT_TYPE, "image/svg+xml")
        .header(HeaderNames.CACHE_CONTROL, "no-cache")
        .send(svg.getBytes(StandardCharsets.UTF_8));
  }
}
