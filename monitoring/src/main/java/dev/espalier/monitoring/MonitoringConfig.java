package dev.espalier.monitoring;

import dev.espalier.platform.EspalierException;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * How monitoring works on this machine.
 *
 * @param queueCapacity predictions that may wait for the log; more are dropped and counted
 * @param webhooks receivers of alerts that a rule sends outside; http or https
 * @param webhookSecret key of the HMAC-SHA256 signature; unsigned without one
 * @param webhookTargets which addresses a webhook may reach
 * @param webhookAttempts deliveries tried before a message is a dead letter
 * @param escalateAfter how long a page may stay unacknowledged before it is sent again
 */
public record MonitoringConfig(
    int queueCapacity,
    List<URI> webhooks,
    Optional<String> webhookSecret,
    Targets webhookTargets,
    int webhookAttempts,
    Duration escalateAfter) {

  /** Pages are sent again after 15 minutes. */
  public MonitoringConfig(
      int queueCapacity,
      List<URI> webhooks,
      Optional<String> webhookSecret,
      Targets webhookTargets,
      int webhookAttempts) {
    this(
        queueCapacity,
        webhooks,
        webhookSecret,
        webhookTargets,
        webhookAttempts,
        Duration.ofMinutes(15));
  }

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
    if (escalateAfter.isNegative() || escalateAfter.isZero()) {
      throw EspalierException.invalid("monitoring: escalate-after is longer than nothing.");
    }
    for (URI hook : webhooks) {
      if (hook.getHost() == null || !List.of("http", "https").contains(hook.getScheme())) {
        throw EspalierException.invalidField(
            "webhooks", "http(s) URL with a host", "Not a webhook address.", Optional.empty());
      }
    }
  }

  /** 10,000 waiting predictions, no webhooks; 16 attempts last about a day and a half. */
  public static MonitoringConfig defaults() {
    return new MonitoringConfig(10_000, List.of(), Optional.empty(), Targets.PUBLIC_ONLY, 16);
  }

  /**
   * The defaults with what the environment says: {@code ESPALIER_WEBHOOKS} (addresses, separated by
   * commas), {@code ESPALIER_WEBHOOK_SECRET}, {@code ESPALIER_WEBHOOK_PRIVATE=allow}, {@code
   * ESPALIER_ESCALATE_AFTER} (ISO-8601, {@code PT15M}).
   *
   * @throws EspalierException INVALID naming the variable that cannot be read
   */
  public static MonitoringConfig of(Map<String, String> environment) {
    MonitoringConfig plain = defaults();
    return new MonitoringConfig(
        plain.queueCapacity(),
        Stream.of(environment.getOrDefault("ESPALIER_WEBHOOKS", "").split(",", -1))
            .map(String::strip)
            .filter(address -> !address.isEmpty())
            .map(address -> read("ESPALIER_WEBHOOKS", address, URI::create))
            .toList(),
        Optional.ofNullable(environment.get("ESPALIER_WEBHOOK_SECRET"))
            .filter(secret -> !secret.isBlank()),
        environment.getOrDefault("ESPALIER_WEBHOOK_PRIVATE", "").equals("allow")
            ? Targets.PRIVATE_ALLOWED
            : Targets.PUBLIC_ONLY,
        plain.webhookAttempts(),
        Optional.ofNullable(environment.get("ESPALIER_ESCALATE_AFTER"))
            .map(text -> read("ESPALIER_ESCALATE_AFTER", text, Duration::parse))
            .orElse(plain.escalateAfter()));
  }

  private static <T> T read(String name, String text, Function<String, T> reader) {
    try {
      return reader.apply(text);
    } catch (IllegalArgumentException | DateTimeException unreadable) {
      throw EspalierException.invalidField(
          name, "format", "%s cannot be read: '%s'.".formatted(name, text), Optional.empty());
    }
  }
}
