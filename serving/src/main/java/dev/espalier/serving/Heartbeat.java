package dev.espalier.serving;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When each endpoint was last seen alive: its champion, asked through the endpoint's own queue and
 * permits, gave a usable answer in time. Nothing is logged or counted. Thread-safe.
 */
final class Heartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
  private static final long EVERY_SECONDS = 10;
  private static final String PROBE = "a few plain words";

  private final InstantSource machine;
  private final Map<String, Instant> beats = new ConcurrentHashMap<>();
  private final CountDownLatch stop = new CountDownLatch(1);

  Heartbeat(InstantSource machine) {
    this.machine = machine;
  }

  /** Runs {@code round} every ten seconds until this is closed. */
  void start(Consumer<Heartbeat> round) {
    Thread.ofVirtual()
        .name("heartbeat")
        .start(() -> {
          while (!stopped()) {
            try {
              round.accept(this);
            } catch (RuntimeException failure) {
              // One bad round must not end the beat of every endpoint.
              LOG.warn("A heartbeat failed", failure);
            }
          }
        });
  }

  private boolean stopped() {
    try {
      return stop.await(EVERY_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Asks the endpoint; true when it is alive. A failure leaves the last beat where it was. */
  boolean check(String product, Endpoint endpoint) {
    Endpoint.Table table = endpoint.table();
    long deadline = System.nanoTime() + table.config().primaryTimeout().toNanos();
    String version = table.route().champion().version();
    try {
      Endpoint.Row row =
          endpoint.run(Endpoint.Lane.PRIMARY, Arm.CHAMPION, version, PROBE, Scorer.PLAIN, deadline);
      if (PostAssertions.problem(row.probabilities(), row.labels().size(), table.config().post())
          .isPresent()) {
        return false;
      }
      beats.put(product, machine.instant());
      return true;
    } catch (Endpoint.Refused _) {
      return false;
    }
  }

  Optional<Instant> last(String product) {
    return Optional.ofNullable(beats.get(product));
  }

  void forget(String product) {
    beats.remove(product);
  }

  @Override
  public void close() {
    stop.countDown();
  }
}
