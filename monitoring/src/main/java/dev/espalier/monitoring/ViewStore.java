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

  /** How long the newest joined labels took, in milliseconds, ascending; where they went. */
  record Recent(List<Long> delays, long sent) {}

  Recent recent(String product, int newest) {
    return database.read(handle -> {
      List<Long> delays =
          handle
              .createQuery(
                  """
                  SELECT delay_millis FROM (
                    SELECT delay_millis FROM feedback
                    WHERE product = :product AND state = 'joined' ORDER BY at DESC LIMIT :newest)
                    AS latest
                  ORDER BY delay_millis
                  """)
              .bind("product", product)
              .bind("newest", newest)
              .mapTo(Long.class)
              .list();
      long sent =
          handle
              .createQuery(
                  """
                  SELECT count(*) FROM (
                    SELECT training FROM feedback
                    WHERE product = :product AND state = 'joined' ORDER BY at DESC LIMIT :newest)
                    AS latest
                  WHERE training = 'sent'
                  """)
              .bind("product", product)
              .bind("newest", newest)
              .mapTo(Long.class)
              .one();
      return new Recent(delays, sent);
    });
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

  /**
   * What the log still holds.
   *
   * @param oldest when its oldest prediction was made
   * @param newest how many of the newest were looked at
   * @param strange those of them that somebody else answered because the answer was no distribution
   *     over the labels: not finite, outside 0–1, or of another sum or number
   */
  record Kept(Instant oldest, long newest, long strange) {}

  Optional<Kept> kept(String product, int newest) {
    return database.read(handle -> {
      Optional<String> oldest =
          handle
              .createQuery("SELECT at FROM prediction WHERE product = :product ORDER BY at LIMIT 1")
              .bind("product", product)
              .mapTo(String.class)
              .findOne();
      return oldest.map(at ->
          handle
              .createQuery(
                  """
                  SELECT count(*) AS looked, coalesce(sum(CASE
                    WHEN fallback_reason LIKE 'post_fail%' AND fallback_reason NOT LIKE '%confidence%'
                    THEN 1 ELSE 0 END), 0) AS strange
                  FROM (SELECT fallback_reason FROM prediction WHERE product = :product
                    ORDER BY seq DESC LIMIT :newest) AS latest
                  """)
              .bind("product", product)
              .bind("newest", newest)
              .map((row, _) ->
                  new Kept(Instant.parse(at), row.getLong("looked"), row.getLong("strange")))
              .one());
    });
  }
}
