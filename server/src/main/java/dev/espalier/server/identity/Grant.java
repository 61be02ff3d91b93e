package dev.espalier.server.identity;

import dev.espalier.tracking.wire.Rights.Level;

/**
 * What a user may do to one thing.
 *
 * @param resource an experiment's id, a registered model's name
 */
record Grant(String user, Kind kind, String resource, Level level) {
  /** What can be shared. */
  enum Kind {
    EXPERIMENT,
    REGISTERED_MODEL
  }
}
