package dev.espalier.deployment;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** What was decided, why, and the numbers it rests on. */
public record Decision(
    Instant at, String decision, String why, String by, SortedMap<String, Double> numbers) {
  public Decision {
    numbers = Collections.unmodifiableSortedMap(new TreeMap<>(numbers));
  }
}
