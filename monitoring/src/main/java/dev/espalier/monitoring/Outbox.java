package dev.espalier.monitoring;

import dev.espalier.platform.Digest;
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
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
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

  /** The receiver of messages that stay in this process: an incident is called again. */
  static final String INBOX = "inbox";

  private static final long LONGEST_SECONDS = 86_400;

  /**
   * One message to one receiver.
   *
   * @param id its idempotency key
   * @param incident whose acknowledgement withdraws it
   */
  record Message(
      String id,
      String product,
      String receiver,
      String body,
      int attempts,
      Instant nextAt,
      Optional<String> incident) {}

  /** What happens inside when a message comes due, or is given up. */
  interface Inside {
    /** Nobody acknowledged the incident in time. */
    void again(Message message, String incident);

    /** A receiver could not be reached; another way has to tell. */
    void undeliverable(Message message, String failure);
  }

  private final OutboxStore store;
  private final MonitoringConfig config;
  private final InstantSource machine;
  private final Inside inside;
  private final ReentrantLock delivering = new ReentrantLock();

  /** Made with the first message, guarded by {@code delivering}: a client reads every root. */
  private @Nullable HttpClient client;

  Outbox(OutboxStore store, MonitoringConfig config, InstantSource machine, Inside inside) {
    this.inside = inside;
    this.store = store;
    this.config = config;
    this.machine = machine;
  }

  /**
   * Tries everything that is due once; returns how many were delivered. One thread at a time: a
   * message is never on its way twice because two asked.
   */
  int deliver() {
    delivering.lock();
    try {
      int delivered = 0;
      for (Message message : store.due(machine.instant(), 20)) {
        delivered += attempt(message) ? 1 : 0;
      }
      return delivered;
    } finally {
      delivering.unlock();
    }
  }

  private HttpClient client() {
    HttpClient made = client;
    if (made == null) {
      made =
          HttpClient.newBuilder()
              .followRedirects(HttpClient.Redirect.NEVER)
              .connectTimeout(TIMEOUT)
              .build();
      client = made;
    }
    return made;
  }

  /** Tries the given messages now, whatever waits before them; returns how many have arrived. */
  long deliver(List<Message> messages) {
    delivering.lock();
    try {
      return messages.stream()
          .filter(message -> store.delivered(message.id()) || attempt(message))
          .count();
    } finally {
      delivering.unlock();
    }
  }

  private boolean attempt(Message message) {
    int attempts = message.attempts() + 1;
    Instant now = machine.instant();
    try {
      if (message.receiver().equals(INBOX)) {
        message.incident().ifPresent(incident -> inside.again(message, incident));
      } else {
        post(message);
      }
      store.settle(message.id(), "delivered", attempts, now, "");
      return true;
    } catch (IOException failure) {
      String why = String.valueOf(failure.getMessage());
      boolean last = attempts >= config.webhookAttempts();
      if (last) {
        inside.undeliverable(message, why);
      }
      store.settle(
          message.id(), last ? "dead" : "due", attempts, next(message, attempts, now), why);
      LOG.warn("Webhook message {} failed, attempt {}", message.id(), attempts, failure);
      return false;
    }
  }

  /** Doubling to a day, with a quarter of jitter, so that receivers are not called in step. */
  private static Instant next(Message message, int attempts, Instant now) {
    long base = Math.min(LONGEST_SECONDS, 1L << Math.min(attempts, 20));
    long key = Digest.of(message.id() + attempts).hex().hashCode();
    double jitter = 0.75 + 0.5 * new SplittableRandom(key).nextDouble();
    return now.plusMillis((long) (base * 1000 * jitter));
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
          client().send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
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
