package dev.espalier.monitoring;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers alert messages to webhooks at least once: the message is stored with its alert, tried
 * with back-off on the machine's clock, and a dead letter after the configured attempts. The
 * receiver tells repeats apart by {@code Idempotency-Key}. No redirects; loopback and private
 * addresses only where the configuration allows them.
 */
final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** One message to one receiver; {@code id} is its idempotency key. */
  record Message(
      String id, String product, String receiver, String body, int attempts, Instant nextAt) {}

  private final OutboxStore store;
  private final MonitoringConfig config;
  private final InstantSource machine;
  private final HttpClient client =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(TIMEOUT)
          .build();

  Outbox(OutboxStore store, MonitoringConfig config, InstantSource machine) {
    this.store = store;
    this.config = config;
    this.machine = machine;
  }

  /** Tries everything that is due once; returns how many were delivered. */
  int deliver() {
    int delivered = 0;
    for (Message message : store.due(machine.instant(), 20)) {
      delivered += attempt(message) ? 1 : 0;
    }
    return delivered;
  }

  private boolean attempt(Message message) {
    int attempts = message.attempts() + 1;
    Instant now = machine.instant();
    try {
      post(message);
      store.settle(message.id(), "delivered", attempts, now, "");
      return true;
    } catch (IOException failure) {
      boolean last = attempts >= config.webhookAttempts();
      Instant next = now.plusSeconds(1L << Math.min(attempts, 12));
      store.settle(
          message.id(),
          last ? "dead" : "due",
          attempts,
          next,
          String.valueOf(failure.getMessage()));
      LOG.warn("Webhook message {} failed, attempt {}", message.id(), attempts, failure);
      return false;
    }
  }

  private void post(Message message) throws IOException {
    URI target = URI.create(message.receiver());
    refusePrivate(target);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target)
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", message.id())
            .POST(HttpRequest.BodyPublishers.ofString(message.body()));
    if (config.webhookSecret().isPresent()) {
      String stamp = String.valueOf(machine.instant().getEpochSecond());
      request
          .header("X-Espalier-Timestamp", stamp)
          .header(
              "X-Espalier-Signature",
              signature(config.webhookSecret().get(), stamp + "." + message.body()));
    }
    try {
      int status =
          client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
      if (status / 100 != 2) {
        throw new IOException("The receiver answered " + status);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", interrupted);
    }
  }

  private void refusePrivate(URI target) throws UnknownHostException, IOException {
    if (config.webhookTargets() == MonitoringConfig.Targets.PRIVATE_ALLOWED) {
      return;
    }
    for (InetAddress address : InetAddress.getAllByName(target.getHost())) {
      boolean uniqueLocal =
          address.getAddress().length == 16 && (address.getAddress()[0] & 0xfe) == 0xfc;
      if (address.isLoopbackAddress()
          || address.isAnyLocalAddress()
          || address.isLinkLocalAddress()
          || address.isSiteLocalAddress()
          || address.isMulticastAddress()
          || uniqueLocal) {
        throw new IOException("The receiver's address is private; allow it in the configuration");
      }
    }
  }

  /** HMAC-SHA256 over timestamp, dot and body, in hexadecimal. */
  static String signature(String secret, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("This Java has no HMAC-SHA256", impossible);
    }
  }
}
