package dev.espalier.cli;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What data say about themselves: rows, and rows of each label. */
record Profile(long rows, Map<String, Long> labels) {
  Profile {
    labels = new TreeMap<>(labels);
  }

  long smallest() {
    return labels.values().stream().min(Long::compare).orElse(0L);
  }

  Optional<String> commonest() {
    return labels.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
  }
}
