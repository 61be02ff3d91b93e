package dev.espalier.server;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.artifacts.S3Address;
import dev.espalier.artifacts.S3ArtifactStore;
import dev.espalier.platform.Database;
import dev.espalier.platform.DatabaseAddress;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;

/**
 * Where a home's rows and artifacts live: in the home, or on a server and in a bucket. The home
 * remembers it in {@code stores.json}, so that nobody starts it on an empty database by leaving an
 * option out. Immutable.
 *
 * @param database empty for the SQLite file in the home
 * @param artifacts empty for the folder in the home
 */
public record Stores(Optional<DatabaseAddress> database, Optional<S3Address> artifacts) {
  /** Everything in the home. */
  public static final Stores EMBEDDED = new Stores(Optional.empty(), Optional.empty());

  static final String FILE = "stores.json";

  /** What {@code stores.json} says: no secrets. */
  record Remembered(Optional<String> database, Optional<String> artifacts) {}

  /**
   * The stores of a command's options; an empty text means embedded.
   *
   * @throws EspalierException INVALID
   */
  public static Stores of(String database, String artifacts, Map<String, String> environment) {
    return new Stores(
        Optional.of(database.strip())
            .filter(text -> !text.isEmpty())
            .map(text -> DatabaseAddress.parse(text, environment)),
        Optional.of(artifacts.strip()).filter(text -> !text.isEmpty()).map(S3Address::parse));
  }

  /** The stores that a home was started with before. */
  static Stores ofHome(Path folder, Map<String, String> environment) {
    Remembered before = rememberedBy(folder);
    return of(before.database().orElse(""), before.artifacts().orElse(""), environment);
  }

  private Remembered remembered() {
    return new Remembered(database.map(DatabaseAddress::place), artifacts.map(S3Address::toString));
  }

  /** Opens the rows of a home whose lock this process holds. */
  Database openDatabase(Home home) {
    remember(home);
    return database.isPresent() ? Database.open(database.get()) : Database.open(home.database());
  }

  /** Opens the artifacts of a home whose lock this process holds, and proves the bucket. */
  ArtifactStore openArtifacts(Home home) {
    if (artifacts.isEmpty()) {
      return new LocalArtifactStore(home.artifacts());
    }
    S3ArtifactStore bucket = new S3ArtifactStore(artifacts.get(), home.spool(), System.getenv());
    bucket.check();
    return bucket;
  }

  /** The place of the artifacts as another process opens it. */
  String artifactPlace(Home home) {
    return artifacts.map(S3Address::toString).orElse(home.artifacts().toString());
  }

  /** The rows of a home that another process may have open. */
  static Database readingDatabase(Path folder, Map<String, String> environment) {
    Optional<String> place = rememberedBy(folder).database();
    return place.isPresent()
        ? Database.reading(DatabaseAddress.parse(place.get(), environment))
        : Database.reading(folder.resolve("espalier.db"));
  }

  /** The artifacts of a home that another process may have open. */
  static ArtifactStore sharedArtifacts(Path folder) {
    return ArtifactStore.shared(
        rememberedBy(folder)
            .artifacts()
            .orElse(folder.resolve("artifacts").toAbsolutePath().toString()));
  }

  private void remember(Home home) {
    Path file = home.folder().resolve(FILE);
    Remembered before = rememberedBy(home.folder());
    if (before.equals(remembered())) {
      return;
    }
    boolean used = Files.exists(file) || Files.exists(home.database());
    if (used) {
      throw EspalierException.conflict(
          "%s keeps %s, not %s. Start it %s, or take a new --home."
              .formatted(home.folder(), words(before), words(remembered()), options(before)));
    }
    try {
      Path part = file.resolveSibling(FILE + ".part");
      Files.write(part, Json.bytes(remembered()));
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot write %s.".formatted(file), failure);
    }
  }

  /** Where the home at this folder keeps its rows. */
  static Remembered rememberedBy(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      return Files.exists(file)
          ? Json.read(Files.readAllBytes(file), Remembered.class)
          : EMBEDDED.remembered();
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot read %s.".formatted(file), failure);
    }
  }

  private static String words(Remembered stores) {
    return "its rows in %s and its artifacts in %s"
        .formatted(
            stores.database().orElse("its own espalier.db"),
            stores.artifacts().orElse("its own folder"));
  }

  private static String options(Remembered stores) {
    String database = stores.database().map(place -> "--database '" + place + "'").orElse("");
    String artifacts = stores.artifacts().map(place -> "--artifacts '" + place + "'").orElse("");
    String given = (database + " " + artifacts).strip();
    return given.isEmpty() ? "without --database and --artifacts" : "with " + given;
  }

  /** Refuses what only works on a home that holds its rows itself. */
  static void requireOwnRows(Path folder, String what) {
    rememberedBy(folder)
        .database()
        .ifPresent(place -> {
          throw new EspalierException(
              ErrorCode.UNSUPPORTED,
              ("%s covers homes that hold their rows themselves; %s keeps them in %s. Stop"
                      + " Espalier, copy the schema with pg_dump, then the folder and the bucket.")
                  .formatted(what, folder, place));
        });
  }
}
