package dev.espalier.deployment;

import dev.espalier.platform.Database;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The versions that were retired. */
final class RetirementStore {
  private final Database database;

  RetirementStore(Database database) {
    this.database = database;
    database.migrate("deployment");
  }

  /** Keeps the first retirement of a version; one that is retired already stays as it is. */
  void insert(String product, Retirement retirement) {
    int _ =
        database.write(handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO retirement (product, version, retired_at, retired_by, reason)
                    VALUES (:product, :version, :at, :by, :reason)
                    ON CONFLICT (product, version) DO NOTHING
                    """)
                .bind("product", product)
                .bind("version", retirement.version())
                .bind("at", retirement.at().toString())
                .bind("by", retirement.by())
                .bind("reason", retirement.reason())
                .execute());
  }

  /** Whether there was one to remove. */
  boolean remove(String product, String version) {
    return database.write(handle ->
        handle
            .createUpdate("DELETE FROM retirement WHERE product = :product AND version = :version")
            .bind("product", product)
            .bind("version", version)
            .execute())
        > 0;
  }

  Optional<Retirement> of(String product, String version) {
    return all(product).stream().filter(one -> one.version().equals(version)).findFirst();
  }

  /** Oldest first. */
  List<Retirement> all(String product) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT version, retired_at, retired_by, reason FROM retirement
                WHERE product = :product ORDER BY retired_at, version
                """)
            .bind("product", product)
            .map((row, _) ->
                new Retirement(
                    row.getString("version"),
                    Instant.parse(row.getString("retired_at")),
                    row.getString("retired_by"),
                    row.getString("reason")))
            .list());
  }
}
