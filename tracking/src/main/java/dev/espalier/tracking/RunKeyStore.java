package dev.espalier.tracking;

import dev.espalier.platform.Database;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * What a table of an experiment's runs can show: how many runs, and the keys of their metrics,
 * params and tags. Each key costs one step on an index, however many runs have it.
 */
final class RunKeyStore {
  /** The most keys of a kind; beyond it the rest can be named, but is not offered. */
  static final int MAX_KEYS = 1_000;

  private final Database database;

  RunKeyStore(Database database) {
    this.database = database;
  }

  /** The keys in use, in the order of the alphabet. */
  record Keys(List<String> metrics, List<String> params, List<String> tags) {}

  /**
   * How many runs are in use.
   *
   * @param newest epoch milliseconds of the newest start; 0 without runs
   */
  record Count(long runs, long running, long newest) {}

  Keys keys(long experiment) {
    return database.read(handle ->
        new Keys(
            names(handle, "run_metric", experiment),
            names(handle, "run_param", experiment),
            names(handle, "run_tag", experiment)));
  }

  private static List<String> names(Handle handle, String table, long experiment) {
    String next = "SELECT MIN(name) FROM " + table + " WHERE experiment = :experiment";
    return handle
        .createQuery(
            """
            WITH RECURSIVE k(name) AS (
              %1$s
              UNION ALL
              SELECT (%1$s AND name > k.name) FROM k WHERE k.name IS NOT NULL
            )
            SELECT name FROM k WHERE name IS NOT NULL LIMIT :limit
            """
                .formatted(next))
        .bind("experiment", experiment)
        .bind("limit", MAX_KEYS)
        .mapTo(String.class)
        .list();
  }

  Count count(long experiment) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT COUNT(*), COALESCE(SUM(CASE WHEN status = 'RUNNING' THEN 1 ELSE 0 END), 0),
                  COALESCE(MAX(start_time), 0)
                FROM experiment_run WHERE experiment = :experiment AND stage = 'active'
                """)
            .bind("experiment", experiment)
            .map((row, _) -> new Count(row.getLong(1), row.getLong(2), row.getLong(3)))
            .one());
  }
}
