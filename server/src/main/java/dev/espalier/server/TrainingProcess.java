package dev.espalier.server;

import dev.espalier.pipeline.ForkedJvm;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.training.TrainStep;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How training processes start: this process' class path and, in an assembled program, the jars of
 * {@code lib/training}, where PyTorch lives. Where they are missing the ladder says so and goes on.
 */
final class TrainingProcess {
  private static final long HEAP = 2L << 30;

  private TrainingProcess() {}

  private static final Set<String> PLAIN = Set.of("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "HOME");

  /** As above, and what a bucket asks for. */
  private static final Set<String> WITH_KEYS =
      Stream.concat(
              PLAIN.stream(),
              Stream.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))
          .collect(Collectors.toUnmodifiableSet());

  static ForkedJvm jvm(Home home, Stores stores) {
    return new ForkedJvm(
        classPath(),
        List.of(
            "-XX:+UseSerialGC",
            "-XX:ErrorFile=" + home.folder().resolve("crash-%p.log"),
            "-Djdk.serialFilter=!*",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dai.djl.offline=true",
            "-Dai.djl.pytorch.num_threads="
                + Math.min(4, Runtime.getRuntime().availableProcessors()),
            "-DDJL_CACHE_DIR=" + UserCache.folder().resolve("djl"),
            "-DENGINE_CACHE_DIR=" + UserCache.folder().resolve("djl"),
            "-D" + TrainStep.CACHE + "=" + home.folder().resolve("cache")),
        HEAP,
        stores.artifactPlace(home),
        stores.artifacts().isPresent() ? WITH_KEYS : PLAIN);
  }

  private static List<Path> classPath() {
    List<Path> paths =
        new ArrayList<>(
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.isBlank())
                .map(entry -> Path.of(entry).toAbsolutePath())
                .toList());
    String program = System.getProperty("espalier.dist", "");
    Path training = Path.of(program, "lib", "training");
    if (!program.isBlank() && Files.isDirectory(training)) {
      try (Stream<Path> jars = Files.list(training)) {
        paths.addAll(jars.filter(jar -> jar.toString().endsWith(".jar")).sorted().toList());
      } catch (IOException failure) {
        throw new EspalierException(ErrorCode.UNAVAILABLE, "Cannot read " + training, failure);
      }
    }
    return paths;
  }
}
