package dev.espalier.server.http;

import dev.espalier.platform.JsonRoutes;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;

/** The native API's own description. */
final class OpenApiRoutes extends JsonRoutes {
  @Override
  public void routing(HttpRules rules) {
    rules.get(
        "/openapi.json",
        safely((_, response) ->
            response
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .send(
                    HttpServer.resource("openapi.json")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8))));
  }
}
