package dev.espalier.server.identity;

import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tokens by the digest of their secret. */
final class TokenStore {
  private final Database database;

  TokenStore(Database database) {
    this.database = database;
    database.migrate("identity");
  }

  /** A token with the digest that its secret must have. */
  record Row(Digest digest, Token token) {}

  void add(Digest digest, Token token) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO token (id, digest, user_name, created_at, created_by, expires_at)
                VALUES (:id, :digest, :user, :at, :by, :expires)
                """)
            .bind("id", token.id())
            .bind("digest", digest.text())
            .bind("user", token.user())
            .bind("at", token.createdAt().toString())
            .bind("by", token.createdBy())
            .bind("expires", token.expiresAt().toString())
            .execute());
  }

  /** Revokes a token that is not revoked yet; false when there is none. */
  boolean revoke(String id, Instant at, String by) {
    return database.write(handle ->
        handle
            .createUpdate(
                """
                UPDATE token SET revoked_at = :at, revoked_by = :by
                WHERE id = :id AND revoked_at IS NULL
                """)
            .bind("id", id)
            .bind("at", at.toString())
            .bind("by", by)
            .execute())
        == 1;
  }

  void used(String id, Instant at) {
    database.write(handle ->
        handle
            .createUpdate("UPDATE token SET last_used_at = :at WHERE id = :id")
            .bind("id", id)
            .bind("at", at.toString())
            .execute());
  }

  List<Row> all() {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM token ORDER BY created_at, id")
            .map((row, _) -> new Row(new Digest(row.getString("digest")), token(row)))
            .list());
  }

  private static Token token(ResultSet row) throws SQLException {
    return new Token(
        row.getString("id"),
        row.getString("user_name"),
        Instant.parse(row.getString("created_at")),
        row.getString("created_by"),
        Instant.parse(row.getString("expires_at")),
        instant(row.getString("last_used_at")),
        instant(row.getString("revoked_at")),
        Optional.ofNullable(row.getString("revoked_by")));
  }

  private static Optional<Instant> instant(@Nullable String text) {
    return Optional.ofNullable(text).map(Instant::parse);
  }
}
