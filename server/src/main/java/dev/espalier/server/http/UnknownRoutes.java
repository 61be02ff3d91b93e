package dev.espalier.server.http;

import dev.espalier.platform.EspalierException;
import dev.espalier.platform.JsonRoutes;
import io.helidon.webserver.http.HttpRules;

/** What no stage answers: a problem, never the UI's page. */
final class UnknownRoutes extends JsonRoutes {
  @Override
  public void routing(HttpRules rules) {
    rules.any(
        "/*",
        safely((request, _) -> {
          throw EspalierException.notFound(
              "No call %s %s. The API describes itself at /api/v1/openapi.json."
                  .formatted(request.prologue().method().text(), request.path().path()));
        }));
  }
}
