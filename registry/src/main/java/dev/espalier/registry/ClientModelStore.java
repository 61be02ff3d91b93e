package dev.espalier.registry;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.RegisteredModel.Version;
import dev.espalier.tracking.TextStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/** The tables of registered models and versions as clients see them; pipelines write here too. */
final class ClientModelStore {
  static final String MODELS =
      "SELECT m.name, m.description, m.created_at, m.updated_at FROM registered_model m ";
  static final String VERSIONS =
      """
      SELECT v.seq, v.model, v.number, v.version, v.source, v.location, v.run_id, v.run_link,
        v.model_id, v.description, v.user_id, v.stage, v.signature, v.created_at, v.updated_at
      FROM registered_version v
      """;
  private final Database database;

  ClientModelStore(Database database) {
    this.database = database;
  }

  RegisteredModel create(String name, String description, Map<String, String> tags, long now) {
    return database.writeTogether(handle -> {
      if (find(handle, name).isPresent()) {
        throw exists(name);
      }
      insert(handle, name, description, now);
      tags.forEach((key, text) -> putModelTag(handle, name, key, text));
      return require(handle, name);
    });
  }

  private static EspalierException exists(String name) {
    return EspalierException.conflict(
        "Registered Model (name=%s) already exists. Choose another name.".formatted(name));
  }

  static void insert(Handle handle, String name, String description, long now) {
    handle
        .createUpdate(
            """
            INSERT INTO registered_model (name, description, created_at, updated_at, last_number)
            VALUES (:name, :description, :now, :now, 0) ON CONFLICT (name) DO NOTHING
            """)
        .bind("name", name)
        .bind("description", description)
        .bind("now", now)
        .execute();
  }

  /** How clients see a pipeline's version, and whether it is the first of its name. */
  record Shown(RegisteredModel model, Version version, boolean first) {}

  /** Shows a pipeline's version to clients, inside the transaction that registers it. */
  static Shown ofPipeline(Handle handle, ModelVersion version) {
    boolean first = find(handle, version.product()).isEmpty();
    long now = version.registeredAt().toEpochMilli();
    insert(handle, version.product(), "", now);
    insert(
        handle,
        new Version(
            version.product(),
            version.number(),
            version.version(),
            "espalier-bundle:/" + version.bundle().hex(),
            "espalier-bundle:/" + version.bundle().hex(),
            version.runId(),
            "",
            "",
            version.bumpReason(),
            "",
            "None",
            "",
            now,
            now,
            new TreeMap<>(Map.of("espalier.version", version.version())),
            List.of()));
    return new Shown(
        require(handle, version.product()),
        require(handle, version.product(), version.number()),
        first);
  }

  /** The greatest number that a name ever gave; 0 for a new name. */
  static int lastNumber(Handle handle, String name) {
    return handle
        .createQuery("SELECT last_number FROM registered_model WHERE name = :name")
        .bind("name", name)
        .mapTo(Integer.class)
        .findOne()
        .orElse(0);
  }

  static void insert(Handle handle, Version version) {
    handle
        .createUpdate(
            """
            INSERT INTO registered_version (model, number, version, source, location, run_id,
              run_link, model_id, description, user_id, stage, signature, created_at, updated_at)
            VALUES (:name, :number, :version, :source, :location, :run, :link, :modelId,
              :description, :user, :stage, :signature, :created, :updated)
            ON CONFLICT (model, number) DO NOTHING
            """)
        .bind("name", version.name())
        .bind("number", version.number())
        .bind("version", version.version())
        .bind("source", version.source())
        .bind("location", version.location())
        .bind("run", version.runId())
        .bind("link", version.runLink())
        .bind("modelId", version.modelId())
        .bind("description", version.description())
        .bind("user", version.user())
        .bind("stage", version.stage())
        .bind("signature", version.signature())
        .bind("created", version.createdAt())
        .bind("updated", version.updatedAt())
        .execute();
    long seq = seq(handle, version.name(), version.number());
    version.tags().forEach((key, text) -> putVersionTag(handle, seq, key, text));
    handle
        .createUpdate(
            """
            UPDATE registered_model SET updated_at = :now,
              last_number = CASE WHEN last_number < :number THEN :number ELSE last_number END
            WHERE name = :name
            """)
        .bind("now", version.updatedAt())
        .bind("number", version.number())
        .bind("name", version.name())
        .execute();
  }

