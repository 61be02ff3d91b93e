package dev.espalier.data;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One example: a text, when it happened, and its label where it is known.
 *
 * @param id names the row for ever within its dataset: 1–200 printable ASCII characters
 * @param at when the text arrived; the order of time splits
 * @param text at most {@link #MAX_TEXT} characters
 * @param label at most 200 characters; empty when nobody has labelled the row
 * @param attributes at most {@link #MAX_ATTRIBUTES} further columns, for slices; names up to 64
 *     characters, values up to 2,000
 */
public record Row(
    String id, Instant at, String text, Optional<String> label, Map<String, String> attributes) {
  public static final int MAX_TEXT = 1 << 20;
  public static final int MAX_ATTRIBUTES = 32;
  private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]{1,200}");

  public Row {
    if (!ID.matcher(id).matches()) {
      throw RowProblem.of("id", "id must be 1 to 200 printable ASCII characters without blanks");
    }
    if (text.isBlank()) {
      throw RowProblem.of("text", "text is empty");
    }
    if (text.length() > MAX_TEXT) {
      throw RowProblem.of("text", "text is longer than %d characters".formatted(MAX_TEXT));
    }
    if (label.isPresent() && (label.get().isBlank() || label.get().length() > 200)) {
      throw RowProblem.of("label", "label must be 1 to 200 characters");
    }
    if (attributes.size() > MAX_ATTRIBUTES) {
      throw RowProblem.of("attributes", "more than %d attributes".formatted(MAX_ATTRIBUTES));
    }
    attributes.forEach((name, value) -> {
      if (name.isBlank() || name.length() > 64 || value.length() > 2000) {
        throw RowProblem.of(
            "attributes", "an attribute's name has 1 to 64 characters, its value up to 2000");
      }
    });
    SortedMap<String, String> sorted = new TreeMap<>(attributes);
    attributes = java.util.Collections.unmodifiableSortedMap(sorted);
  }

  /** The same row with one more attribute. */
  public Row with(String attribute, String value) {
    Map<String, String> more = new TreeMap<>(attributes);
    more.put(attribute, value);
    return new Row(id, at, text, label, more);
  }
}
