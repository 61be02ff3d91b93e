package dev.espalier.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A running process that said where it listens. Closing ends it. */
final class Program implements AutoCloseable {
  private static final Pattern SAID = Pattern.compile("(?:Espalier is up: \\S+:|Port: )(\\d+)");
  private final Process process;
  private final int port;
  private final double readyMillis;

  private Program(Process process, int port, double readyMillis) {
    this.process = process;
    this.port = port;
    this.readyMillis = readyMillis;
  }

  /** Starts a command and waits for the line with its port, which comes when it is ready. */
  static Program start(List<String> command) {
    return start(command, Map.of());
  }

  private static Program start(List<String> command, Map<String, String> environment) {
    long begin = System.nanoTime();
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
      builder.environment().putAll(environment);
      Process process = builder.start();
      BufferedReader out =
          new BufferedReader(
              new java.io.InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        Matcher said = SAID.matcher(line);
        if (said.find()) {
          double millis = (System.nanoTime() - begin) / 1e6;
          Thread.ofVirtual().start(() -> out.lines().forEach(_ -> {}));
          return new Program(process, Integer.parseInt(said.group(1)), millis);
        }
      }
      throw new IllegalStateException("It ended without listening: " + command);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The assembled server on an own home and a free port. */
  static Program server(Path program, Path home) {
    return start(
        List.of(
            program.resolve("bin/espalier").toString(),
            "up",
            "--home",
            home.toString(),
            "--port",
            "0"));
  }

  /** The same with its rows in another database. */
  static Program server(Path program, Path home, String database, Map<String, String> environment) {
    return start(
        List.of(
            program.resolve("bin/espalier").toString(),
            "up",
            "--home",
            home.toString(),
            "--port",
            "0",
            "--database",
            database),
        environment);
  }

  /** The same program as links, without its AOT cache: what is built stays untouched. */
  static Path withoutAotCache(Path program, Path into) throws IOException {
    try (Stream<Path> files = Files.walk(program)) {
      for (Path file : files.toList()) {
        Path target = into.resolve(program.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!file.toString().endsWith(".aot")) {
          Files.createSymbolicLink(target, file.toAbsolutePath());
        }
      }
    }
    return into;
  }

  int port() {
    return port;
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /** From the start of the command to its word that it answers. */
  double readyMillis() {
    return readyMillis;
  }

  Duration cpu() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** Resident memory in MiB, as the system counts it. */
  double residentMebibytes() throws IOException {
    return residentMebibytes(process.pid());
  }

  /** The same of any process. */
  static double residentMebibytes(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/%d/status".formatted(pid))).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
