package dev.espalier.server;

import dev.espalier.platform.JsonRoutes;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Drills: which there are, how they went, running one now and stopping it. */
final class DrillRoutes extends JsonRoutes {
  private final Drills drills;

  DrillRoutes(Drills drills) {
    this.drills = drills;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/drills/{product}", safely((_, response) -> send(response, drills.list())))
        .get(
            "/drills/{product}/records",
            safely((request, response) -> send(response, drills.records(path(request, "product")))))
        .post("/drills/{product}/{name}", safely(this::run))
        .post("/drills/{product}/{name}/abort", safely(this::abort));
  }

  private void run(ServerRequest request, ServerResponse response) {
    send(
        response,
        drills.run(
            path(request, "product"),
            path(request, "name"),
            query(request, "version"),
            caller(request).user()));
  }

  private void abort(ServerRequest request, ServerResponse response) {
    drills.abort(path(request, "product"), path(request, "name"));
    send(response, 202, new Aborting(path(request, "name")));
  }

  private record Aborting(String aborting) {}
}
