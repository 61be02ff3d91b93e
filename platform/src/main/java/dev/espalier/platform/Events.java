package dev.espalier.platform;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Every state change of the system as one numbered stream. An event is durable before it is seen;
 * readers follow by sequence number, so a reader that comes back loses nothing and repeats nothing.
 * Thread-safe: {@code lock} guards the wake-up of waiting readers.
 */
public final class Events {
  /**
   * One state change. {@code type} is {@code stage.what} ({@code run.step}); {@code data} is a JSON
   * object as text; {@code at} is the product's time.
   */
  public record Event(
      long seq, Instant at, Instant recordedAt, String product, String type, String data) {}

  private final Database database;
  private final EventStore store;
  private final ProductClocks clocks;
  private final InstantSource machine;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  public Events(Database database, ProductClocks clocks, InstantSource machine) {
    this.database = database;
    this.store = new EventStore(database);
    this.clocks = clocks;
    this.machine = machine;
  }

  /** Records a change of {@code product}; {@code data} becomes a JSON object. */
  public void publish(String product, String type, Object data) {
    publishAll(product, type, List.of(data));
  }

  /**
   * Records changes of one type in one commit, in order: all of them, or none. Inside a write they
   * are part of its transaction and are seen when it has committed.
   */
  public void publishAll(String product, String type, List<?> data) {
    store.append(
        clocks.now(product),
        machine.instant(),
        product,
        type,
        data.stream().map(Json::write).toList());
    database.afterCommit(this::wake);
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** At most {@code limit} events after {@code seq}, oldest first. */
  public List<Event> after(long seq, int limit) {
    return store.after(seq, limit);
  }

  /** The newest sequence number, 0 when nothing has happened yet. */
  public long latest() {
    return store.latest();
  }

  /** Like {@link #after}, but waits up to {@code millis} for the first one. */
  public List<Event> await(long seq, int limit, long millis) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    lock.lock();
    try {
      while (true) {
        List<Event> events = after(seq, limit);
        long left = deadline - System.nanoTime();
        if (!events.isEmpty() || left <= 0) {
          return events;
        }
        long _ = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