  /** Adds a version under the next number, its SemVer computed from the one before. */
  Version add(Version draft) {
    return database.writeTogether(handle -> {
      require(handle, draft.name());
      int last = lastNumber(handle, draft.name());
      Optional<Version> before = last == 0 ? Optional.empty() : newest(handle, draft.name());
      String semVer =
          before
              .map(v ->
                  SemVer.parse(v.version())
                      .next(
                          v.signature().equals(draft.signature())
                              ? SemVer.Bump.MINOR
                              : SemVer.Bump.MAJOR)
                      .toString())
              .orElse(SemVer.FIRST.toString());
      SortedMap<String, String> tags = new TreeMap<>(draft.tags());
      insert(
          handle,
          new Version(
              draft.name(),
              last + 1,
              semVer,
              draft.source(),
              draft.location(),
              draft.runId(),
              draft.runLink(),
              draft.modelId(),
              draft.description(),
              draft.user(),
              draft.stage(),
              draft.signature(),
              draft.createdAt(),
              draft.updatedAt(),
              tags,
              List.of()));
      return require(handle, draft.name(), last + 1);
    });
  }

  private static Optional<Version> newest(Handle handle, String name) {
    return handle
        .createQuery(VERSIONS + "WHERE v.model = :name ORDER BY v.number DESC LIMIT 1")
        .bind("name", name)
        .map((row, _) -> version(handle, row))
        .findOne();
  }

  RegisteredModel require(String name) {
    return database.read(handle -> require(handle, name));
  }

  private static RegisteredModel require(Handle handle, String name) {
    return find(handle, name)
        .orElseThrow(() ->
            EspalierException.notFound("Registered Model with name=%s not found".formatted(name)));
  }

  private static Optional<RegisteredModel> find(Handle handle, String name) {
    return handle
        .createQuery(MODELS + "WHERE m.name = :name")
        .bind("name", name)
        .map((row, _) -> model(handle, row))
        .findOne();
  }

  static RegisteredModel model(Handle handle, ResultSet row) throws SQLException {
    String name = row.getString("name");
    SortedMap<String, Integer> aliases = new TreeMap<>();
    handle
        .createQuery("SELECT alias, number FROM registered_alias WHERE model = :name")
        .bind("name", name)
        .map((alias, _) -> Map.entry(alias.getString("alias"), alias.getInt("number")))
        .forEach(entry -> aliases.put(entry.getKey(), entry.getValue()));
    List<Version> latest =
        handle
            .createQuery(
                VERSIONS
                    + """
                    WHERE v.model = :name AND v.number = (SELECT MAX(w.number)
                      FROM registered_version w WHERE w.model = v.model AND w.stage = v.stage)
                    ORDER BY v.number
                    """)
            .bind("name", name)
            .map((version, _) -> version(handle, version))
            .list();
    return new RegisteredModel(
        name,
        row.getString("description"),
        row.getLong("created_at"),
        row.getLong("updated_at"),
        TextStore.texts(
            handle, "SELECT name, text FROM registered_model_tag WHERE model = :id", name),
        aliases,
        latest);
  }

