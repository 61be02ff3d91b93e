package dev.espalier.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.Database;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Json;
import dev.espalier.registry.Webhook.Event;
import dev.espalier.tracking.wire.Checks;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells others of changes in the registry and of products' boards, at least once and never in the
 * caller's way: what is to be told is a row, and one thread delivers it, again and again with
 * growing pauses while the other side is busy or away, under the same delivery id. Thread-safe.
 */
public final class Webhooks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
  private static final Set<Integer> BUSY = Set.of(429, 500, 502, 503, 504);
  private static final int ATTEMPTS = 8;
  private static final int MAX_HOOKS = 100;
  private static final long MAX_PAUSE_SECONDS = 60;
  private static final int AT_ONCE = 20;
  private final Database database;
  private final WebhookStore store;
  private final SecretBox secrets;
  private final OutboundPost outbound;
  private final InstantSource machine;
  private final Duration firstPause;
  private final Semaphore work = new Semaphore(0);
  private final Thread courier;

  private final BoardNews boards;

  /**
   * Opens the outbox; what an earlier process left in it is delivered.
   *
   * @param allowed hosts that are reached although they are not public, as {@code host:port}
   */
  public Webhooks(
      Database database,
      SecretBox secrets,
      Set<String> allowed,
      Events events,
      InstantSource machine) {
    this(
        database,
        secrets,
        new OutboundPost(allowed, Duration.ofSeconds(10)),
        events,
        machine,
        Duration.ofSeconds(1));
  }

  Webhooks(
      Database database,
      SecretBox secrets,
      OutboundPost outbound,
      Events events,
      InstantSource machine,
      Duration firstPause) {
    this.database = database;
    this.store = new WebhookStore(database);
    this.boards = new BoardNews(store, events, machine);
    this.secrets = secrets;
    this.outbound = outbound;
    this.machine = machine;
    this.firstPause = firstPause;
    this.courier = Thread.ofVirtual().name("webhooks").start(this::deliver);
  }

  /** What a caller says of a webhook; empty parts stay as they are when it is changed. */
  record Draft(
      Optional<String> name,
      Optional<String> description,
      Optional<String> url,
      List<Event> events,
      Optional<String> secret,
      Optional<Boolean> active) {}

  Webhook create(Draft draft) {
    return create(draft, "");
  }

  /** A webhook of a product's board; it is told of what happens from now on. */
  Webhook create(Draft draft, String product) {
    if (store.all().size() >= MAX_HOOKS) {
      throw EspalierException.limit("At most %d webhooks are kept.".formatted(MAX_HOOKS));
    }
    long now = machine.millis();
    Webhook empty =
        new Webhook(
            UUID.randomUUID().toString(),
            "",
            "",
            "",
            List.of(),
            "",
            true,
            now,
            now,
            product,
            product.isEmpty() ? 0 : boards.latest());
    Webhook webhook = with(empty, draft);
    if (webhook.name().isBlank() || webhook.events().isEmpty()) {
      throw EspalierException.invalidField(
          webhook.name().isBlank() ? "name" : "events",
          "required",
          "A webhook needs a name and at least one event.",
          Optional.empty());
    }
    return store.put(webhook);
  }

  private Webhook with(Webhook webhook, Draft draft) {
    draft.name().ifPresent(name -> Checks.length("name", 256, name));
    draft.description().ifPresent(text -> Checks.length("description", 1_000, text));
    draft.secret().ifPresent(text -> Checks.length("secret", 1_000, text));
    String url = Checks.length("url", 500, draft.url().orElse(webhook.url()));
    var _ = outbound.check(url);
    return new Webhook(
        webhook.id(),
        draft.name().orElse(webhook.name()),
        draft.description().orElse(webhook.description()),
        url,
        draft.events().isEmpty() ? webhook.events() : draft.events(),
        draft.secret().map(secrets::seal).orElse(webhook.secret()),
        draft.active().orElse(webhook.active()),
        webhook.createdAt(),
        machine.millis(),
        webhook.product(),
        webhook.toldTo());
  }

  Webhook change(String id, Draft draft) {
    Webhook known = get(id);
    return store.change(known.id(), webhook -> with(webhook, draft));
  }

  Webhook get(String id) {
    return of("", id);
  }

  /** A webhook of a product's board; those of others are not there. */
  Webhook of(String product, String id) {
    Webhook webhook = store.require(id);
    if (!webhook.product().equals(product)) {
      throw EspalierException.notFound("Webhook with ID %s not found.".formatted(id));
    }
    return webhook;
  }

  List<Webhook> all() {
    return all("");
  }

  List<Webhook> all(String product) {
    return store.all().stream().filter(webhook -> webhook.product().equals(product)).toList();
  }

  long waiting(Webhook webhook) {
    return store.waiting(webhook.id());
  }

  void delete(String id) {
    store.delete(get(id).id());
  }

  void delete(Webhook webhook) {
    store.delete(webhook.id());
  }

  /**
   * Whether an address can be reached at all, where that can be told now.
   *
   * @throws EspalierException INVALID for one that is malformed or leads inside
   */
  void check(String url) {
    URI uri = outbound.check(url);
    try {
      var _ = outbound.resolved(uri);
    } catch (UnknownHostException unknown) {
      LOG.debug("{} is not known now; it is looked up again at each delivery", uri.getHost());
    }
  }

  /**
   * Tells everybody who asked for it. Inside a write the outbox rows are part of its transaction,
   * and go out when it has committed.
   */
  void publish(Event event, JsonNode data) {
    if (store.send(event, body(event, data), machine.millis()) > 0) {
      database.afterCommit(work::release);
    }
  }

  private String body(Event event, JsonNode data) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("entity", event.entity().toLowerCase(Locale.ROOT))
        .put("action", event.action().toLowerCase(Locale.ROOT))
        .put("timestamp", machine.instant().toString())
        .set("data", data);
    return Json.write(body);
  }

  /** What a test delivery came to. */
  record Outcome(Optional<Integer> status, String body, Optional<String> error) {
    boolean success() {
      return status.filter(code -> code >= 200 && code < 300).isPresent();
    }
  }

  /** Delivers an example now, once. */
  Outcome test(String id, Optional<Event> event) {
    Webhook webhook = get(id);
    Event told = event.orElse(webhook.events().getFirst());
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("name", "example").put("version", "1").putObject("tags");
    return attempt(webhook, UUID.randomUUID().toString(), body(told, data)).outcome();
  }

  /** Delivers an example of what a board tells, now, once. */
  Outcome test(Webhook webhook) {
    return attempt(webhook, UUID.randomUUID().toString(), boards.example(webhook)).outcome();
  }

  private record Attempt(Outcome outcome, Optional<String> retryAfter) {}

  private Attempt attempt(Webhook webhook, String delivery, String body) {
    String seconds = Long.toString(machine.instant().getEpochSecond());
    Map<String, String> headers = new TreeMap<>();
    String ours = webhook.product().isEmpty() ? "X-MLflow-" : "X-Espalier-";
    headers.put(ours + "Delivery-Id", delivery);
    headers.put(ours + "Timestamp", seconds);
    if (!webhook.secret().isEmpty()) {
      String signed = delivery + "." + seconds + "." + body;
      headers.put(ours + "Signature", "v1," + signature(secrets.open(webhook.secret()), signed));
    }
    try {
      OutboundPost.Answer answer =
          outbound.post(webhook.url(), body.getBytes(StandardCharsets.UTF_8), headers);
      return new Attempt(
          new Outcome(
              Optional.of(answer.status()), Checks.cut(1_000, answer.body()), Optional.empty()),
          answer.retryAfter());
    } catch (IOException failure) {
      return new Attempt(
          new Outcome(Optional.empty(), "", Optional.of("No answer: " + failure.getMessage())),
          Optional.empty());
    } catch (EspalierException refused) {
      return new Attempt(
          new Outcome(Optional.of(0), "", Optional.ofNullable(refused.getMessage())),
          Optional.empty());
    }
  }

  /** {@code base64(HMAC-SHA256(secret, text))}. */
  static String signature(String secret, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException missing) {
      throw new EspalierException(ErrorCode.INTERNAL, "No HMAC in this Java", missing);
    }
  }

  private void deliver() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        collect();
        List<WebhookStore.Delivery> due = store.due(machine.millis(), AT_ONCE);
        for (WebhookStore.Delivery delivery : due) {
          deliver(delivery);
        }
        if (due.isEmpty() && work.tryAcquire(firstPause.toMillis(), TimeUnit.MILLISECONDS)) {
          work.drainPermits();
        }
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void collect() throws InterruptedException {
    try {
      boards.collect();
    } catch (EspalierException unavailable) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      LOG.warn("What the boards tell waits", unavailable);
    }
  }

  private void deliver(WebhookStore.Delivery delivery) throws InterruptedException {
    try {
      Webhook webhook = store.require(delivery.webhook());
      Attempt attempt = attempt(webhook, delivery.id(), delivery.body());
      Optional<Integer> status = attempt.outcome().status();
      boolean again = status.isEmpty() || BUSY.contains(status.get());
      if (again && delivery.attempts() + 1 < ATTEMPTS) {
        store.later(delivery.id(), machine.millis() + pause(delivery, attempt));
        return;
      }
      if (!attempt.outcome().success()) {
        LOG.warn(
            "Webhook {}: delivery {} given up after {} attempts: {}",
            webhook.name(),
            delivery.id(),
            delivery.attempts() + 1,
            attempt.outcome().error().orElse("status " + status.orElse(0)));
      }
      store.done(delivery.id());
    } catch (EspalierException unavailable) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      LOG.warn("Webhook delivery {} waits", delivery.id(), unavailable);
      Thread.sleep(firstPause);
    }
  }

  /** 1, 2, 4 … at most 60 first pauses with a little jitter, or what the other side asks for. */
  private long pause(WebhookStore.Delivery delivery, Attempt attempt) {
    Optional<Long> asked =
        attempt.retryAfter().filter(text -> text.matches("\\d{1,6}")).map(Long::parseLong);
    long pauses = Math.min(MAX_PAUSE_SECONDS, 1L << Math.min(10, delivery.attempts()));
    long millis =
        asked
            .map(seconds -> Math.min(3_600, seconds) * 1_000)
            .orElse(pauses * firstPause.toMillis());
    return millis + ThreadLocalRandom.current().nextLong(firstPause.toMillis() / 4 + 1);
  }

  /** Stops delivering; what waits is delivered by the next process. */
  @Override
  public void close() {
    courier.interrupt();
    try {
      courier.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
