package dev.espalier.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
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
 * A PostgreSQL server of one's own, for tests and measurements: a new cluster in a folder, on
 * loopback, run by an unprivileged user (root becomes {@code postgres}). Closing stops it and
 * removes the folder. Never the system's cluster.
 */
public final class PostgresCluster implements AutoCloseable {
  /** What to do where {@link #installed} is empty. */
  public static final String INSTALL = "Needs PostgreSQL: config/install-tools.sh installs it.";

  static final String USER = "espalier";
  static final String PASSWORD = "only for tests";
  private final Path binaries;
  private final Path folder;
  private final int port;

  private PostgresCluster(Path binaries, Path folder, int port) {
    this.binaries = binaries;
    this.folder = folder;
    this.port = port;
  }

  /** The programs of the newest PostgreSQL on this machine. */
  public static Optional<Path> installed() {
    Path debian = Path.of("/usr/lib/postgresql");
    try (Stream<Path> versions = Files.isDirectory(debian) ? Files.list(debian) : Stream.empty()) {
      Stream<Path> newest =
          versions.map(version -> version.resolve("bin")).sorted(Comparator.reverseOrder());
      Stream<Path> onPath =
          Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator)).map(Path::of);
      return Stream.concat(newest, onPath)
          .filter(each -> Files.isExecutable(each.resolve("initdb")))
          .findFirst();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * Makes and starts one.
   *
   * @param folder an empty folder, which will be its own
   * @param settings of the server, such as {@code fsync=off}
   * @throws IllegalStateException when none is installed, or it does not start
   */
  public static PostgresCluster start(Path folder, String... settings) {
    Path binaries = installed().orElseThrow(() -> new IllegalStateException(INSTALL));
    try {
      PostgresCluster server = new PostgresCluster(binaries, folder, freePort());
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
          // Not C: Espalier must compare texts the same way whatever the database's locale.
          "--locale=C.UTF-8",
          "--no-sync");
      StringBuilder options =
          new StringBuilder("--options=-p %d -h 127.0.0.1 -k %s".formatted(server.port, folder));
      for (String setting : settings) {
        options.append(" -c ").append(setting);
      }
      server.control("start", options.toString());
      return server;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** One that another process has started, and will stop. */
  static PostgresCluster started(Path folder, int port) {
    return new PostgresCluster(
        installed().orElseThrow(() -> new IllegalStateException(INSTALL)), folder, port);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  /** A schema as {@code --database} takes it; made when it is opened. */
  public String schema(String name) {
    return "postgresql://127.0.0.1:%d/postgres?schema=%s&sslmode=disable".formatted(port, name);
  }

  /** Who connects, as the environment says it. */
  public static Map<String, String> environment() {
    return Map.of(DatabaseAddress.USER, USER, DatabaseAddress.PASSWORD, PASSWORD);
  }

  /** Stops and starts the server, as an operator would; open connections break. */
  void restart() {
    control("restart", "--mode=fast");
  }

  private void control(String action, String option) {
    asUser(
        "pg_ctl",
        "--pgdata=" + folder.resolve("data"),
        "--log=" + folder.resolve("log"),
        "--wait",
        "--timeout=120",
        option,
        action);
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
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  @Override
  public void close() {
    control("stop", "--mode=immediate");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
