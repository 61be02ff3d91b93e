package dev.espalier.tracking;

import dev.espalier.tracking.search.Cursor;
import java.util.List;
import java.util.Optional;

/**
 * A page of a search.
 *
 * @param next where the next page begins; empty on the last one
 */
public record Page<T>(List<T> rows, Optional<Cursor> next) {
  public Page {
    rows = List.copyOf(rows);
  }
}
