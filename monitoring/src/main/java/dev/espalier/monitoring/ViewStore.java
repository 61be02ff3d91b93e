package dev.espalier.monitoring;

import dev.espalier.platform.Database;
import java.time.Instant;
import java.util.List;
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
}
