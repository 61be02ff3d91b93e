package dev.espalier.monitoring;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A production text whose true label has come back.
 *
 * @param id of the prediction
 * @param at event time of the prediction
 * @param attributes {@code source} of the label, {@code predictionId}
 */
public record LabelledRow(
    String id, Instant at, String text, String label, SortedMap<String, String> attributes) {
  public LabelledRow {
    attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
  }
}
