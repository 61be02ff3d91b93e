package dev.espalier.platform;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A real database for a test, shipped to the other stages' tests: a SQLite file in the test's
 * folder or, where the environment says {@code ESPALIER_TEST_DATABASE=postgresql}, a schema of its
 * own on a throwaway PostgreSQL server. The same folder is the same database, also in a process
 * that the test starts.
 */
public final class TestDatabase {
  private TestDatabase() {}

  /** Opens it; without PostgreSQL on this machine the test is skipped, and says so. */
  public static Database in(Path folder) {
    Optional<DatabaseAddress> address = address(folder);
    return address.isPresent()
        ? Database.open(address.get())
        : Database.open(folder.resolve("espalier.db"));
  }

  /** Whether tests run on PostgreSQL. */
  public static boolean onPostgres() {
    return "postgresql".equals(System.getenv("ESPALIER_TEST_DATABASE"));
  }

  /** Where the folder's database is, if it is PostgreSQL. */
  public static Optional<DatabaseAddress> address(Path folder) {
    return onPostgres()
        ? Optional.of(
            TestPostgres.shared()
                .schema("t" + Digest.of(folder.toAbsolutePath().toString()).hex().substring(0, 20)))
        : Optional.empty();
  }

  /** The address as {@code --database} takes it. */
  static DatabaseAddress at(int port, String database, String schema) {
    return DatabaseAddress.parse(
        "postgresql://127.0.0.1:%d/%s?schema=%s&sslmode=disable".formatted(port, database, schema),
        PostgresCluster.environment());
  }
}
