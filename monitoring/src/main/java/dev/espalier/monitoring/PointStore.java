package dev.espalier.monitoring;

import dev.espalier.platform.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The points of business metrics. */
final class PointStore {
  private final Database database;

  PointStore(Database database) {
    this.database = database;
  }

  /** What became of a point: new, known already, or another value for a known time. */
  enum Stored {
    STORED,
    DUPLICATE,
    REVISED
  }

  Stored put(String product, MetricPoint point) {
    return database.write(handle -> {
      Optional<MetricPoint> before = find(handle, product, point.metric(), point.at());
      if (before.isPresent()
          && before.get().value() == point.value()
          && before.get().n() == point.n()) {
        return Stored.DUPLICATE;
      }
      handle
          .createUpdate(
              """
              INSERT INTO metric_point (product, metric, at, value, n, sent_by, received_at)
              VALUES (:product, :metric, :at, :value, :n, :sentBy, :receivedAt)
              ON CONFLICT (product, metric, at) DO UPDATE SET value = excluded.value,
                n = excluded.n, sent_by = excluded.sent_by, received_at = excluded.received_at
              """)
          .bind("product", product)
          .bind("metric", point.metric())
          .bind("at", EventTime.text(point.at()))
          .bind("value", point.value())
          .bind("n", point.n())
          .bind("sentBy", point.sentBy())
          .bind("receivedAt", EventTime.text(point.receivedAt()))
          .execute();
      return before.isPresent() ? Stored.REVISED : Stored.STORED;
    });
  }

  private static Optional<MetricPoint> find(
      Handle handle, String product, String metric, Instant at) {
    return handle
        .createQuery(
            "SELECT * FROM metric_point WHERE product = :product AND metric = :metric AND at = :at")
        .bind("product", product)
        .bind("metric", metric)
        .bind("at", EventTime.text(at))
        .map((row, _) -> point(row))
        .findOne();
  }

  /** The points since a time, oldest first; at most {@code limit} of the newest. */
  List<MetricPoint> since(String product, String metric, Instant since, int limit) {
    return database
        .read(handle ->
            handle
                .createQuery(
                    """
                    SELECT * FROM metric_point
                    WHERE product = :product AND metric = :metric AND at >= :since
                    ORDER BY at DESC LIMIT :limit
                    """)
                .bind("product", product)
                .bind("metric", metric)
                .bind("since", EventTime.text(since))
                .bind("limit", limit)
                .map((row, _) -> point(row))
                .list())
        .reversed();
  }

  private static MetricPoint point(ResultSet row) throws SQLException {
    return new MetricPoint(
        row.getString("metric"),
        Instant.parse(row.getString("at")),
        row.getDouble("value"),
        row.getLong("n"),
        row.getString("sent_by"),
        Instant.parse(row.getString("received_at")));
  }
}
