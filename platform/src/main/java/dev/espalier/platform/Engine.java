package dev.espalier.platform;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/** A database's connections and what its failures mean. Thread-safe. */
interface Engine {
  /** Opens the one connection that writes; it keeps every other writer out. */
  Handle writer();

  /** Opens a connection on which each transaction sees one moment. */
  Handle reader();

  Dialect dialect();

  /** What the failure means to whoever asked. */
  EspalierException translated(JdbiException failure);

  /** Whether the connection is of no use after this failure. */
  boolean lost(JdbiException failure);
}
