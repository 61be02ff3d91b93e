package dev.espalier.canvas;

import dev.espalier.platform.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The comments of all products, in the order in which they were made. */
final class CommentStore {
  private final Database database;

  CommentStore(Database database) {
    this.database = database;
  }

  void add(String product, Comment comment) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO canvas_comment
                  (id, product, question, version, author, at, body, settled_by)
                VALUES (:id, :product, :question, :version, :author, :at, :body, '')
                """)
            .bind("id", comment.id())
            .bind("product", product)
            .bind("question", comment.question())
            .bind("version", comment.version())
            .bind("author", comment.by())
            .bind("at", comment.at().toString())
            .bind("body", comment.text())
            .execute());
  }

  List<Comment> all(String product) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM canvas_comment WHERE product = :product ORDER BY id")
            .bind("product", product)
            .map((row, _) -> comment(row))
            .list());
  }

  Optional<Comment> find(String product, String id) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM canvas_comment WHERE product = :product AND id = :id")
            .bind("product", product)
            .bind("id", id)
            .map((row, _) -> comment(row))
            .findOne());
  }

  /** False where somebody settled it before. */
  boolean settle(String product, String id, String by) {
    return database.write(handle ->
        handle
                .createUpdate(
                    """
                    UPDATE canvas_comment SET settled_by = :by
                    WHERE product = :product AND id = :id AND settled_by = ''
                    """)
                .bind("by", by)
                .bind("product", product)
                .bind("id", id)
                .execute()
            > 0);
  }

  private static Comment comment(ResultSet row) throws SQLException {
    return new Comment(
        row.getString("id"),
        row.getString("question"),
        row.getString("version"),
        row.getString("author"),
        Instant.parse(row.getString("at")),
        row.getString("body"),
        Optional.of(row.getString("settled_by")).filter(by -> !by.isEmpty()));
  }
}
