package dev.espalier.registry;

import dev.espalier.platform.Database;
import dev.espalier.registry.RegisteredModel.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * Brings registered models of another server in, with their numbers and times. Each call is one
 * transaction and may be repeated: what is there stays, what contradicts is said and left as it is.
 * Thread-safe.
 */
public final class ModelImportStore {
  private final Database database;

  /** Over a database that {@link Registry} has opened. */
  public ModelImportStore(Database database) {
    this.database = database;
  }

  /**
   * A version elsewhere; times in epoch milliseconds.
   *
   * @param source what was registered
   * @param location where its files are
   * @param stage None, Staging, Production or Archived
   */
  public record ForeignVersion(
      int number,
      String source,
      String location,
      String runId,
      String modelId,
      String description,
      String user,
      String stage,
      long createdAt,
      long updatedAt,
      Map<String, String> tags) {
    /** The same, with its files elsewhere. */
    public ForeignVersion at(String newSource, String newLocation, String newModelId) {
      return new ForeignVersion(
          number,
          newSource,
          newLocation,
          runId,
          newModelId,
          description,
          user,
          stage,
          createdAt,
          updatedAt,
          tags);
    }
  }

  /** A registered model elsewhere, its versions by number. */
  public record ForeignModel(
      String name,
      String description,
      long createdAt,
      long updatedAt,
      Map<String, String> tags,
      List<ForeignVersion> versions,
      Map<String, Integer> aliases) {}

  /** Adds the model with all it has; what differs from one of that name here. */
  public List<String> model(ForeignModel foreign) {
    return database.write(handle -> {
      List<String> differences = new ArrayList<>();
      ClientModelStore.insert(handle, foreign.name(), foreign.description(), foreign.createdAt());
      foreign
          .tags()
          .forEach((key, text) ->
              handle.execute(
                  """
                  INSERT INTO registered_model_tag (model, name, text) VALUES (?, ?, ?)
                  ON CONFLICT (model, name) DO NOTHING
                  """,
                  foreign.name(),
                  key,
                  text));
      for (ForeignVersion version : foreign.versions()) {
        version(handle, foreign.name(), version, differences);
      }
      handle.execute(
          "UPDATE registered_model SET updated_at = ? WHERE name = ? AND updated_at < ?",
          foreign.updatedAt(),
          foreign.name(),
          foreign.updatedAt());
      foreign
          .aliases()
          .forEach((alias, number) -> alias(handle, foreign.name(), alias, number, differences));
      return differences;
    });
  }

  private static void version(
      Handle handle, String name, ForeignVersion foreign, List<String> differences) {
    Optional<String> here =
        handle
            .createQuery(
                "SELECT source FROM registered_version WHERE model = :name AND number = :number")
            .bind("name", name)
            .bind("number", foreign.number())
            .mapTo(String.class)
            .findOne();
    if (here.isPresent()) {
      if (!here.get().equals(foreign.source())) {
        differences.add(
            "model %s: version %d is %s here and %s there; left alone"
                .formatted(name, foreign.number(), here.get(), foreign.source()));
      }
      return;
    }
    String semVer =
        handle
            .createQuery(
                """
                SELECT version FROM registered_version WHERE model = :name
                ORDER BY number DESC LIMIT 1
                """)
            .bind("name", name)
            .mapTo(String.class)
            .findOne()
            .map(before -> SemVer.parse(before).next(SemVer.Bump.MINOR).toString())
            .orElse(SemVer.FIRST.toString());
    ClientModelStore.insert(
        handle,
        new Version(
            name,
            foreign.number(),
            semVer,
            foreign.source(),
            foreign.location(),
            foreign.runId(),
            "",
            foreign.modelId(),
            foreign.description(),
            foreign.user(),
            foreign.stage(),
            "",
            foreign.createdAt(),
            foreign.updatedAt(),
            new TreeMap<>(foreign.tags()),
            List.of()));
  }

  private static void alias(
      Handle handle, String name, String alias, int number, List<String> differences) {
    handle.execute(
        """
        INSERT INTO registered_alias (model, alias, number) VALUES (?, ?, ?)
        ON CONFLICT (model, alias) DO NOTHING
        """,
        name,
        alias,
        number);
    int here =
        handle
            .createQuery(
                "SELECT number FROM registered_alias WHERE model = :name AND alias = :alias")
            .bind("name", name)
            .bind("alias", alias)
            .mapTo(Integer.class)
            .one();
    if (here != number) {
      differences.add(
          "model %s: alias '%s' names version %d here and %d there; left alone"
              .formatted(name, alias, here, number));
    }
  }
}
