package dev.espalier.monitoring;

import dev.espalier.evaluation.Agreement;
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

  /** Whether another source has labelled the same prediction. */
  enum Kin {
    ALONE,
    ANOTHER_SOURCE
  }

  /** Everything that was said about a prediction. */
  List<Label> of(String predictionId) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM feedback WHERE prediction_id = :id ORDER BY source, revision
                """)
            .bind("id", predictionId)
            .map((row, _) -> label(row))
            .list());
  }

  /** How many labels of a source wait for their predictions. */
  long waitingOf(String source) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT count(*) FROM feedback WHERE source = :source AND state = 'quarantined'
                """)
            .bind("source", source)
            .mapTo(Long.class)
            .one());
  }

  /**
   * Stores a label, and writes the one that counts to its prediction, in one commit.
   *
   * @param counting which of all labels of the prediction counts
   */
  void join(Label label, Label counting, PredictionView prediction, String training, Kin kin) {
    database.write(handle -> {
      insert(
          handle,
          label,
          Optional.of(prediction.product()),
          "joined",
          Optional.of(Math.max(0, Duration.between(prediction.at(), label.at()).toMillis())),
          training,
          kin);
      if (prediction.actual().isEmpty()) {
        HourStore.labelled(handle, prediction);
      }
      return handle
          .createUpdate("UPDATE prediction SET actual = :label, actual_at = :at WHERE id = :id")
          .bind("label", counting.label())
          .bind("at", EventTime.text(counting.at()))
          .bind("id", label.predictionId())
          .execute();
    });
  }

  /** Keeps a label whose prediction is unknown. */
  void quarantine(Label label) {
    database.write(handle -> {
      insert(handle, label, Optional.empty(), "quarantined", Optional.empty(), "off", Kin.ALONE);
      return label;
    });
  }

  /** Sets a label aside for good: its prediction appeared, and its model knows no such label. */
  void refuse(Label label) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                UPDATE feedback SET state = 'refused'
                WHERE prediction_id = :id AND source = :source AND revision = :revision
                """)
            .bind("id", label.predictionId())
            .bind("source", label.source())
            .bind("revision", label.revision())
            .execute());
  }

  private static void insert(
      Handle handle,
      Label label,
      Optional<String> product,
      String state,
      Optional<Long> delay,
      String training,
      Kin kin) {
    handle
        .createUpdate(
            """
            INSERT INTO feedback (prediction_id, source, revision, product, label, at, state,
              delay_millis, training, again)
            VALUES (:id, :source, :revision, :product, :label, :at, :state, :delay, :training,
              :again)
            ON CONFLICT (prediction_id, source, revision) DO UPDATE SET
              product = excluded.product, state = excluded.state,
              delay_millis = excluded.delay_millis, training = excluded.training,
              again = excluded.again
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
        .bind("again", kin == Kin.ANOTHER_SOURCE ? 1 : 0)
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
  List<Label> due(int limit) {
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

  /**
   * Pairs of labels that two sources gave the same prediction, each source's newest, of the newest
   * {@code limit} predictions that have such.
   */
  List<Agreement.Pair> pairs(String product, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT first.label AS one, min(second.label) AS other FROM (
                  SELECT prediction_id FROM feedback WHERE product = :product AND again = 1
                  GROUP BY prediction_id ORDER BY max(at) DESC LIMIT :limit) AS twice
                JOIN feedback AS first ON first.prediction_id = twice.prediction_id
                  AND first.source = (SELECT min(source) FROM feedback
                    WHERE prediction_id = twice.prediction_id)
                  AND first.revision = (SELECT max(revision) FROM feedback
                    WHERE prediction_id = first.prediction_id AND source = first.source)
                JOIN feedback AS second ON second.prediction_id = twice.prediction_id
                  AND second.source = (SELECT min(source) FROM feedback
                    WHERE prediction_id = twice.prediction_id AND source > first.source)
                  AND second.revision = (SELECT max(revision) FROM feedback
                    WHERE prediction_id = second.prediction_id AND source = second.source)
                GROUP BY twice.prediction_id, first.label
                """)
            .bind("product", product)
            .bind("limit", limit)
            .map((row, _) -> new Agreement.Pair(row.getString("one"), row.getString("other")))
            .list());
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
