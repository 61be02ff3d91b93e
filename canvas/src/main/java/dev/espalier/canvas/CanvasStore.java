package dev.espalier.canvas;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Plans and the chain of versions. Thread-safe; this process is the database's only writer, so the
 * newest version of each product is remembered from its commit on.
 */
final class CanvasStore {
  /** A stored plan: the document and the version it was planned against ({@code ""}: none). */
  record Planned(
      Digest digest, String product, String base, String source, String by, Instant at) {}

  private static final TypeReference<List<Approval>> APPROVALS = new TypeReference<>() {};
  private final Database database;
  private final Map<String, Digest> newest = new ConcurrentHashMap<>();

  CanvasStore(Database database) {
    this.database = database;
    database.migrate("canvas");
  }

  void plan(Plan plan, String source, Instant at) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO canvas_plan
                  (digest, product, base, version, source, plan, planned_by, planned_at)
                VALUES (:digest, :product, :base, :version, :source, :plan, :by, :at)
                ON CONFLICT (digest) DO UPDATE SET source = excluded.source
                """)
            .bind("by", plan.by())
            .bind("at", at.toString())
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
            .map((row, _) -> planned(row))
            .findOne());
  }

  /** The newest plans against one version of a product, newest first. */
  List<Planned> plans(String product, String base, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM canvas_plan WHERE product = :product AND base = :base
                ORDER BY planned_at DESC, digest LIMIT :limit
                """)
            .bind("product", product)
            .bind("base", base)
            .bind("limit", limit)
            .map((row, _) -> planned(row))
            .list());
  }

  private static Planned planned(ResultSet row) throws SQLException {
    String at = row.getString("planned_at");
    return new Planned(
        new Digest(row.getString("digest")),
        row.getString("product"),
        row.getString("base"),
        row.getString("source"),
        row.getString("planned_by"),
        at.isEmpty() ? Instant.EPOCH : Instant.parse(at));
  }

  /** Records an approval; a second one by the same person changes nothing. */
  void approve(String product, Digest plan, Approval approval) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO canvas_approval (plan, product, approved_by, at, reason)
                VALUES (:plan, :product, :by, :at, :reason)
                ON CONFLICT (plan, approved_by) DO NOTHING
                """)
            .bind("plan", plan.text())
            .bind("product", product)
            .bind("by", approval.by())
            .bind("at", approval.at().toString())
            .bind("reason", approval.reason())
            .execute());
  }

  List<Approval> approvals(Digest plan) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT * FROM canvas_approval WHERE plan = :plan ORDER BY at, approved_by")
            .bind("plan", plan.text())
            .map((row, _) ->
                new Approval(
                    row.getString("approved_by"),
                    Instant.parse(row.getString("at")),
                    row.getString("reason")))
            .list());
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
      database.afterCommit(() -> this.newest.put(next.product(), next.digest()));
      return handle
          .createUpdate(
              """
              INSERT INTO canvas_version (product, number, version, digest, content_digest, parent,
                applied_at, applied_by, reason, source, document, planned_by, approvals, key_id,
                signature)
              VALUES (:product, :number, :version, :digest, :content, :parent, :at, :by, :reason,
                :source, :document, :plannedBy, :approvals, :keyId, :signature)
              """)
          .bind("plannedBy", next.plannedBy())
          .bind("approvals", Json.write(next.approvals()))
          .bind("keyId", next.keyId())
          .bind("signature", next.signature())
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
          .bind("document", next.document())
          .execute();
    });
  }

  /** The digest of the newest version: what an unchanged reader needs to know. */
  Optional<Digest> newest(String product) {
    Digest known = newest.get(product);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<Digest> stored = stored(product);
    // A version that was appended meanwhile stays.
    stored.ifPresent(digest -> newest.putIfAbsent(product, digest));
    return stored;
  }

  private Optional<Digest> stored(String product) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT digest FROM canvas_version WHERE product = :product
                ORDER BY number DESC LIMIT 1
                """)
            .bind("product", product)
            .mapTo(String.class)
            .findOne()
            .map(Digest::new));
  }

  List<CanvasDocument> versions(String product) {
    return database.read(handle -> versions(handle, product));
  }

  Optional<CanvasDocument> version(String product, Digest digest) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT * FROM canvas_version WHERE product = :product AND digest = :digest")
            .bind("product", product)
            .bind("digest", digest.text())
            .map((row, _) -> document(row))
            .findFirst());
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
        .map((row, _) -> document(row))
        .list();
  }

  private static CanvasDocument document(ResultSet row) throws SQLException {
    String document = row.getString("document");
    // What somebody made unreadable is refused here, not where it would be handed on.
    JsonNode _ = Json.tree(document);
    String parent = row.getString("parent");
    List<Approval> approvals = Json.read(row.getString("approvals"), APPROVALS);
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
        document,
        row.getString("planned_by"),
        approvals,
        row.getString("key_id"),
        row.getString("signature"));
  }
}