  static Version version(Handle handle, ResultSet row) throws SQLException {
    String model = row.getString("model");
    int number = row.getInt("number");
    return new Version(
        model,
        number,
        row.getString("version"),
        row.getString("source"),
        row.getString("location"),
        row.getString("run_id"),
        row.getString("run_link"),
        row.getString("model_id"),
        row.getString("description"),
        row.getString("user_id"),
        row.getString("stage"),
        row.getString("signature"),
        row.getLong("created_at"),
        row.getLong("updated_at"),
        TextStore.texts(
            handle,
            "SELECT name, text FROM registered_version_tag WHERE version = :id",
            row.getLong("seq")),
        handle
            .createQuery(
                """
                SELECT alias FROM registered_alias WHERE model = :model AND number = :number
                ORDER BY alias
                """)
            .bind("model", model)
            .bind("number", number)
            .mapTo(String.class)
            .list());
  }

  Version require(String name, int number) {
    return database.read(handle -> require(handle, name, number));
  }

  private static Version require(Handle handle, String name, int number) {
    return handle
        .createQuery(VERSIONS + "WHERE v.model = :name AND v.number = :number")
        .bind("name", name)
        .bind("number", number)
        .map((row, _) -> version(handle, row))
        .findOne()
        .orElseThrow(() -> missing(name, number));
  }

  private static EspalierException missing(String name, int number) {
    return EspalierException.notFound(
        "Model Version (name=%s, version=%d) not found".formatted(name, number));
  }

  private static long seq(Handle handle, String name, int number) {
    return handle
        .createQuery("SELECT seq FROM registered_version WHERE model = :name AND number = :number")
        .bind("name", name)
        .bind("number", number)
        .mapTo(Long.class)
        .findOne()
        .orElseThrow(() -> missing(name, number));
  }

  RegisteredModel describe(String name, String description, long now) {
    return database.writeTogether(handle -> {
      handle
          .createUpdate(
              """
              UPDATE registered_model SET description = :description, updated_at = :now
              WHERE name = :name
              """)
          .bind("description", description)
          .bind("now", now)
          .bind("name", name)
          .execute();
      return require(handle, name);
    });
  }

  RegisteredModel rename(String name, String to, long now) {
    return database.writeTogether(handle -> {
      require(handle, name);
      if (find(handle, to).isPresent()) {
        throw exists(to);
      }
      for (String sql :
          List.of(
              "UPDATE registered_model SET name = :to, updated_at = :now WHERE name = :name",
              "UPDATE registered_version SET model = :to, updated_at = :now WHERE model = :name",
              "UPDATE registered_model_tag SET model = :to WHERE model = :name AND :now > 0",
              "UPDATE registered_alias SET model = :to WHERE model = :name AND :now > 0")) {
        handle.createUpdate(sql).bind("to", to).bind("now", now).bind("name", name).execute();
      }
      return require(handle, to);
    });
  }

  void delete(String name) {
    boolean _ =
        database.writeTogether(handle -> {
          require(handle, name);
          for (String sql :
              List.of(
                  """
                  DELETE FROM registered_version_tag WHERE version IN
                    (SELECT seq FROM registered_version WHERE model = :name)
                  """,
                  "DELETE FROM registered_version WHERE model = :name",
                  "DELETE FROM registered_model_tag WHERE model = :name",
                  "DELETE FROM registered_alias WHERE model = :name",
                  "DELETE FROM registered_model WHERE name = :name")) {
            handle.createUpdate(sql).bind("name", name).execute();
          }
          return true;
        });
  }

  void deleteVersion(String name, int number, long now) {
    boolean _ =
        database.writeTogether(handle -> {
          long seq = seq(handle, name, number);
          handle.execute("DELETE FROM registered_version_tag WHERE version = ?", seq);
          handle.execute("DELETE FROM registered_version WHERE seq = ?", seq);
          handle.execute(
              "DELETE FROM registered_alias WHERE model = ? AND number = ?", name, number);
          handle.execute("UPDATE registered_model SET updated_at = ? WHERE name = ?", now, name);
          return true;
        });
  }

