package dev.espalier.training;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.platform.JsonRoutes;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.function.Function;

/** The checks over HTTP: run them, read what earlier runs found. */
public final class CiRoutes extends JsonRoutes {
  private final ContinuousIntegration checks;
  private final Function<String, CanvasVersion> canvases;

  public CiRoutes(ContinuousIntegration checks, Function<String, CanvasVersion> canvases) {
    this.checks = checks;
    this.canvases = canvases;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.post("/ci/{product}", safely(this::run)).get("/ci/{product}", safely(this::runs));
  }

  private void run(ServerRequest request, ServerResponse response) {
    int sample = query(request, "sample", 10, 100_000, ContinuousIntegration.SAMPLE);
    send(response, checks.run(canvases.apply(path(request, "product")), sample));
  }

  private void runs(ServerRequest request, ServerResponse response) {
    String product = path(request, "product");
    send(response, checks.runs(canvases.apply(product).product()));
  }
}
