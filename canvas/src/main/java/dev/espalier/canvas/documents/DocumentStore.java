package dev.espalier.canvas.documents;

import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Which documents are frozen, and under which digests their bytes are kept. */
final class DocumentStore {
  private final Database database;

  DocumentStore(Database database) {
    this.database = database;
    database.migrate("documents");
  }

  /** One frozen document. */
  record Frozen(
      String product,
      String version,
      String name,
      String title,
      String canvasVersion,
      int sections,
      int answered,
      Instant frozenAt,
      Digest json,
      Digest markdown,
      Digest html) {}

  /** Keeps all of a release's documents, or none; one that is frozen already stays as it is. */
  void freeze(List<Frozen> documents) {
    int _ =
        database.write(handle -> {
          for (Frozen each : documents) {
            handle
                .createUpdate(
                    """
                    INSERT INTO frozen_document (product, version, name, title, canvas_version,
                      sections, answered, frozen_at, json_digest, markdown_digest, html_digest)
                    VALUES (:product, :version, :name, :title, :canvas, :sections, :answered, :at,
                      :json, :markdown, :html)
                    ON CONFLICT (product, version, name) DO NOTHING
                    """)
                .bind("product", each.product())
                .bind("version", each.version())
                .bind("name", each.name())
                .bind("title", each.title())
                .bind("canvas", each.canvasVersion())
                .bind("sections", each.sections())
                .bind("answered", each.answered())
                .bind("at", each.frozenAt().toString())
                .bind("json", each.json().text())
                .bind("markdown", each.markdown().text())
                .bind("html", each.html().text())
                .execute();
          }
          return documents.size();
        });
  }

  /** Everything frozen of a product, by version and name. */
  List<Frozen> all(String product) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT * FROM frozen_document WHERE product = :product ORDER BY frozen_at, name")
            .bind("product", product)
            .map((row, _) -> frozen(row))
            .list());
  }

  private static Frozen frozen(ResultSet row) throws SQLException {
    return new Frozen(
        row.getString("product"),
        row.getString("version"),
        row.getString("name"),
        row.getString("title"),
        row.getString("canvas_version"),
        row.getInt("sections"),
        row.getInt("answered"),
        Instant.parse(row.getString("frozen_at")),
        new Digest(row.getString("json_digest")),
        new Digest(row.getString("markdown_digest")),
        new Digest(row.getString("html_digest")));
  }
}
