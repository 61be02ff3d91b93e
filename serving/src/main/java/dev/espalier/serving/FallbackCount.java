package dev.espalier.serving;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** How many of the answers since the process started a rung gave, by trigger. */
public record FallbackCount(long answers, SortedMap<String, Long> byReason) {
  public FallbackCount {
    byReason = Collections.unmodifiableSortedMap(new TreeMap<>(byReason));
  }

  public long fallbacks() {
    return byReason.values().stream().mapToLong(Long::longValue).sum();
  }
}
