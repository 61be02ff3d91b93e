package dev.espalier.artifacts;

import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The table of artifact names: one row for each file and each folder, by its parent's path. */
final class ArtifactTreeStore {
  private final Database database;

  ArtifactTreeStore(Database database) {
    this.database = database;
    database.migrate("artifacts");
  }

  /** Refuses a path that names a folder or leads through a file. */
  void checkFree(ArtifactPath path) {
    int _ =
        database.read(handle -> {
          checkFree(handle, path);
          return 0;
        });
  }

  private static void checkFree(Handle handle, ArtifactPath path) {
    if (find(handle, path).filter(ArtifactEntry::folder).isPresent()) {
      throw EspalierException.invalid("Invalid path: '%s' is a folder.".formatted(path));
    }
    for (ArtifactPath above = path.parent(); !above.isRoot(); above = above.parent()) {
      if (find(handle, above).filter(entry -> !entry.folder()).isPresent()) {
        throw EspalierException.invalid("Invalid path: '%s' is a file.".formatted(above));
      }
    }
  }

  void put(ArtifactEntry entry, Instant at) {
    int _ =
        database.writeTogether(handle -> {
          checkFree(handle, entry.path());
          for (ArtifactPath above = entry.path().parent();
              !above.isRoot();
              above = above.parent()) {
            if (insert(handle, new ArtifactEntry(above, Optional.empty(), 0), at) == 0) {
              break;
            }
          }
          return handle
              .createUpdate(
                  """
                  INSERT INTO artifact_entry (parent, name, digest, bytes, stored_at)
                  VALUES (:parent, :name, :digest, :bytes, :at)
                  ON CONFLICT (parent, name) DO UPDATE SET
                    digest = excluded.digest, bytes = excluded.bytes, stored_at = excluded.stored_at
                  """)
              .bind("parent", entry.path().parent().text())
              .bind("name", entry.path().name())
              .bind("digest", entry.content().map(Digest::text).orElse(null))
              .bind("bytes", entry.bytes())
              .bind("at", at.toString())
              .execute();
        });
  }

  private static int insert(Handle handle, ArtifactEntry folder, Instant at) {
    return handle
        .createUpdate(
            """
            INSERT INTO artifact_entry (parent, name, digest, bytes, stored_at)
            VALUES (:parent, :name, NULL, 0, :at) ON CONFLICT (parent, name) DO NOTHING
            """)
        .bind("parent", folder.path().parent().text())
        .bind("name", folder.path().name())
        .bind("at", at.toString())
        .execute();
  }

  Optional<ArtifactEntry> find(ArtifactPath path) {
    return database.read(handle -> find(handle, path));
  }

  private static Optional<ArtifactEntry> find(Handle handle, ArtifactPath path) {
    return handle
        .createQuery(
            """
            SELECT parent, name, digest, bytes FROM artifact_entry
            WHERE parent = :parent AND name = :name
            """)
        .bind("parent", path.parent().text())
        .bind("name", path.name())
        .map((row, _) -> entry(row))
        .findOne();
  }

  List<ArtifactEntry> list(ArtifactPath folder, String after, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT parent, name, digest, bytes FROM artifact_entry
                WHERE parent = :parent AND name > :after ORDER BY name LIMIT :limit
                """)
            .bind("parent", folder.text())
            .bind("after", after)
            .bind("limit", limit)
            .map((row, _) -> entry(row))
            .list());
  }

  private static ArtifactEntry entry(ResultSet row) throws SQLException {
    String parent = row.getString("parent");
    String name = row.getString("name");
    return new ArtifactEntry(
        new ArtifactPath(parent.isEmpty() ? name : parent + "/" + name),
        Optional.ofNullable(row.getString("digest")).map(Digest::new),
        row.getLong("bytes"));
  }

  int delete(ArtifactPath path) {
    return database.write(handle ->
        handle
                .createUpdate("DELETE FROM artifact_entry WHERE parent = :parent AND name = :name")
                .bind("parent", path.parent().text())
                .bind("name", path.name())
                .execute()
            // '0' is the character after '/': together the two bounds hold all that lies below.
            + handle
                .createUpdate(
                    """
                    DELETE FROM artifact_entry
                    WHERE parent = :path OR (parent >= :from AND parent < :to)
                    """)
                .bind("path", path.text())
                .bind("from", path.text() + "/")
                .bind("to", path.text() + "0")
                .execute());
  }
}
