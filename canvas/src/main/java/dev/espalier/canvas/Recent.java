package dev.espalier.canvas;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * What the store holds and was asked for lately, ready in memory, within a bound; what nobody asked
 * for the longest time goes first. Whoever writes to the store {@linkplain #put puts} what it wrote
 * once that is durable, so a value is never older than the last commit: what was read while another
 * value came in is handed on and not kept. Thread-safe: its own lock guards all fields, and is not
 * held while something is read.
 */
final class Recent<K, V> {
  private final long most;
  private final ToLongFunction<V> weight;
  private final Map<K, V> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long held;
  private long puts;

  /**
   * @param most the sum of weights that is kept
   */
  Recent(long most, ToLongFunction<V> weight) {
    this.most = most;
    this.weight = weight;
  }

  /** The value, read where it is not at hand. */
  V get(K key, Supplier<V> read) {
    long before;
    synchronized (this) {
      V known = kept.get(key);
      if (known != null) {
        return known;
      }
      before = puts;
    }
    V found = read.get();
    synchronized (this) {
      if (puts == before) {
        keep(key, found);
      }
    }
    return found;
  }

  /** What has just become durable. */
  synchronized void put(K key, V value) {
    puts++;
    keep(key, value);
  }

  private void keep(K key, V value) {
    V before = kept.put(key, value);
    held += weight.applyAsLong(value) - (before == null ? 0 : weight.applyAsLong(before));
    Iterator<V> oldest = kept.values().iterator();
    while (held > most && oldest.hasNext()) {
      held -= weight.applyAsLong(oldest.next());
      oldest.remove();
    }
  }

  /** The sum of weights that is held. */
  synchronized long held() {
    return held;
  }
}
