package dev.espalier.tracking;

import dev.espalier.platform.EspalierException;
import dev.espalier.platform.JsonRoutes;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Tracked runs over HTTP, read-only. */
public final class TrackingRoutes extends JsonRoutes {
  private final Tracking tracking;

  public TrackingRoutes(Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/tracking/runs/{id}", safely(this::run))
        .get("/tracking/{experiment}/runs", safely(this::runs));
  }

  private void runs(ServerRequest request, ServerResponse response) {
    send(response, tracking.runs(path(request, "experiment")));
  }

  private void run(ServerRequest request, ServerResponse response) {
    String id = path(request, "id");
    send(
        response,
        tracking
            .run(id)
            .orElseThrow(() -> EspalierException.notFound("No tracked run '%s'.".formatted(id))));
  }
}
