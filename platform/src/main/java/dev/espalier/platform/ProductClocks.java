package dev.espalier.platform;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The clock of each product. A product lives on the machine's time, or replays history: then its
 * time stands still until the replay advances it, and stays where the replay ended.
 *
 * <p>Windows, ages, holds, cooldowns and schedules use this clock; latencies, timeouts and leases
 * use the machine's. Thread-safe: each product's state is an immutable record in a concurrent map,
 * written to the store before it is visible.
 */
public final class ProductClocks {
  /** How a product's time moves. */
  public enum Mode {
    WALL,
    REPLAY
  }

  /** A product's clock as it stands; {@code now} is meaningful for a replay only. */
  public record State(Mode mode, Instant now, boolean ended) {}

  private static final Duration STORE_EVERY = Duration.ofHours(1);
  private final ProductClockStore store;
  private final InstantSource machine;
  private final Map<String, State> states = new ConcurrentHashMap<>();
  private final Map<String, Instant> stored = new ConcurrentHashMap<>();

  public ProductClocks(Database database, InstantSource machine) {
    this.store = new ProductClockStore(database);
    this.machine = machine;
    states.putAll(store.all());
  }

  /** The product's present. */
  public Instant now(String product) {
    State state = states.get(product);
    return state == null || state.mode() == Mode.WALL ? machine.instant() : state.now();
  }

  /** The product's clock as a source of instants. */
  public InstantSource of(String product) {
    return () -> now(product);
  }

  public Optional<State> state(String product) {
    return Optional.ofNullable(states.get(product));
  }

  /** Puts a product on replay, standing at {@code start}. */
  public void replay(String product, Instant start) {
    put(product, new State(Mode.REPLAY, start, false), true);
  }

  /**
   * Moves a replay forward; an earlier instant leaves it where it is. Hours are stored; a crash
   * inside one resumes from the last durable record of the replay, which the caller knows.
   */
  public void advance(String product, Instant to) {
    State state = states.get(product);
    if (state == null || state.mode() != Mode.REPLAY || state.ended()) {
      throw EspalierException.conflict("Product '%s' is not replaying.".formatted(product));
    }
    if (to.isAfter(state.now())) {
      Instant before = stored.getOrDefault(product, Instant.EPOCH);
      put(product, new State(Mode.REPLAY, to, false), to.isAfter(before.plus(STORE_EVERY)));
    }
  }

  /** Ends a replay: the product stays readable as it was, at its last instant. */
  public void end(String product) {
    put(product, new State(Mode.REPLAY, now(product), true), true);
  }

  private void put(String product, State state, boolean durable) {
    if (durable) {
      store.save(product, state);
      stored.put(product, state.now());
    }
    states.put(product, state);
  }
}
