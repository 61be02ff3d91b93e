package dev.espalier.monitoring;

import dev.espalier.platform.EspalierException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * How monitoring works on this machine.
 *
 * @param queueCapacity predictions that may wait for the log; more are dropped and counted
 * @param webhooks receivers of alerts that a rule sends outside; http or https
 * @param webhookSecret key of the HMAC-SHA256 signature; unsigned without one
 * @param webhookTargets which addresses a webhook may reach
 * @param webhookAttempts deliveries tried before a message is a dead letter
 */
public record MonitoringConfig(
    int queueCapacity,
    List<URI> webhooks,
    Optional<String> webhookSecret,
    Targets webhookTargets,
    int webhookAttempts) {

  /** Which addresses are allowed: loopback, link-local and private ones only by choice. */
  public enum Targets {
    PUBLIC_ONLY,
    PRIVATE_ALLOWED
  }

  public MonitoringConfig {
    webhooks = List.copyOf(webhooks);
    if (queueCapacity < 1 || webhookAttempts < 1) {
      throw EspalierException.invalid(
          "monitoring: queue-capacity and webhook-attempts are at least 1.");
    }
    for (URI hook : webhooks) {
      if (hook.getHost() == null || !List.of("http", "https").contains(hook.getScheme())) {
        throw EspalierException.invalidField(
            "webhooks", "http(s) URL with a host", "Not a webhook address.", Optional.empty());
      }
    }
  }

  /** 10,000 waiting predictions, no webhooks. */
  public static MonitoringConfig defaults() {
    return new MonitoringConfig(10_000, List.of(), Optional.empty(), Targets.PUBLIC_ONLY, 8);
  }
}