  /** Changes a version's description or stage; others of that stage may be archived with it. */
  Version change(
      String name, int number, UnaryOperator<Version> change, boolean archive, long now) {
    return database.writeTogether(handle -> {
      Version changed = change.apply(require(handle, name, number));
      if (archive) {
        handle.execute(
            """
            UPDATE registered_version SET stage = 'Archived', updated_at = ?
            WHERE model = ? AND number <> ? AND stage = ?
            """,
            now,
            name,
            number,
            changed.stage());
      }
      handle.execute(
          """
          UPDATE registered_version SET description = ?, stage = ?, updated_at = ?
          WHERE model = ? AND number = ?
          """,
          changed.description(),
          changed.stage(),
          now,
          name,
          number);
      return require(handle, name, number);
    });
  }

  void setModelTag(String name, String key, String text) {
    int _ =
        database.writeTogether(handle -> {
          require(handle, name);
          return putModelTag(handle, name, key, text);
        });
  }

  private static int putModelTag(Handle handle, String name, String key, String text) {
    return handle.execute(
        """
        INSERT INTO registered_model_tag (model, name, text) VALUES (?, ?, ?)
        ON CONFLICT (model, name) DO UPDATE SET text = excluded.text
        """,
        name,
        key,
        text);
  }

  void deleteModelTag(String name, String key) {
    int _ =
        database.writeTogether(handle -> {
          require(handle, name);
          return handle.execute(
              "DELETE FROM registered_model_tag WHERE model = ? AND name = ?", name, key);
        });
  }

  void setVersionTag(String name, int number, String key, String text) {
    int _ =
        database.writeTogether(
            handle -> putVersionTag(handle, seq(handle, name, number), key, text));
  }

  private static int putVersionTag(Handle handle, long version, String key, String text) {
    return handle.execute(
        """
        INSERT INTO registered_version_tag (version, name, text) VALUES (?, ?, ?)
        ON CONFLICT (version, name) DO UPDATE SET text = excluded.text
        """,
        version,
        key,
        text);
  }

  void deleteVersionTag(String name, int number, String key) {
    int _ =
        database.writeTogether(handle ->
            handle.execute(
                "DELETE FROM registered_version_tag WHERE version = ? AND name = ?",
                seq(handle, name, number),
                key));
  }

  /** What an alias names now, inside the transaction of the caller. */
  Optional<AliasStore.Named> named(String name, String alias) {
    return database.writeTogether(handle -> {
      require(handle, name);
      return AliasStore.current(handle, name, alias);
    });
  }

  /** Moves an alias to a version that is there, and keeps the move for ever. */
  void setAlias(AliasMove move, int number) {
    boolean _ =
        database.writeTogether(handle -> {
          require(handle, move.product(), number);
          return AliasStore.move(handle, move, number);
        });
  }

  void deleteAlias(AliasMove move) {
    boolean _ =
        database.writeTogether(handle -> {
          AliasStore.remove(handle, move);
          return true;
        });
  }

  /** The model as the transaction of the caller sees it. */
  RegisteredModel current(String name) {
    return database.writeTogether(handle -> require(handle, name));
  }

  /** A version as the transaction of the caller sees it; NOT_FOUND for the model first. */
  Version numbered(String name, int number) {
    return database.writeTogether(handle -> {
      require(handle, name);
      return require(handle, name, number);
    });
  }

  private static Optional<Version> aliased(Handle handle, String name, String alias) {
    return handle
        .createQuery(
            VERSIONS
                + """
                JOIN registered_alias a ON a.model = v.model AND a.number = v.number
                WHERE v.model = :name AND a.alias = :alias
                """)
        .bind("name", name)
        .bind("alias", alias)
        .map((row, _) -> version(handle, row))
        .findOne();
  }

  /** The version that an alias names; NOT_FOUND for the model. */
  Optional<Version> alias(String name, String alias) {
    return database.read(handle -> {
      require(handle, name);
      return aliased(handle, name, alias);
    });
  }

  /** The newest version of all stages. */
  Optional<Version> newest(String name) {
    return database.read(handle -> {
      require(handle, name);
      return newest(handle, name);
    });
  }
}
