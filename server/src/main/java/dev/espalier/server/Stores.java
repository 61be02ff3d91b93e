package dev.espalier.server;

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
 * Where a home's rows live: in the home, or on a server. The home remembers it in {@code
 * stores.json}, so that nobody starts it on an empty database by leaving an option out. Immutable.
 *
 * @param database empty for the SQLite file in the home
 */
public record Stores(Optional<DatabaseAddress> database) {
  /** Everything in the home. */
  public static final Stores EMBEDDED = new Stores(Optional.empty());

  static final String FILE = "stores.json";

  /** What {@code stores.json} says: no secrets. */
  record Remembered(Optional<String> database) {}

  /**
   * The stores of a command's options; an empty text means embedded.
   *
   * @throws EspalierException INVALID
   */
  public static Stores of(String database, Map<String, String> environment) {
    return new Stores(
        Optional.of(database.strip())
            .filter(text -> !text.isEmpty())
            .map(text -> DatabaseAddress.parse(text, environment)));
  }

  private Remembered remembered() {
    return new Remembered(database.map(DatabaseAddress::place));
  }

  /** Opens the rows of a home whose lock this process holds. */
  Database openDatabase(Home home) {
    remember(home);
    return database.isPresent() ? Database.open(database.get()) : Database.open(home.database());
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
          "%s keeps its rows in %s, not in %s. %s"
              .formatted(
                  home.folder(),
                  words(before),
                  words(remembered()),
                  before.database().isPresent()
                      ? "Start it with --database " + before.database().get() + "."
                      : "Start it without --database, or take a new --home."));
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
    return stores.database().orElse("its own espalier.db");
  }

  /** Refuses what only works on a home that holds everything itself. */
  static void requireEmbedded(Path folder, String what) {
    rememberedBy(folder)
        .database()
        .ifPresent(place -> {
          throw new EspalierException(
              ErrorCode.UNSUPPORTED,
              ("%s covers homes that hold everything themselves; %s keeps its rows in %s. Stop"
                      + " Espalier, copy the schema with pg_dump and the folder as it is.")
                  .formatted(what, folder, place));
        });
  }
}
