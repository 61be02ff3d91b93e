package dev.espalier.platform;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A throwaway PostgreSQL server of this test process: a cluster of its own in a temporary folder,
 * on loopback, run by an unprivileged user (root's tests become {@code postgres}), stopped by its
 * own process id. Never the system's cluster.
 */
public final class TestPostgres {
  static final String PASSWORD = "only for tests";
  private static final String INSTALL =
      "Needs PostgreSQL: config/install-tools.sh installs it (tests on PostgreSQL are skipped).";
  private static @org.jspecify.annotations.Nullable TestPostgres shared;
  private final Path binaries;
  private final Path folder;
  private final int port;

  private TestPostgres(Path binaries, Path folder, int port) {
    this.binaries = binaries;
    this.folder = folder;
    this.port = port;
  }

  /** The server of this process, or of the test process that started this one. */
  public static synchronized TestPostgres shared() {
    TestPostgres server = shared;
    if (server == null) {
      Optional<Path> found = binaries();
      assumeTrue(found.isPresent(), INSTALL);
      server = ofAncestor(found.orElseThrow()).orElseGet(() -> start(found.orElseThrow()));
      shared = server;
    }
    return server;
  }

  /** A schema of the server; made when it is opened. */
  public DatabaseAddress schema(String name) {
    return TestDatabase.at(port, "postgres", name);
  }

  private static Optional<Path> binaries() {
    try (Stream<Path> versions =
        Files.isDirectory(Path.of("/usr/lib/postgresql"))
            ? Files.list(Path.of("/usr/lib/postgresql"))
            : Stream.empty()) {
      Stream<Path> debian =
          versions.map(version -> version.resolve("bin")).sorted(Comparator.reverseOrder());
      Stream<Path> onPath =
          Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator)).map(Path::of);
      return Stream.concat(debian, onPath)
          .filter(each -> Files.isExecutable(each.resolve("initdb")))
          .findFirst();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Path folderOf(long process) {
    return Path.of(System.getProperty("java.io.tmpdir")).resolve("espalier-postgresql-" + process);
  }

  private static Optional<TestPostgres> ofAncestor(Path binaries) {
    for (Optional<ProcessHandle> each = ProcessHandle.current().parent();
        each.isPresent();
        each = each.get().parent()) {
      Path folder = folderOf(each.get().pid());
      if (Files.isRegularFile(folder.resolve("port"))) {
        try {
          int port = Integer.parseInt(Files.readString(folder.resolve("port")));
          return Optional.of(new TestPostgres(binaries, folder, port));
        } catch (IOException failure) {
          throw new UncheckedIOException(failure);
        }
      }
    }
    return Optional.empty();
  }

  private static TestPostgres start(Path binaries) {
    try {
      Path folder = Files.createDirectory(folderOf(ProcessHandle.current().pid()));
      int port = freePort();
      TestPostgres server = new TestPostgres(binaries, folder, port);
      if (root()) {
        server.run(List.of("chown", "postgres", folder.toString()));
      }
      Path secret = Files.writeString(folder.resolve("secret"), PASSWORD);
      server.asUser(
          "initdb",
          "--pgdata=" + folder.resolve("data"),
          "--username=espalier",
          "--pwfile=" + secret,
          "--auth=scram-sha-256",
          "--encoding=UTF8",
          // Not C: Espalier must compare texts the same way whatever the database's locale.
          "--locale=C.UTF-8",
          "--no-sync");
      Runtime.getRuntime().addShutdownHook(new Thread(server::stop));
      server.asUser(
          "pg_ctl",
          "--pgdata=" + folder.resolve("data"),
          "--log=" + folder.resolve("log"),
          "--wait",
          "--timeout=120",
          "--options=-p %d -h 127.0.0.1 -k %s -c fsync=off -c max_connections=200"
              .formatted(port, folder),
          "start");
      Files.writeString(folder.resolve("port"), Integer.toString(port));
      return server;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Stops and starts the server, as an operator would; open connections break. */
  public void restart() {
    asUser(
        "pg_ctl",
        "--pgdata=" + folder.resolve("data"),
        "--log=" + folder.resolve("log"),
        "--wait",
        "--mode=fast",
        "restart");
  }

  /** Runs one statement outside any transaction. */
  void sql(String statement) {
    try (org.jdbi.v3.core.Handle handle =
        org.jdbi.v3.core.Jdbi.open(
            "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port), "espalier", PASSWORD)) {
      handle.execute(statement);
    }
  }

  private void stop() {
    asUser("pg_ctl", "--pgdata=" + folder.resolve("data"), "--mode=immediate", "--wait", "stop");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static boolean root() {
    return "root".equals(System.getProperty("user.name"));
  }

  private void asUser(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (root()) {
      command.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    command.add(binaries.resolve(program).toString());
    command.addAll(List.of(arguments));
    run(command);
  }

  private void run(List<String> command) {
    try {
      Path output = Files.createTempFile("espalier-postgresql", ".out");
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(180, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(command + " failed: " + Files.readString(output));
      }
      Files.delete(output);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
