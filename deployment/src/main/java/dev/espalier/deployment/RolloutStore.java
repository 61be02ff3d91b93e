package dev.espalier.deployment;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.util.List;
import java.util.Optional;

/** The rollouts' table: a document a row, each change fenced by the epoch it was read at. */
final class RolloutStore {
  /** A rollout as read, with the epoch that a change of it must name. */
  record Stored(Rollout rollout, long epoch) {}

  private final Database database;

  RolloutStore(Database database) {
    this.database = database;
    database.migrate("deployment");
  }

  /** Inserts; CONFLICT when another rollout of the product has not ended. */
  void insert(Rollout rollout) {
    database.write(handle -> {
      boolean busy =
          handle
                  .createQuery(
                      """
                      SELECT count(*) FROM rollout
                      WHERE product = :product AND state NOT IN ('PROMOTED', 'ROLLED_BACK', 'WITHDRAWN')
                      """)
                  .bind("product", rollout.product())
                  .mapTo(Long.class)
                  .one()
              > 0;
      if (busy) {
        throw EspalierException.conflict(
            "Another rollout of '%s' is under way.".formatted(rollout.product()));
      }
      return handle
          .createUpdate(
              """
              INSERT INTO rollout (id, product, position, epoch, state, document)
              SELECT :id, :product, coalesce(max(position), 0) + 1, 0, :state, :document
              FROM rollout WHERE product = :product
              """)
          .bind("id", rollout.id())
          .bind("product", rollout.product())
          .bind("state", rollout.state())
          .bind("document", Json.write(rollout))
          .execute();
    });
  }

  /** Replaces the document if nobody changed it since {@code epoch}; CONFLICT otherwise. */
  void update(Rollout rollout, long epoch) {
    int changed =
        database.write(handle ->
            handle
                .createUpdate(
                    """
                    UPDATE rollout SET epoch = epoch + 1, state = :state, document = :document
                    WHERE id = :id AND epoch = :epoch
                    """)
                .bind("id", rollout.id())
                .bind("epoch", epoch)
                .bind("state", rollout.state())
                .bind("document", Json.write(rollout))
                .execute());
    if (changed == 0) {
      throw EspalierException.conflict("Rollout %s has moved on.".formatted(rollout.id()));
    }
  }

  Optional<Stored> active(String product) {
    return all(product).stream().filter(stored -> !stored.rollout().ended()).findFirst();
  }

  /** Oldest first. */
  List<Stored> all(String product) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT document, epoch FROM rollout WHERE product = :product ORDER BY position")
            .bind("product", product)
            .map((row, _) ->
                new Stored(
                    Json.read(row.getString("document"), Rollout.class), row.getLong("epoch")))
            .list());
  }

  List<String> products() {
    return database.read(handle ->
        handle
            .createQuery("SELECT DISTINCT product FROM rollout ORDER BY product")
            .mapTo(String.class)
            .list());
  }
}
