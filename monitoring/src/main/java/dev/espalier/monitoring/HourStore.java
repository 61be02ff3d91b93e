package dev.espalier.monitoring;

import dev.espalier.platform.Database;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * The log counted by hour, version, rung and answer. The counts change in the same commit as the
 * log, and stay when retention removes predictions: what is shown of a year costs a few thousand
 * rows, however many predictions it had.
 */
final class HourStore {
  private static final int HOUR = 13;
  private final Database database;

  HourStore(Database database) {
    this.database = database;
  }

  /** What is counted together. */
  record Key(String product, String hour, String version, String servedBy, String label) {}

  /** The counts of one key. */
  record Counts(long served, long errors, long refused, long consumers) {
    Counts plus(Counts other) {
      return new Counts(
          served + other.served,
          errors + other.errors,
          refused + other.refused,
          consumers + other.consumers);
    }
  }

  /** The hour of a time: 2002-08-01T07. */
  static String hour(Instant at) {
    return EventTime.text(at).substring(0, HOUR);
  }

  static Instant start(String hour) {
    return Instant.parse(hour + ":00:00Z");
  }

  /** Adds what was logged. */
  static void count(Handle handle, Map<Key, Counts> counts) {
    counts.forEach((key, more) ->
        add(
            handle,
            key,
            """
            INSERT INTO log_hour (product, hour, version, served_by, label, served, labelled,
              errors, refused, consumers)
            VALUES (:product, :hour, :version, :servedBy, :label, :served, 0, :errors, :refused,
              :consumers)
            ON CONFLICT (product, hour, version, served_by, label) DO UPDATE SET
              served = log_hour.served + excluded.served,
              errors = log_hour.errors + excluded.errors,
              refused = log_hour.refused + excluded.refused,
              consumers = log_hour.consumers + excluded.consumers
            """,
            more));
  }

  /** Adds one label that joined a prediction for the first time. */
  static void labelled(Handle handle, PredictionView prediction) {
    handle
        .createUpdate(
            """
            UPDATE log_hour SET labelled = labelled + 1
            WHERE product = :product AND hour = :hour AND version = :version
              AND served_by = :servedBy AND label = :label
            """)
        .bind("product", prediction.product())
        .bind("hour", hour(prediction.at()))
        .bind("version", prediction.modelVersion())
        .bind("servedBy", prediction.servedBy())
        .bind("label", prediction.label().orElse("none"))
        .execute();
  }

  private static void add(Handle handle, Key key, String sql, Counts more) {
    handle
        .createUpdate(sql)
        .bind("product", key.product())
        .bind("hour", key.hour())
        .bind("version", key.version())
        .bind("servedBy", key.servedBy())
        .bind("label", key.label())
        .bind("served", more.served())
        .bind("errors", more.errors())
        .bind("refused", more.refused())
        .bind("consumers", more.consumers())
        .execute();
  }

  /** Adds up counts on their way in. */
  static Map<Key, Counts> none() {
    return new HashMap<>();
  }

  /** Rows of one day, answer and version. */
  record Tally(String day, String label, String version, long served, long labelled) {}

