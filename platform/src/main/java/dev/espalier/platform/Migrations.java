package dev.espalier.platform;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/**
 * Applies the migrations {@code db/<stage>/V1.sql, V2.sql …} of some stages, in order, once, all in
 * one transaction. An applied file whose text changed since is refused.
 */
final class Migrations {
  private Migrations() {}

  private record Applied(String stage, int version, String digest) {}

  static void apply(Database database, List<String> stages) {
    Map<String, List<String>> scripts =
        stages.stream().collect(Collectors.toMap(stage -> stage, Migrations::scripts));
    database.write(handle -> {
      Dialect dialect = database.dialect();
      execute(
          handle,
          dialect.ddl(
              """
              CREATE TABLE IF NOT EXISTS migration (
                stage varchar(40) NOT NULL, version int NOT NULL, digest varchar(80) NOT NULL,
                PRIMARY KEY (stage, version))
              """));
      Map<String, Map<Integer, String>> applied = applied(handle);
      for (String stage : stages) {
        Map<Integer, String> digests = applied.getOrDefault(stage, Map.of());
        List<String> texts = scripts.getOrDefault(stage, List.of());
        for (int version = 1; version <= texts.size(); version++) {
          step(handle, new Applied(stage, version, digest(texts, version)), digests, texts);
        }
      }
      return stages;
    });
  }

  private static String digest(List<String> scripts, int version) {
    return Digest.of(scripts.get(version - 1)).text();
  }

  private static Map<String, Map<Integer, String>> applied(Handle handle) {
    return handle
        .createQuery("SELECT stage, version, digest FROM migration")
        .map((row, _) ->
            new Applied(row.getString("stage"), row.getInt("version"), row.getString("digest")))
        .list()
        .stream()
        .collect(
            Collectors.groupingBy(
                Applied::stage, Collectors.toMap(Applied::version, Applied::digest)));
  }

  private static void step(
      Handle handle, Applied wanted, Map<Integer, String> digests, List<String> scripts) {
    String there = digests.get(wanted.version());
    if (there == null) {
      execute(handle, Dialect.of(handle).ddl(scripts.get(wanted.version() - 1)));
      handle.execute(
          "INSERT INTO migration VALUES (?, ?, ?)",
          wanted.stage(),
          wanted.version(),
          wanted.digest());
    } else if (!there.equals(wanted.digest())) {
      throw new EspalierException(
          ErrorCode.INTERNAL,
          "Migration V%d of %s changed after it was applied: add a new one instead."
              .formatted(wanted.version(), wanted.stage()));
    }
  }

  /** A whole script at once: both drivers take many statements in one call. */
  private static void execute(Handle handle, String script) {
    try (Statement statement = handle.getConnection().createStatement()) {
      statement.executeUpdate(script);
    } catch (SQLException failure) {
      throw new UnableToExecuteStatementException(failure, null);
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
