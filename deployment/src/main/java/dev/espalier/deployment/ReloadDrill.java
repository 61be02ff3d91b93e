package dev.espalier.deployment;

import dev.espalier.canvas.Observation;
import dev.espalier.model.Bundles;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Opens the bundle in a JVM that knows nothing else, and replays its golden rows there. */
final class ReloadDrill {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Set<String> ENVIRONMENT = Set.of("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR");

  private final Bundles bundles;
  private final CleanJvm jvm;

  ReloadDrill(Bundles bundles, CleanJvm jvm) {
    this.bundles = bundles;
    this.jvm = jvm;
  }

  List<Observation> run(Rehearsal rehearsal) {
    if (bundles.golden(rehearsal.version().bundle()).isEmpty()) {
      return List.of();
    }
    long started = System.nanoTime();
    ReloadProcess.Result result = fork(rehearsal);
    double seconds = (System.nanoTime() - started) / 1e9;
    boolean pass = result.error().isEmpty() && result.difference() <= Bundles.GOLDEN_TOLERANCE;
    String version = rehearsal.version().version();
    String detail =
        result.error().isEmpty()
            ? "%d golden rows of %s replayed in a clean process (pid %d, %.1f s), largest difference %.2g"
                .formatted(result.rows(), version, result.pid(), seconds, result.difference())
            : "A clean process cannot open %s: %s".formatted(version, result.error());
    return List.of(
        rehearsal.measured(
            "deploy.format", "reload", result.rows(), result.difference(), pass, detail),
        rehearsal.measured("model", "golden", result.rows(), result.difference(), pass, detail),
        rehearsal.verdict("registry.store", "restore", result.rows(), pass, detail));
  }

  private ReloadProcess.Result fork(Rehearsal rehearsal) {
    Path output = scratch();
    try {
      Process process = start(rehearsal, output);
      try {
        await(rehearsal, process);
      } finally {
        process.destroyForcibly();
      }
      return Files.readAllLines(output, StandardCharsets.UTF_8).stream()
          .filter(line -> line.startsWith(ReloadProcess.MARK))
          .map(line -> line.substring(ReloadProcess.MARK.length()))
          .map(line -> Json.read(line, ReloadProcess.Result.class))
          .findFirst()
          .orElseThrow(() ->
              new EspalierException(
                  ErrorCode.UNAVAILABLE,
                  "The clean process ended with %d and said nothing."
                      .formatted(process.exitValue())));
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "A clean process cannot be started", failure);
    } finally {
      delete(output);
    }
  }

  private Process start(Rehearsal rehearsal, Path output) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx1g",
            "-Djdk.serialFilter=!*",
            "--enable-native-access=ALL-UNNAMED",
            ReloadProcess.class.getName(),
            jvm.artifacts(),
            rehearsal.version().bundle().text());
    builder.environment().keySet().retainAll(ENVIRONMENT);
    // A long class path on the command line overflows ONNX Runtime's own reading of it.
    builder
        .environment()
        .put(
            "CLASSPATH",
            jvm.classPath().stream()
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator)));
    return builder
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .redirectInput(ProcessBuilder.Redirect.from(new File(nothing())))
        .start();
  }

  private static String nothing() {
    return File.separatorChar == '/' ? "/dev/null" : "NUL";
  }

  private static void await(Rehearsal rehearsal, Process process) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
        if (rehearsal.stopped().getAsBoolean() || System.nanoTime() > end) {
          throw new EspalierException(
              ErrorCode.UNAVAILABLE, "The clean process was stopped before it had answered.");
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new EspalierException(ErrorCode.UNAVAILABLE, "The drill was aborted.", interrupted);
    }
  }

  private static Path scratch() {
    try {
      return Files.createTempFile("reload-", ".out");
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "There is no room for the drill's output", failure);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException left) {
      file.toFile().deleteOnExit();
    }
  }
}
