package dev.espalier.platform;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The throwaway {@link PostgresCluster} of this test process, with a schema for each test; without
 * PostgreSQL on this machine the test is skipped, and says so.
 */
public final class TestPostgres {
  private static @org.jspecify.annotations.Nullable TestPostgres shared;
  private final PostgresCluster cluster;

  private TestPostgres(PostgresCluster cluster) {
    this.cluster = cluster;
  }

  /** The server of this process, or of the test process that started this one. */
  public static synchronized TestPostgres shared() {
    TestPostgres server = shared;
    if (server == null) {
      assumeTrue(PostgresCluster.installed().isPresent(), PostgresCluster.INSTALL);
      server = ofAncestor().orElseGet(TestPostgres::start);
      shared = server;
    }
    return server;
  }

  /** A schema of the server; made when it is opened. */
  public DatabaseAddress schema(String name) {
    return TestDatabase.at(cluster.port(), "postgres", name);
  }

  private static Path folderOf(long process) {
    return Path.of(System.getProperty("java.io.tmpdir")).resolve("espalier-postgresql-" + process);
  }

  private static Optional<TestPostgres> ofAncestor() {
    for (Optional<ProcessHandle> each = ProcessHandle.current().parent();
        each.isPresent();
        each = each.get().parent()) {
      Path folder = folderOf(each.get().pid());
      if (Files.isRegularFile(folder.resolve("port"))) {
        try {
          int port = Integer.parseInt(Files.readString(folder.resolve("port")));
          return Optional.of(new TestPostgres(PostgresCluster.started(folder, port)));
        } catch (IOException failure) {
          throw new UncheckedIOException(failure);
        }
      }
    }
    return Optional.empty();
  }

  private static TestPostgres start() {
    try {
      Path folder = Files.createDirectory(folderOf(ProcessHandle.current().pid()));
      PostgresCluster cluster = PostgresCluster.start(folder, "fsync=off", "max_connections=200");
      Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
      Files.writeString(folder.resolve("port"), Integer.toString(cluster.port()));
      return new TestPostgres(cluster);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Stops and starts the server, as an operator would; open connections break. */
  public void restart() {
    cluster.restart();
  }

  /** Runs one statement outside any transaction. */
  void sql(String statement) {
    try (org.jdbi.v3.core.Handle handle =
        org.jdbi.v3.core.Jdbi.open(
            "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(cluster.port()),
            PostgresCluster.USER,
            PostgresCluster.PASSWORD)) {
      handle.execute(statement);
    }
  }
}
