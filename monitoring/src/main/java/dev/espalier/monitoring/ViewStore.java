package dev.espalier.monitoring;

import dev.espalier.platform.Database;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The aggregates that the page and the evidence read. */
final class ViewStore {
  private final Database database;

  ViewStore(Database database) {
    this.database = database;
  }

  /** Rows of one day, answer and version. */
  record Tally(String day, String label, String version, long served, long labelled) {}

  List<Tally> tallies(String product) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT substr(at, 1, 10) AS day, coalesce(label, 'none') AS label, model_version,
                  count(*) AS served, count(actual) AS labelled
                FROM prediction WHERE product = :product
                GROUP BY substr(at, 1, 10), coalesce(label, 'none'), model_version
                ORDER BY 1, 2, 3
                """)
            .bind("product", product)
            .map((row, _) ->
                new Tally(
                    row.getString("day"),
                    row.getString("label"),
                    row.getString("model_version"),
                    row.getLong("served"),
                    row.getLong("labelled")))
            .list());
  }

  long dropped(String product) {
    return database.read(handle ->
        handle
            .createQuery("SELECT coalesce(sum(n), 0) FROM log_count WHERE product = :product")
            .bind("product", product)
            .mapTo(Long.class)
            .one());
  }

  /** Labels without a prediction; they belong to no product yet. */
  long quarantined() {
    return database.read(handle ->
        handle
            .createQuery("SELECT count(*) FROM feedback WHERE state = 'quarantined'")
            .mapTo(Long.class)
            .one());
  }

  /** How many joined labels are in this state on their way to training. */
  long training(String product, String state) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT count(*) FROM feedback WHERE product = :product AND training = :state")
            .bind("product", product)
            .bind("state", state)
            .mapTo(Long.class)
            .one());
  }

  /** The q-quantile (nearest rank) of label delays, in seconds. */
  OptionalDouble delay(String product, double q) {
    List<Long> delays =
        database.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT delay_millis FROM feedback
                    WHERE product = :product AND state = 'joined' ORDER BY delay_millis
                    """)
                .bind("product", product)
                .mapTo(Long.class)
                .list());
    return quantile(delays, q, 1000);
  }

  static OptionalDouble quantile(List<Long> sorted, double q, double unit) {
    if (sorted.isEmpty()) {
      return OptionalDouble.empty();
    }
    int rank = (int) Math.ceil(q * sorted.size()) - 1;
    return OptionalDouble.of(sorted.get(Math.max(0, rank)) / unit);
  }

  void release(String product, String version, Instant at) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO model_release (product, version, at) VALUES (:product, :version, :at)
                ON CONFLICT (product, version, at) DO NOTHING
                """)
            .bind("product", product)
            .bind("version", version)
            .bind("at", EventTime.text(at))
            .execute());
  }

  List<MonitorView.Release> releases(String product) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT version, at FROM model_release WHERE product = :product ORDER BY at")
            .bind("product", product)
            .map((row, _) ->
                new MonitorView.Release(
                    Instant.parse(row.getString("at")), row.getString("version")))
            .list());
  }

  /** Latencies of the newest requests, ascending, in microseconds. */
  List<Long> latencies(String product, int newest) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT latency_micros FROM (
                  SELECT latency_micros FROM prediction WHERE product = :product
                  ORDER BY seq DESC LIMIT :newest) AS latest
                ORDER BY latency_micros
                """)
            .bind("product", product)
            .bind("newest", newest)
            .mapTo(Long.class)
            .list());
  }

  /** How many answers each rung gave, in words. */
  String servedBy(String product) {
    List<String> rungs =
        database.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT served_by, count(*) AS n FROM prediction WHERE product = :product
                    GROUP BY served_by ORDER BY 1
                    """)
                .bind("product", product)
                .map((row, _) -> row.getString("served_by") + " " + row.getLong("n"))
                .list());
    return String.join(", ", rungs);
  }

  /** How many requests went on to another rung for a reason that starts so. */
  long reasons(String product, String prefix) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT count(*) FROM prediction
                WHERE product = :product AND fallback_reason LIKE :prefix
                """)
            .bind("product", product)
            .bind("prefix", prefix + "%")
            .mapTo(Long.class)
            .one());
  }

  /** Totals of the log. */
  record Totals(
      long logged,
      long labelled,
      long errors,
      long fallbacks,
      long consumers,
      long mature,
      long matureLabelled,
      Optional<Instant> first,
      Optional<Instant> last) {}

  /** {@code mature}: predictions before that instant, whose labels are due. */
  Totals totals(String product, Instant mature) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT count(*) AS logged, count(actual) AS labelled, count(error) AS errors,
                  coalesce(sum(CASE WHEN served_by IN
                    ('previous_champion', 'baseline', 'default_value') THEN 1 ELSE 0 END), 0)
                    AS fallbacks,
                  count(consumer) AS consumers,
                  coalesce(sum(CASE WHEN at < :mature THEN 1 ELSE 0 END), 0) AS mature,
                  coalesce(sum(CASE WHEN at < :mature AND actual IS NOT NULL THEN 1 ELSE 0 END), 0)
                    AS mature_labelled,
                  min(at) AS first, max(at) AS last
                FROM prediction WHERE product = :product
                """)
            .bind("product", product)
            .bind("mature", EventTime.text(mature))
            .map((row, _) ->
                new Totals(
                    row.getLong("logged"),
                    row.getLong("labelled"),
                    row.getLong("errors"),
                    row.getLong("fallbacks"),
                    row.getLong("consumers"),
                    row.getLong("mature"),
                    row.getLong("mature_labelled"),
                    Optional.ofNullable(row.getString("first")).map(Instant::parse),
                    Optional.ofNullable(row.getString("last")).map(Instant::parse)))
            .one());
  }

  /** Fallback answers in the worst hour since, and that hour's requests. */
  record Hour(long fallbacks, long requests) {}

  Hour worstHour(String product, Instant since) {
    return database
        .read(handle ->
            handle
                .createQuery(
                    """
                    SELECT sum(CASE WHEN served_by IN
                      ('previous_champion', 'baseline', 'default_value') THEN 1 ELSE 0 END)
                      AS fallbacks, count(*) AS requests
                    FROM prediction WHERE product = :product AND at >= :since
                    GROUP BY substr(at, 1, 13)
                    """)
                .bind("product", product)
                .bind("since", EventTime.text(since))
                .map((row, _) -> new Hour(row.getLong("fallbacks"), row.getLong("requests")))
                .list())
        .stream()
        .max(
            java.util.Comparator.comparingDouble(
                hour -> (double) hour.fallbacks() / hour.requests()))
        .orElse(new Hour(0, 0));
  }
}
