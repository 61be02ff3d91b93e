package dev.espalier.monitoring;

import dev.espalier.platform.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The labels' table, and the join into the inference log. */
final class LabelStore {
  private final Database database;

  LabelStore(Database database) {
    this.database = database;
  }

  /** A label as it came. */
  record Label(String predictionId, String source, int revision, String label, Instant at) {}

  /** The newest label of this source for the prediction, with its revision. */
  Optional<Label> newest(String predictionId, String source) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM feedback WHERE prediction_id = :id AND source = :source
                ORDER BY revision DESC LIMIT 1
                """)
            .bind("id", predictionId)
            .bind("source", source)
            .map((row, _) -> label(row))
            .findOne());
  }

  /** Stores the label and joins it, in one commit; the effective label is the latest to arrive. */
  void join(Label label, PredictionView prediction, String training) {
    database.write(handle -> {
      insert(
          handle,
          label,
          Optional.of(prediction.product()),
          "joined",
          Optional.of(Math.max(0, Duration.between(prediction.at(), label.at()).toMillis())),
          training);
      return handle
          .createUpdate("UPDATE prediction SET actual = :label, actual_at = :at WHERE id = :id")
          .bind("label", label.label())
          .bind("at", EventTime.text(label.at()))
          .bind("id", label.predictionId())
          .execute();
    });
  }

  /** Keeps a label whose prediction is unknown. */
  void quarantine(Label label) {
    database.write(handle -> {
      insert(handle, label, Optional.empty(), "quarantined", Optional.empty(), "off");
      return label;
    });
  }

  private static void insert(
      Handle handle,
      Label label,
      Optional<String> product,
      String state,
      Optional<Long> delay,
      String training) {
    handle
        .createUpdate(
            """
            INSERT INTO feedback (prediction_id, source, revision, product, label, at, state,
              delay_millis, training)
            VALUES (:id, :source, :revision, :product, :label, :at, :state, :delay, :training)
            ON CONFLICT (prediction_id, source, revision) DO UPDATE SET
              product = excluded.product, state = excluded.state,
              delay_millis = excluded.delay_millis, training = excluded.training
            """)
        .bind("id", label.predictionId())
        .bind("source", label.source())
        .bind("revision", label.revision())
        .bind("product", product)
        .bind("label", label.label())
        .bind("at", EventTime.text(label.at()))
        .bind("state", state)
        .bind("delay", delay)
        .bind("training", training)
        .execute();
  }

  /** Quarantined labels whose prediction has been logged meanwhile. */
  List<Label> joinable(int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT feedback.* FROM feedback
                JOIN prediction ON prediction.id = feedback.prediction_id
                WHERE feedback.state = 'quarantined' AND feedback.product IS NULL LIMIT :limit
                """)
            .bind("limit", limit)
            .map((row, _) -> label(row))
            .list());
  }

  /** Joined labels that are yet to be given to training: a crash in between loses none. */
  List<Label> waiting(int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM feedback
                WHERE training = 'due' ORDER BY prediction_id, revision LIMIT :limit
                """)
            .bind("limit", limit)
            .map((row, _) -> label(row))
            .list());
  }

  void training(Label label, String state) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                UPDATE feedback SET training = :state
                WHERE prediction_id = :id AND source = :source AND revision = :revision
                """)
            .bind("state", state)
            .bind("id", label.predictionId())
            .bind("source", label.source())
            .bind("revision", label.revision())
            .execute());
  }

  /** Lets reviewed labels of a product go to training; returns how many. */
  int approve(String product) {
    return database.write(handle ->
        handle
            .createUpdate(
                """
                UPDATE feedback SET training = 'due'
                WHERE product = :product AND training = 'review'
                """)
            .bind("product", product)
            .execute());
  }

  private static Label label(ResultSet row) throws SQLException {
    return new Label(
        row.getString("prediction_id"),
        row.getString("source"),
        row.getInt("revision"),
        row.getString("label"),
        Instant.parse(row.getString("at")));
  }
}
