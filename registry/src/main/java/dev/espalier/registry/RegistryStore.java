package dev.espalier.registry;

import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** The tables of versions, aliases and their moves. */
final class RegistryStore {
  private final Database database;

  RegistryStore(Database database) {
    this.database = database;
    database.migrate("registry");
    showEarlier();
  }

  /** Versions from before clients could see them. */
  private void showEarlier() {
    int _ =
        database.write(handle -> {
          List<ModelVersion> earlier =
              handle
                  .createQuery(
                      """
                      SELECT record FROM model_version v WHERE NOT EXISTS
                        (SELECT 1 FROM registered_version r
                         WHERE r.model = v.product AND r.number = v.number)
                      ORDER BY product, number
                      """)
                  .map((row, _) -> Json.read(row.getString("record"), ModelVersion.class))
                  .list();
          for (ModelVersion version : earlier) {
            var _ = ClientModelStore.ofPipeline(handle, version);
          }
          return earlier.size();
        });
  }

  /** A version, and how clients see it where this call made it. */
  record Registered(ModelVersion version, Optional<ClientModelStore.Shown> shown) {}

  private record Keyed(String content, String record) {}

  Optional<ModelVersion> byKey(String product, String key, Digest content) {
    return database.read(handle -> byKey(handle, product, key, content));
  }

  Registered register(
      Registration registration, String key, Digest content, long bytes, Instant at) {
    return database.write(handle ->
        byKey(handle, registration.product(), key, content)
            .map(earlier -> new Registered(earlier, Optional.empty()))
            .orElseGet(() -> insert(handle, registration, key, content, bytes, at)));
  }

  private static Optional<ModelVersion> byKey(
      Handle handle, String product, String key, Digest content) {
    Optional<Keyed> found =
        handle
            .createQuery(
                """
                SELECT content, record FROM model_version
                WHERE product = :product AND idempotency_key = :key
                """)
            .bind("product", product)
            .bind("key", key)
            .map((row, _) -> new Keyed(row.getString("content"), row.getString("record")))
            .findOne();
    if (found.isPresent() && !found.get().content().equals(content.text())) {
      throw EspalierException.conflict(
          "Key '%s' already registered something else: use a new key.".formatted(key));
    }
    return found.map(keyed -> Json.read(keyed.record(), ModelVersion.class));
  }

  private static Registered insert(
      Handle handle,
      Registration registration,
      String key,
      Digest content,
      long bytes,
      Instant at) {
    List<ModelVersion> before = versions(handle, registration.product());
    int number = 1 + ClientModelStore.lastNumber(handle, registration.product());
    ModelVersion version = next(before, registration, number, bytes, at);
    handle
        .createUpdate(
            """
            INSERT INTO model_version (product, number, version, idempotency_key, content,
              registered_at, bundle, record)
            VALUES (:product, :number, :version, :key, :content, :at, :bundle, :record)
            """)
        .bind("product", version.product())
        .bind("number", version.number())
        .bind("version", version.version())
        .bind("key", key)
        .bind("content", content.text())
        .bind("at", at.toString())
        .bind("bundle", version.bundle().text())
        .bind("record", Json.write(version))
        .execute();
    return new Registered(version, Optional.of(ClientModelStore.ofPipeline(handle, version)));
  }

  private static ModelVersion next(
      List<ModelVersion> before, Registration asked, int number, long bytes, Instant at) {
    String reason = "The first version.";
    SemVer version = SemVer.FIRST;
    if (!before.isEmpty()) {
      VersionStep step = VersionStep.between(before.getLast(), asked);
      reason = step.reason();
      version = SemVer.parse(before.getLast().version()).next(step.bump());
    }
    return new ModelVersion(
        asked.product(),
        version.toString(),
        number,
        asked.bundle(),
        bytes,
        asked.rung(),
        reason,
        at,
        asked.runId(),
        asked.snapshot(),
        asked.canvasVersion(),
        asked.canvasDigest(),
        asked.signature(),
        asked.gates(),
        asked.ladder(),
        asked.metrics(),
        asked.meta());
  }

