package dev.espalier.deployment;

import dev.espalier.platform.Database;
import dev.espalier.platform.Json;
import java.util.List;
import java.util.Optional;

/** The drills' table: rows are added and never changed. Thread-safe. */
public final class DrillStore {
  private final Database database;

  public DrillStore(Database database) {
    this.database = database;
    database.migrate("deployment");
  }

  public void save(DrillRecord drill) {
    int _ =
        database.write(handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO drill_record
                      (id, product, drill, version, position, state, document)
                    SELECT :id, :product, :drill, :version,
                      coalesce(max(position), 0) + 1, :state, :document
                    FROM drill_record WHERE product = :product
                    """)
                .bind("id", drill.id())
                .bind("product", drill.product())
                .bind("drill", drill.drill())
                .bind("version", drill.version())
                .bind("state", drill.state())
                .bind("document", Json.write(drill))
                .execute());
  }

  /** The newest {@code limit} drills of a product, newest first. */
  public List<DrillRecord> newest(String product, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT document FROM drill_record
                WHERE product = :product ORDER BY position DESC LIMIT :limit
                """)
            .bind("product", product)
            .bind("limit", limit)
            .map((row, _) -> Json.read(row.getString("document"), DrillRecord.class))
            .list());
  }

  /** The newest run of a drill against a version. */
  public Optional<DrillRecord> newest(String product, String drill, String version) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT document FROM drill_record
                WHERE product = :product AND drill = :drill AND version = :version
                ORDER BY position DESC LIMIT 1
                """)
            .bind("product", product)
            .bind("drill", drill)
            .bind("version", version)
            .map((row, _) -> Json.read(row.getString("document"), DrillRecord.class))
            .findOne());
  }
}
