package dev.espalier.tracking;

import dev.espalier.platform.EspalierException;
import dev.espalier.platform.JsonRoutes;
import dev.espalier.tracking.wire.Rights.Level;
import dev.espalier.tracking.wire.WireRoutes;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Tracked runs over HTTP, and the end of those that were deleted. */
public final class TrackingRoutes extends JsonRoutes {
  private static final Duration RETENTION = Duration.ofDays(30);
  private final Tracking tracking;
  private final Purge purge;
  private final InstantSource machine;

  public TrackingRoutes(Tracking tracking, Purge purge, InstantSource machine) {
    this.tracking = tracking;
    this.purge = purge;
    this.machine = machine;
  }

  /**
   * What is to go.
   *
   * @param olderThan since the deletion, 30 days when absent
   */
  record PurgeRequest(Optional<Duration> olderThan, Optional<Boolean> dryRun) {}

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/tracking/runs/{id}", safely(this::run))
        .get("/tracking/{experiment}/runs", safely(this::runs))
        .post("/tracking/purge", safely(this::purge));
  }

  private void purge(ServerRequest request, ServerResponse response) {
    PurgeRequest asked = body(request, PurgeRequest.class);
    send(
        response,
        purge.run(
            asked.olderThan().orElse(RETENTION),
            asked.dryRun().orElse(false) ? Purge.Mode.DRY_RUN : Purge.Mode.PURGE,
            machine.instant()));
  }

  private void runs(ServerRequest request, ServerResponse response) {
    WireRoutes.rights(request).mayNamed(path(request, "experiment"), Level.READ);
    send(response, tracking.runs(path(request, "experiment")));
  }

  private void run(ServerRequest request, ServerResponse response) {
    String id = path(request, "id");
    WireRoutes.rights(request).mayRun(id, Level.READ);
    send(
        response,
        tracking
            .run(id)
            .orElseThrow(() -> EspalierException.notFound("No tracked run '%s'.".formatted(id))));
  }
}
