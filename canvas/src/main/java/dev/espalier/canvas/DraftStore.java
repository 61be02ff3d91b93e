package dev.espalier.canvas;

import dev.espalier.platform.Database;
import java.time.Instant;
import java.util.Optional;

/** One draft of each author and product. */
final class DraftStore {
  private final Database database;

  DraftStore(Database database) {
    this.database = database;
  }

  void save(String product, Draft draft) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO canvas_draft (product, author, base, source, updated_at)
                VALUES (:product, :author, :base, :source, :at)
                ON CONFLICT (product, author) DO UPDATE SET
                  base = excluded.base, source = excluded.source, updated_at = excluded.updated_at
                """)
            .bind("product", product)
            .bind("author", draft.by())
            .bind("base", draft.baseVersion())
            .bind("source", draft.source())
            .bind("at", draft.updatedAt().toString())
            .execute());
  }

  Optional<Draft> find(String product, String author) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM canvas_draft WHERE product = :product AND author = :author")
            .bind("product", product)
            .bind("author", author)
            .map((row, _) ->
                new Draft(
                    row.getString("source"),
                    row.getString("base"),
                    Instant.parse(row.getString("updated_at")),
                    row.getString("author")))
            .findOne());
  }

  void delete(String product, String author) {
    database.write(handle ->
        handle
            .createUpdate("DELETE FROM canvas_draft WHERE product = :product AND author = :author")
            .bind("product", product)
            .bind("author", author)
            .execute());
  }
}
