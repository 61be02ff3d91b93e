package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Sends a test alert the way of a real one and looks whether it arrived. It counts nowhere. */
public final class PageDrill implements Drill {
  private static final String MONITOR = "test_page";
  private final Monitoring monitoring;

  public PageDrill(Monitoring monitoring) {
    this.monitoring = monitoring;
  }

  @Override
  public String name() {
    return "page";
  }

  @Override
  public String description() {
    return "Sends a test alert to every receiver and proves that it arrived.";
  }

  @Override
  public List<Observation> run(String product, CanvasVersion canvas, Instant now) {
    Alert alert =
        Alert.plain(
            "alert_test_%s_%d".formatted(product, now.toEpochMilli()),
            product,
            MONITOR,
            "info",
            now,
            "This is a test of the alert path.",
            Alert.Purpose.DRILL);
    List<String> routes =
        canvas.specs(Spec.Alert.class).stream().flatMap(rule -> rule.route().stream()).toList();
    List<Outbox.Message> messages = monitoring.responder().messages(alert, routes);
    monitoring.watches().fire(alert, messages);
    long arrived = monitoring.deliver(messages);
    boolean inbox =
        monitoring.alerts(Optional.of(product)).stream()
            .anyMatch(seen -> seen.id().equals(alert.id()));
    int _ = monitoring.watches().resolve(product, MONITOR, now);
    return List.of(
        Observation.verdict(
            "monitoring.alerts",
            "test_alert",
            product,
            now,
            1 + messages.size(),
            inbox && arrived == messages.size(),
            "The test alert reached the inbox%s"
                .formatted(
                    messages.isEmpty()
                        ? ""
                        : " and %d of %d webhooks".formatted(arrived, messages.size())),
            "/api/v1/alerts?product=" + product));
  }
}
