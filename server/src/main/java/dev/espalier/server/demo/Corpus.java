package dev.espalier.server.demo;

import dev.espalier.data.Row;
import java.time.Instant;
import java.util.List;

/** Where the mails of a product's life come from. */
public interface Corpus {
  /** Mails before this instant are what is known when the life begins. */
  Instant start();

  /**
   * Reads every mail; the same mails each time.
   *
   * @throws dev.espalier.platform.EspalierException UNAVAILABLE when they cannot be had
   */
  Reading read();

  /** Mails in any order, and how many were kept aside as unreadable. */
  record Reading(List<Row> rows, long rejected) {
    public Reading {
      rows = List.copyOf(rows);
    }
  }
}
