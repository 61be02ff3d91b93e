package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.platform.JsonRoutes;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.function.Function;

/**
 * Business metrics over HTTP: {@code POST /metrics/{product}/{metric}} takes {@code {value, n?,
 * at?}}, {@code GET} returns what has come.
 */
public final class MetricRoutes extends JsonRoutes {
  private final Monitoring monitoring;
  private final Function<String, CanvasVersion> canvases;

  /**
   * @param canvases the active canvas of a product, or NOT_FOUND
   */
  public MetricRoutes(Monitoring monitoring, Function<String, CanvasVersion> canvases) {
    this.monitoring = monitoring;
    this.canvases = canvases;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .post("/metrics/{product}/{metric}", safely(this::take))
        .get("/metrics/{product}/{metric}", safely(this::points));
  }

  private void take(ServerRequest request, ServerResponse response) {
    CanvasVersion canvas = canvases.apply(path(request, "product"));
    send(
        response,
        monitoring
            .business()
            .take(
                canvas,
                path(request, "metric"),
                body(request, BusinessMetrics.Sent.class),
                caller(request)));
  }

  private void points(ServerRequest request, ServerResponse response) {
    CanvasVersion canvas = canvases.apply(path(request, "product"));
    send(response, monitoring.business().points(canvas.product(), path(request, "metric")));
  }
}
