package dev.espalier.tracking;

import java.util.List;
import java.util.Optional;

/**
 * A page of a search as a client sees it.
 *
 * @param token of the next page; empty on the last one
 */
public record Found<T>(List<T> rows, Optional<String> token) {
  public Found {
    rows = List.copyOf(rows);
  }

  public static <T> Found<T> of(Page<T> page, String query) {
    return new Found<>(page.rows(), page.next().map(cursor -> cursor.token(query)));
  }
}
