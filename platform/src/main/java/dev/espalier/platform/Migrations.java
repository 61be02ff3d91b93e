package dev.espalier.platform;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Applies a stage's migrations {@code db/<stage>/V1.sql, V2.sql …}, each in its own transaction, in
 * order, once. An applied file whose text changed since is refused.
 */
final class Migrations {
  private Migrations() {}

  static void apply(Database database, String stage) {
    List<String> scripts = scripts(stage);
    database.write(handle -> {
      Dialect dialect = database.dialect();
      handle.execute(
          dialect.ddl(
              """
              CREATE TABLE IF NOT EXISTS migration (
                stage varchar(40) NOT NULL, version int NOT NULL, digest varchar(80) NOT NULL,
                PRIMARY KEY (stage, version))
              """));
      for (int version = 1; version <= scripts.size(); version++) {
        step(handle, dialect, stage, version, scripts.get(version - 1));
      }
      return stage;
    });
  }

  private static void step(
      Handle handle, Dialect dialect, String stage, int version, String script) {
    String digest = Digest.of(script).text();
    Optional<String> applied =
        handle
            .createQuery("SELECT digest FROM migration WHERE stage = :stage AND version = :version")
            .bind("stage", stage)
            .bind("version", version)
            .mapTo(String.class)
            .findOne();
    if (applied.isEmpty()) {
      handle.createScript(dialect.ddl(script)).execute();
      handle
          .createUpdate("INSERT INTO migration VALUES (:stage, :version, :digest)")
          .bind("stage", stage)
          .bind("version", version)
          .bind("digest", digest)
          .execute();
    } else if (!applied.get().equals(digest)) {
      throw new EspalierException(
          ErrorCode.INTERNAL,
          "Migration V%d of %s changed after it was applied: add a new one instead."
              .formatted(version, stage));
    }
  }

  private static List<String> scripts(String stage) {
    List<String> scripts = new ArrayList<>();
    while (true) {
      String name = "db/%s/V%d.sql".formatted(stage, scripts.size() + 1);
      try (InputStream in = Migrations.class.getClassLoader().getResourceAsStream(name)) {
        if (in == null) {
          break;
        }
        scripts.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException failure) {
        throw new EspalierException(ErrorCode.INTERNAL, "Cannot read " + name, failure);
      }
    }
    if (scripts.isEmpty()) {
      throw new EspalierException(ErrorCode.INTERNAL, "No migrations found for stage " + stage);
    }
    return scripts;
  }
}
