package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Plans and the chain of versions. */
final class CanvasStore {
  /** A stored plan: the document and the version it was planned against ({@code ""}: none). */
  record Planned(String product, String base, String version, String source) {}

  private final Database database;

  CanvasStore(Database database) {
    this.database = database;
    database.migrate("canvas");
  }

  void plan(Plan plan, String source) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO canvas_plan (digest, product, base, version, source, plan)
                VALUES (:digest, :product, :base, :version, :source, :plan)
                ON CONFLICT (digest) DO UPDATE SET source = excluded.source
                """)
            .bind("digest", plan.planDigest().text())
            .bind("product", plan.product())
            .bind("base", plan.base().orElse(""))
            .bind("version", plan.version())
            .bind("source", source)
            .bind("plan", Json.write(plan))
            .execute());
  }

  Optional<Planned> planned(Digest digest) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM canvas_plan WHERE digest = :digest")
            .bind("digest", digest.text())
            .map((row, _) ->
                new Planned(
                    row.getString("product"),
                    row.getString("base"),
                    row.getString("version"),
                    row.getString("source")))
            .findOne());
  }

  /** Appends a version if {@code base} is still the newest one; CONFLICT otherwise. */
  void append(CanvasDocument next, String base) {
    database.write(handle -> {
      List<CanvasDocument> all = versions(handle, next.product());
      String newest = all.isEmpty() ? "" : all.getLast().version();
      if (!newest.equals(base)) {
        throw EspalierException.conflict(
            "Canvas '%s' is at version %s now; the plan was made against %s. Plan again."
                .formatted(next.product(), newest, base.isEmpty() ? "none" : base));
      }
      return handle
          .createUpdate(
              """
              INSERT INTO canvas_version (product, number, version, digest, content_digest, parent,
                applied_at, applied_by, reason, source, document)
              VALUES (:product, :number, :version, :digest, :content, :parent, :at, :by, :reason,
                :source, :document)
              """)
          .bind("product", next.product())
          .bind("number", all.size() + 1)
          .bind("version", next.version())
          .bind("digest", next.digest().text())
          .bind("content", next.contentDigest().text())
          .bind("parent", next.parent().map(Digest::text).orElse(""))
          .bind("at", next.appliedAt().toString())
          .bind("by", next.appliedBy())
          .bind("reason", next.reason())
          .bind("source", next.source())
          .bind("document", Json.write(next.document()))
          .execute();
    });
  }

  List<CanvasDocument> versions(String product) {
    return database.read(handle -> versions(handle, product));
  }

  List<String> products() {
    return database.read(handle ->
        handle
            .createQuery("SELECT DISTINCT product FROM canvas_version ORDER BY product")
            .mapTo(String.class)
            .list());
  }

  private static List<CanvasDocument> versions(org.jdbi.v3.core.Handle handle, String product) {
    return handle
        .createQuery("SELECT * FROM canvas_version WHERE product = :product ORDER BY number")
        .bind("product", product)
        .map((row, _) -> {
          JsonNode document = Json.tree(row.getString("document"));
          String parent = row.getString("parent");
          return new CanvasDocument(
              row.getString("product"),
              row.getString("version"),
              new Digest(row.getString("digest")),
              new Digest(row.getString("content_digest")),
              parent.isEmpty() ? Optional.empty() : Optional.of(new Digest(parent)),
              Instant.parse(row.getString("applied_at")),
              row.getString("applied_by"),
              row.getString("reason"),
              row.getString("source"),
              document);
        })
        .list();
  }
}