  List<ModelVersion> versions(String product) {
    return database.read(handle -> versions(handle, product));
  }

  private static List<ModelVersion> versions(Handle handle, String product) {
    return handle
        .createQuery("SELECT record FROM model_version WHERE product = :product ORDER BY number")
        .bind("product", product)
        .map((row, _) -> Json.read(row.getString("record"), ModelVersion.class))
        .list();
  }

  Optional<ModelVersion> version(String product, String version) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT record FROM model_version
                WHERE product = :product AND version = :version
                """)
            .bind("product", product)
            .bind("version", version)
            .map((row, _) -> Json.read(row.getString("record"), ModelVersion.class))
            .findOne());
  }

  Optional<ModelVersion> numbered(String product, int number) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT record FROM model_version WHERE product = :product AND number = :number")
            .bind("product", product)
            .bind("number", number)
            .map((row, _) -> Json.read(row.getString("record"), ModelVersion.class))
            .findOne());
  }

  /** True when a pipeline registers under this name. */
  boolean isRegistered(String name) {
    return database.read(handle ->
        handle
            .createQuery("SELECT 1 FROM registered_model WHERE name = :name")
            .bind("name", name)
            .mapTo(Integer.class)
            .findOne()
            .isPresent());
  }

  boolean ofPipeline(String name) {
    return database.read(handle ->
        handle
            .createQuery("SELECT number FROM model_version WHERE product = :name LIMIT 1")
            .bind("name", name)
            .mapTo(Integer.class)
            .findOne()
            .isPresent());
  }

  boolean needs(String id, String uri) {
    return database.writeTogether(handle ->
        handle
            .createQuery(
                """
                SELECT seq FROM registered_version
                WHERE run_id = :id OR model_id = :id OR location = :uri
                  OR SUBSTR(location, 1, LENGTH(:below)) = :below LIMIT 1
                """)
            .bind("id", id)
            .bind("uri", uri)
            .bind("below", uri + "/")
            .mapTo(Long.class)
            .findOne()
            .isPresent());
  }

  /** How clients see the name, as the transaction of the caller sees it. */
  RegisteredModel shown(String name) {
    return new ClientModelStore(database).current(name);
  }

  Optional<ModelVersion> alias(String product, String alias) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT v.record FROM registered_alias a
                JOIN model_version v ON v.product = a.model AND v.number = a.number
                WHERE a.model = :product AND a.alias = :alias
                """)
            .bind("product", product)
            .bind("alias", alias)
            .map((row, _) -> Json.read(row.getString("record"), ModelVersion.class))
            .findOne());
  }

  SortedMap<String, String> aliases(String product) {
    return database.read(handle -> {
      SortedMap<String, String> aliases = new TreeMap<>();
      handle
          .createQuery(
              """
              SELECT a.alias, v.version FROM registered_alias a
              JOIN registered_version v ON v.model = a.model AND v.number = a.number
              WHERE a.model = :product
              """)
          .bind("product", product)
          .map((row, _) -> new String[] {row.getString("alias"), row.getString("version")})
          .forEach(pair -> aliases.put(pair[0], pair[1]));
      return aliases;
    });
  }

  List<AliasMove> moves(String product) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT product, alias, from_version, to_version, moved_by, why, at
                FROM alias_move WHERE product = :product ORDER BY seq
                """)
            .bind("product", product)
            .map((row, _) ->
                new AliasMove(
                    row.getString("product"),
                    row.getString("alias"),
                    Optional.ofNullable(row.getString("from_version")),
                    row.getString("to_version"),
                    row.getString("moved_by"),
                    row.getString("why"),
                    Instant.parse(row.getString("at"))))
            .list());
  }

  /** Moves the alias and records the move, or throws CONFLICT and does neither. */
  boolean move(AliasMove move, int number) {
    return database.write(handle -> AliasStore.move(handle, move, number));
  }
}
