package dev.espalier.canvas;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * What the store holds and was asked for, ready in memory, within a bound. Where that is full, any
 * value goes, drawn by chance: whoever walks in turn over a little more than fits then still finds
 * most of it, where letting go of what was asked for longest ago would find nothing at all.
 *
 * <p>Whoever writes to the store {@linkplain #put puts} what it wrote once that is durable, so a
 * value is never older than the last commit: what was read while another value came in is handed on
 * and not kept. Thread-safe: its own lock guards all fields, and is not held while something is
 * read.
 */
final class Recent<K, V> {
  private final long most;
  private final ToLongFunction<V> weight;
  private final SplittableRandom chance = new SplittableRandom(4);
  private final Map<K, Kept<K, V>> kept = new HashMap<>();

  /** All that is kept, each at its place, so that one is drawn in one step. */
  private final List<Kept<K, V>> places = new ArrayList<>();

  private long held;
  private long puts;

  private static final class Kept<K, V> {
    final K key;
    final V value;
    final long weight;
    int place;

    Kept(K key, V value, long weight) {
      this.key = key;
      this.value = value;
      this.weight = weight;
    }
  }

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
      Kept<K, V> known = kept.get(key);
      if (known != null) {
        return known.value;
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
    Kept<K, V> before = kept.get(key);
    if (before != null) {
      remove(before);
    }
    long added = weight.applyAsLong(value);
    if (added > most) {
      return;
    }
    while (held + added > most) {
      remove(places.get(chance.nextInt(places.size())));
    }
    Kept<K, V> now = new Kept<>(key, value, added);
    now.place = places.size();
    places.add(now);
    kept.put(key, now);
    held += added;
  }

  private void remove(Kept<K, V> old) {
    kept.remove(old.key);
    Kept<K, V> last = places.removeLast();
    if (last != old) {
      places.set(old.place, last);
      last.place = old.place;
    }
    held -= old.weight;
  }

  /** The sum of weights that is held. */
  synchronized long held() {
    return held;
  }
}
