package dev.espalier.server.http;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.JsonRoutes;
import dev.espalier.platform.Problem;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Health, readiness and Prometheus metrics, where probes look for them. */
final class SystemRoutes extends JsonRoutes {
  private final BooleanSupplier ready;
  private final Supplier<String> metrics;

  SystemRoutes(BooleanSupplier ready, Supplier<String> metrics) {
    this.ready = ready;
    this.metrics = metrics;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/healthz", safely((_, response) -> send(response, Map.of("status", "up"))));
    rules.get("/readyz", safely(this::readiness));
    rules.get("/metrics", safely(this::exposition));
  }

  private void readiness(ServerRequest request, ServerResponse response) {
    if (ready.getAsBoolean()) {
      send(response, Map.of("status", "ready"));
    } else {
      problem(
          response,
          Problem.of(new EspalierException(ErrorCode.UNAVAILABLE, "Starting: not ready yet.")));
    }
  }

  private void exposition(ServerRequest request, ServerResponse response) {
    response
        .status(Status.OK_200)
        .header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
        .send(metrics.get().getBytes(StandardCharsets.UTF_8));
  }
}
