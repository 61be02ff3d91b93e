package dev.espalier.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL server for one measurement: a new cluster in a temporary folder, on loopback, with
 * the settings that a server of 24 GiB would have and durable commits. Closing stops it and removes
 * everything. Run by root it becomes {@code postgres}.
 */
final class BenchPostgres implements AutoCloseable {
  private static final String USER = "espalier";
  private static final String PASSWORD = "only for measuring";
  private final Path binaries;
  private final Path folder;
  private final int port;

  private BenchPostgres(Path binaries, Path folder, int port) {
    this.binaries = binaries;
    this.folder = folder;
    this.port = port;
  }

  /**
   * Starts one.
   *
   * @throws IllegalStateException when none is installed
   */
  static BenchPostgres start() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("espalier-bench-postgresql-");
    Path binaries =
        binaries()
            .orElseThrow(() ->
                new IllegalStateException(
                    "PostgreSQL is not installed: config/install-tools.sh does it"));
    BenchPostgres server = new BenchPostgres(binaries, folder, freePort());
    Path secret = Files.writeString(folder.resolve("secret"), PASSWORD);
    if (root()) {
      server.run(List.of("chown", "-R", "postgres", folder.toString()));
    }
    server.asUser(
        "initdb",
        "--pgdata=" + folder.resolve("data"),
        "--username=" + USER,
        "--pwfile=" + secret,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8");
    server.asUser(
        "pg_ctl",
        "--pgdata=" + folder.resolve("data"),
        "--log=" + folder.resolve("log"),
        "--wait",
        "--timeout=120",
        ("--options=-p %d -h 127.0.0.1 -k %s -c shared_buffers=2GB -c maintenance_work_mem=1GB"
                + " -c max_wal_size=8GB -c random_page_cost=1.1 -c effective_cache_size=8GB")
            .formatted(server.port, folder),
        "start");
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Whether there is one to start. */
  static boolean installed() throws IOException {
    return binaries().isPresent();
  }

  private static Optional<Path> binaries() throws IOException {
    Path debian = Path.of("/usr/lib/postgresql");
    try (Stream<Path> versions = Files.isDirectory(debian) ? Files.list(debian) : Stream.empty()) {
      Stream<Path> newest =
          versions.map(version -> version.resolve("bin")).sorted(Comparator.reverseOrder());
      Stream<Path> onPath =
          Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator)).map(Path::of);
      return Stream.concat(newest, onPath)
          .filter(each -> Files.isExecutable(each.resolve("initdb")))
          .findFirst();
    }
  }

  /** As {@code --database} takes it. */
  String address() {
    return "postgresql://127.0.0.1:%d/postgres?schema=espalier&sslmode=disable".formatted(port);
  }

  /** Who connects, as the environment says it. */
  static Map<String, String> environment() {
    return Map.of("ESPALIER_DATABASE_USER", USER, "ESPALIER_DATABASE_PASSWORD", PASSWORD);
  }

  private static boolean root() {
    return "root".equals(System.getProperty("user.name"));
  }

  private void asUser(String program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    if (root()) {
      command.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    command.add(binaries.resolve(program).toString());
    command.addAll(List.of(arguments));
    run(command);
  }

  private void run(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("espalier-bench-postgresql", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(180, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(command + " failed: " + Files.readString(output));
      }
    } finally {
      Files.deleteIfExists(output);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      asUser("pg_ctl", "--pgdata=" + folder.resolve("data"), "--mode=immediate", "--wait", "stop");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
