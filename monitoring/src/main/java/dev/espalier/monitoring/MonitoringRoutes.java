package dev.espalier.monitoring;

import dev.espalier.platform.JsonRoutes;
import dev.espalier.platform.ProductClocks;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Instant;
import java.util.Optional;

/** Monitoring over HTTP: windows, predictions without texts, alerts, incidents, feedback. */
public final class MonitoringRoutes extends JsonRoutes {
  private final Monitoring monitoring;
  private final ProductClocks clocks;

  public MonitoringRoutes(Monitoring monitoring, ProductClocks clocks) {
    this.monitoring = monitoring;
    this.clocks = clocks;
  }

  /** The true label of a prediction; {@code at} defaults to the product's present. */
  record FeedbackRequest(
      String predictionId, String label, Optional<Instant> at, Optional<String> source) {}

  /** What somebody says who has seen an incident: actionable, noise, expected or drill. */
  record Acknowledgement(Optional<String> verdict, Optional<String> reason) {}

  /** How long nobody is called; product time. */
  record Snooze(Instant until, Optional<String> reason) {}

  /** How a person ends an incident. */
  record Resolution(String verdict, Optional<String> reason) {}

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/monitors/{product}", safely(this::monitors))
        .get("/monitors/{product}/predictions", safely(this::predictions))
        .get("/monitors/{product}/decisions", safely(this::decisions))
        .get("/alerts", safely(this::alerts))
        .get("/incidents/{product}", safely(this::incidents))
        .post("/incidents/{product}/{id}/ack", safely(this::acknowledge))
        .post("/incidents/{product}/{id}/snooze", safely(this::snooze))
        .post("/incidents/{product}/{id}/resolve", safely(this::resolve))
        .post("/feedback", safely(this::feedback));
  }

  private void monitors(ServerRequest request, ServerResponse response) {
    send(response, monitoring.view(path(request, "product")));
  }

  private void predictions(ServerRequest request, ServerResponse response) {
    int after = query(request, "after", 0, Integer.MAX_VALUE, 0);
    int limit = query(request, "limit", 1, 1000, 100);
    send(response, monitoring.predictions(path(request, "product"), after, limit));
  }

  private void decisions(ServerRequest request, ServerResponse response) {
    send(response, monitoring.decisions(path(request, "product")));
  }

  private void alerts(ServerRequest request, ServerResponse response) {
    send(response, monitoring.alerts(query(request, "product")));
  }

  private void incidents(ServerRequest request, ServerResponse response) {
    send(response, monitoring.incidents(path(request, "product")));
  }

  private void acknowledge(ServerRequest request, ServerResponse response) {
    Acknowledgement given = body(request, Acknowledgement.class);
    send(
        response,
        monitoring.acknowledge(
            caller(request),
            path(request, "product"),
            path(request, "id"),
            given.verdict(),
            given.reason()));
  }

  private void snooze(ServerRequest request, ServerResponse response) {
    Snooze given = body(request, Snooze.class);
    send(
        response,
        monitoring.snooze(
            caller(request),
            path(request, "product"),
            path(request, "id"),
            given.until(),
            given.reason()));
  }

  private void resolve(ServerRequest request, ServerResponse response) {
    Resolution given = body(request, Resolution.class);
    send(
        response,
        monitoring.resolve(
            caller(request),
            path(request, "product"),
            path(request, "id"),
            given.verdict(),
            given.reason()));
  }

  private void feedback(ServerRequest request, ServerResponse response) {
    FeedbackRequest given = body(request, FeedbackRequest.class);
    Instant at = given.at().orElseGet(() -> clocks.now(monitoring.productOf(given.predictionId())));
    FeedbackResult result =
        monitoring.feedback(given.predictionId(), given.label(), at, given.source().orElse("api"));
    send(response, result.state() == FeedbackResult.State.QUARANTINED ? 202 : 200, result);
  }
}
