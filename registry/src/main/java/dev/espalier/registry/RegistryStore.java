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

  /** Versions and aliases from before clients could see them. */
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
            ClientModelStore.ofPipeline(handle, version);
            handle
                .createQuery(
                    "SELECT alias FROM model_alias WHERE product = :product AND version = :version")
                .bind("product", version.product())
                .bind("version", version.version())
                .mapTo(String.class)
                .forEach(alias ->
                    ClientModelStore.aliasOfPipeline(
                        handle, version.product(), alias, version.version()));
          }
          return earlier.size();
        });
  }

  /** A version, and whether this call made it. */
  record Registered(ModelVersion version, boolean fresh) {}

  private record Keyed(String content, String record) {}

  Optional<ModelVersion> byKey(String product, String key, Digest content) {
    return database.read(handle -> byKey(handle, product, key, content));
  }

  Registered register(
      Registration registration, String key, Digest content, long bytes, Instant at) {
    return database.write(handle ->
        byKey(handle, registration.product(), key, content)
            .map(earlier -> new Registered(earlier, false))
            .orElseGet(
                () -> new Registered(insert(handle, registration, key, content, bytes, at), true)));
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

  private static ModelVersion insert(
      Handle handle,
      Registration registration,
      String key,
      Digest content,
      long bytes,
      Instant at) {
    List<ModelVersion> before = versions(handle, registration.product());
    ModelVersion version = next(before, registration, bytes, at);
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
    ClientModelStore.ofPipeline(handle, version);
    return version;
  }

  private static ModelVersion next(
      List<ModelVersion> before, Registration asked, long bytes, Instant at) {
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
        before.size() + 1,
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

  Optional<ModelVersion> alias(String product, String alias) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT v.record FROM model_alias a
                JOIN model_version v ON v.product = a.product AND v.version = a.version
                WHERE a.product = :product AND a.alias = :alias
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
          .createQuery("SELECT alias, version FROM model_alias WHERE product = :product")
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
  void move(AliasMove move) {
    int _ =
        database.write(handle -> {
          Optional<String> current = current(handle, move.product(), move.alias());
          if (!current.equals(move.from())) {
            throw EspalierException.conflict(
                "Alias '%s' names %s, not %s: look again."
                    .formatted(
                        move.alias(), current.orElse("nothing"), move.from().orElse("nothing")));
          }
          return current.equals(Optional.of(move.to())) ? 0 : write(handle, move);
        });
  }

  private static Optional<String> current(Handle handle, String product, String alias) {
    return handle
        .createQuery("SELECT version FROM model_alias WHERE product = :product AND alias = :alias")
        .bind("product", product)
        .bind("alias", alias)
        .mapTo(String.class)
        .findOne();
  }

  private static int write(Handle handle, AliasMove move) {
    handle
        .createUpdate(
            """
            INSERT INTO model_alias (product, alias, version)
            VALUES (:product, :alias, :version)
            ON CONFLICT (product, alias) DO UPDATE SET version = excluded.version
            """)
        .bind("product", move.product())
        .bind("alias", move.alias())
        .bind("version", move.to())
        .execute();
    ClientModelStore.aliasOfPipeline(handle, move.product(), move.alias(), move.to());
    return handle
        .createUpdate(
            """
            INSERT INTO alias_move (product, alias, from_version, to_version, moved_by, why, at)
            VALUES (:product, :alias, :from, :to, :by, :why, :at)
            """)
        .bind("product", move.product())
        .bind("alias", move.alias())
        .bind("from", move.from().orElse(null))
        .bind("to", move.to())
        .bind("by", move.by())
        .bind("why", move.why())
        .bind("at", move.at().toString())
        .execute();
  }
}
