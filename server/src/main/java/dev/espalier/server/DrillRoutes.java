package dev.espalier.server;

import dev.espalier.platform.JsonRoutes;
import io.helidon.webserver.http.HttpRules;

/** Drills: which there are, and running one now. */
final class DrillRoutes extends JsonRoutes {
  private final Drills drills;

  DrillRoutes(Drills drills) {
    this.drills = drills;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/drills/{product}", safely((_, response) -> send(response, drills.list())));
    rules.post(
        "/drills/{product}/{name}",
        safely((request, response) ->
            send(response, drills.run(path(request, "product"), path(request, "name")))));
  }
}
