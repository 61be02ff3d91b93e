package dev.espalier.server.identity;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.wire.Rights.Level;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Users with passwords, and what was granted to whom. */
final class MlflowUserStore {
  private final Database database;

  MlflowUserStore(Database database) {
    this.database = database;
    database.migrate("identity");
  }

  List<MlflowUser> users() {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM mlflow_user ORDER BY id")
            .map((row, _) ->
                new MlflowUser(
                    row.getLong("id"),
                    row.getString("user_name"),
                    row.getString("password"),
                    row.getInt("administrator") == 1))
            .list());
  }

  /** CONFLICT when the name is taken. */
  MlflowUser add(String name, String password, Instant now) {
    return database.write(handle -> {
      boolean taken =
          handle
              .createQuery("SELECT 1 FROM mlflow_user WHERE user_name = :name")
              .bind("name", name)
              .mapTo(Integer.class)
              .findOne()
              .isPresent();
      if (taken) {
        throw EspalierException.conflict("User (username=%s) already exists.".formatted(name));
      }
      long id =
          handle
              .createQuery("SELECT COALESCE(MAX(id), 0) + 1 FROM mlflow_user")
              .mapTo(Long.class)
              .one();
      int _ =
          handle
              .createUpdate(
                  """
                  INSERT INTO mlflow_user (id, user_name, password, administrator, created_at)
                  VALUES (:id, :name, :password, 0, :now)
                  """)
              .bind("id", id)
              .bind("name", name)
              .bind("password", password)
              .bind("now", now.toString())
              .execute();
      return new MlflowUser(id, name, password, false);
    });
  }

  void update(MlflowUser user) {
    int _ =
        database.write(handle ->
            handle
                .createUpdate(
                    """
                    UPDATE mlflow_user SET password = :password, administrator = :administrator
                    WHERE user_name = :name
                    """)
                .bind("name", user.name())
                .bind("password", user.password())
                .bind("administrator", user.administrator() ? 1 : 0)
                .execute());
  }

  /** Takes a user away with everything that was granted to them. */
  void remove(String name) {
    int _ =
        database.write(handle -> {
          handle
              .createUpdate("DELETE FROM mlflow_grant WHERE user_name = :name")
              .bind("name", name)
              .execute();
          return handle
              .createUpdate("DELETE FROM mlflow_user WHERE user_name = :name")
              .bind("name", name)
              .execute();
        });
  }

  Optional<Level> level(String user, Grant.Kind kind, String resource) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT level FROM mlflow_grant
                WHERE user_name = :user AND kind = :kind AND resource = :resource
                """)
            .bind("user", user)
            .bind("kind", kind.name())
            .bind("resource", resource)
            .mapTo(String.class)
            .findOne()
            .map(Level::valueOf));
  }

  List<Grant> of(String user) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT * FROM mlflow_grant WHERE user_name = :user ORDER BY kind, resource")
            .bind("user", user)
            .map((row, _) -> grant(row))
            .list());
  }

  private static Grant grant(ResultSet row) throws SQLException {
    return new Grant(
        row.getString("user_name"),
        Grant.Kind.valueOf(row.getString("kind")),
        row.getString("resource"),
        Level.valueOf(row.getString("level")));
  }

  void put(Grant grant) {
    int _ = database.write(handle -> put(handle, grant));
  }

  private static int put(Handle handle, Grant grant) {
    return handle
        .createUpdate(
            """
            INSERT INTO mlflow_grant (user_name, kind, resource, level)
            VALUES (:user, :kind, :resource, :level)
            ON CONFLICT (user_name, kind, resource) DO UPDATE SET level = excluded.level
            """)
        .bind("user", grant.user())
        .bind("kind", grant.kind().name())
        .bind("resource", grant.resource())
        .bind("level", grant.level().name())
        .execute();
  }

  /** False when the user already has one on the same thing. */
  boolean add(Grant grant) {
    return database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO mlflow_grant (user_name, kind, resource, level)
                VALUES (:user, :kind, :resource, :level)
                ON CONFLICT (user_name, kind, resource) DO NOTHING
                """)
            .bind("user", grant.user())
            .bind("kind", grant.kind().name())
            .bind("resource", grant.resource())
            .bind("level", grant.level().name())
            .execute())
        == 1;
  }

  /** What was just made belongs to whoever made it; grants on an earlier one of the name end. */
  void own(Grant grant) {
    int _ =
        database.write(handle -> {
          forget(handle, grant.kind(), grant.resource());
          return put(handle, grant);
        });
  }

  /** What was granted on something that is no more. */
  void forget(Grant.Kind kind, String resource) {
    int _ = database.write(handle -> forget(handle, kind, resource));
  }

  private static int forget(Handle handle, Grant.Kind kind, String resource) {
    return handle
        .createUpdate("DELETE FROM mlflow_grant WHERE kind = :kind AND resource = :resource")
        .bind("kind", kind.name())
        .bind("resource", resource)
        .execute();
  }

  /** Grants go with a new name; what was granted on an earlier thing of that name ends. */
  void rename(Grant.Kind kind, String from, String to) {
    int _ =
        database.write(handle -> {
          forget(handle, kind, to);
          return handle
              .createUpdate(
                  "UPDATE mlflow_grant SET resource = :to WHERE kind = :kind AND resource = :from")
              .bind("kind", kind.name())
              .bind("from", from)
              .bind("to", to)
              .execute();
        });
  }

  /** False when there was nothing to take back. */
  boolean drop(String user, Grant.Kind kind, String resource) {
    return database.write(handle ->
        handle
            .createUpdate(
                """
                DELETE FROM mlflow_grant
                WHERE user_name = :user AND kind = :kind AND resource = :resource
                """)
            .bind("user", user)
            .bind("kind", kind.name())
            .bind("resource", resource)
            .execute())
        == 1;
  }
}