  List<Tally> tallies(String product) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT substr(hour, 1, 10) AS day, label, version, sum(served) AS served,
                  sum(labelled) AS labelled
                FROM log_hour WHERE product = :product
                GROUP BY substr(hour, 1, 10), label, version ORDER BY 1, 2, 3
                """)
            .bind("product", product)
            .map((row, _) ->
                new Tally(
                    row.getString("day"),
                    row.getString("label"),
                    row.getString("version"),
                    row.getLong("served"),
                    row.getLong("labelled")))
            .list());
  }

  /** How many answers a version gave in whole hours, and how many of them have their label. */
  PredictionStore.Coverage coverage(String product, String version, Instant from, Instant to) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT coalesce(sum(served), 0) AS served, coalesce(sum(labelled), 0) AS labelled
                FROM log_hour
                WHERE product = :product AND hour >= :from AND hour < :to AND version = :version
                """)
            .bind("product", product)
            .bind("version", version)
            .bind("from", hour(from))
            .bind("to", hour(to))
            .map((row, _) ->
                new PredictionStore.Coverage(row.getLong("served"), row.getLong("labelled")))
            .one());
  }

  /** How many answers each rung gave. */
  SortedMap<String, Long> rungs(String product) {
    return database.read(handle -> {
      SortedMap<String, Long> rungs = new TreeMap<>();
      handle
          .createQuery(
              "SELECT served_by, sum(served) AS n FROM log_hour WHERE product = :product GROUP BY served_by")
          .bind("product", product)
          .map((row, _) -> Map.entry(row.getString("served_by"), row.getLong("n")))
          .forEach(entry -> rungs.put(entry.getKey(), entry.getValue()));
      return rungs;
    });
  }

  /** What happened in the hours since a time. */
  record Recent(long served, long errors, long refused) {}

  Recent recent(String product, Instant since) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT coalesce(sum(served), 0) AS served, coalesce(sum(errors), 0) AS errors,
                  coalesce(sum(refused), 0) AS refused
                FROM log_hour WHERE product = :product AND hour >= :since
                """)
            .bind("product", product)
            .bind("since", hour(since))
            .map((row, _) ->
                new Recent(row.getLong("served"), row.getLong("errors"), row.getLong("refused")))
            .one());
  }

  /**
   * Totals of the log.
   *
   * @param refused requests that failed an input rule
   * @param mature answers of hours before the one asked for, whose labels are due
   */
  record Totals(
      long logged,
      long labelled,
      long errors,
      long refused,
      long consumers,
      long mature,
      long matureLabelled,
      Optional<Instant> first,
      Optional<Instant> last) {}

  Totals totals(String product, Instant mature) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT coalesce(sum(served), 0) AS logged, coalesce(sum(labelled), 0) AS labelled,
                  coalesce(sum(errors), 0) AS errors, coalesce(sum(refused), 0) AS refused,
                  coalesce(sum(consumers), 0) AS consumers,
                  coalesce(sum(CASE WHEN hour < :mature THEN served ELSE 0 END), 0) AS mature,
                  coalesce(sum(CASE WHEN hour < :mature THEN labelled ELSE 0 END), 0)
                    AS mature_labelled,
                  min(hour) AS first, max(hour) AS last
                FROM log_hour WHERE product = :product
                """)
            .bind("product", product)
            .bind("mature", hour(mature))
            .map((row, _) ->
                new Totals(
                    row.getLong("logged"),
                    row.getLong("labelled"),
                    row.getLong("errors"),
                    row.getLong("refused"),
                    row.getLong("consumers"),
                    row.getLong("mature"),
                    row.getLong("mature_labelled"),
                    Optional.ofNullable(row.getString("first")).map(HourStore::start),
                    Optional.ofNullable(row.getString("last")).map(HourStore::start)))
            .one());
  }

  /** Fallback answers in the worst hour since, and that hour's requests. */
  record Worst(long fallbacks, long requests) {}

  Worst worst(String product, Instant since) {
    return database
        .read(handle ->
            handle
                .createQuery(
                    """
                    SELECT sum(CASE WHEN served_by IN
                      ('previous_champion', 'baseline', 'rule', 'default_value') THEN served ELSE 0 END)
                      AS fallbacks, sum(served) AS requests
                    FROM log_hour WHERE product = :product AND hour >= :since
                    GROUP BY hour
                    """)
                .bind("product", product)
                .bind("since", hour(since))
                .map((row, _) -> new Worst(row.getLong("fallbacks"), row.getLong("requests")))
                .list())
        .stream()
        .max(
            java.util.Comparator.comparingDouble(
                hour -> (double) hour.fallbacks() / hour.requests()))
        .orElse(new Worst(0, 0));
  }
}
