package dev.espalier.data;

/** A set of strings by 64-bit hash, open addressing, at most half full. Not thread-safe. */
final class IdSet {
  private long[] slots = new long[1 << 10];
  private int size;

  /** Adds {@code id}; false when it is there already. */
  boolean add(String id) {
    if (size * 2 >= slots.length) {
      grow();
    }
    return insert(hash(id));
  }

  private boolean insert(long hash) {
    int mask = slots.length - 1;
    for (int i = (int) hash & mask; ; i = (i + 1) & mask) {
      if (slots[i] == 0) {
        slots[i] = hash;
        size++;
        return true;
      }
      if (slots[i] == hash) {
        return false;
      }
    }
  }

  private void grow() {
    long[] old = slots;
    slots = new long[old.length * 2];
    size = 0;
    for (long hash : old) {
      if (hash != 0) {
        boolean _ = insert(hash);
      }
    }
  }

  /** FNV-1a over the characters, finished as in SplitMix64; never 0. */
  private static long hash(String id) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < id.length(); i++) {
      hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 30) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ hash >>> 27) * 0x94d049bb133111ebL;
    hash ^= hash >>> 31;
    return hash == 0 ? 1 : hash;
  }
}
