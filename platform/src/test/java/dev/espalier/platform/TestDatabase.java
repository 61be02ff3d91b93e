package dev.espalier.platform;

import java.nio.file.Path;

/** A real SQLite database in a test's temporary folder; shipped to the other stages' tests. */
public final class TestDatabase {
  private TestDatabase() {}

  public static Database in(Path folder) {
    return Database.open(folder.resolve("espalier.db"));
  }
}
