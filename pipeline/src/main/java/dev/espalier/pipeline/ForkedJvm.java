package dev.espalier.pipeline;

import dev.espalier.platform.EspalierException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * How the JVM of a forked step starts.
 *
 * @param classPath what {@code StepProcess} and the steps are loaded from
 * @param flags JVM flags, such as {@code -XX:AOTCache=…}
 * @param maxHeapBytes {@code -Xmx}, at least 16 MiB
 * @param artifacts the place of the artifact store: a folder, or {@code s3://…}
 * @param environment the variables that the child may see; all others are removed
 */
public record ForkedJvm(
    List<Path> classPath,
    List<String> flags,
    long maxHeapBytes,
    String artifacts,
    Set<String> environment) {

  /** What a JVM needs to start and to write text, and no more. */
  public static final Set<String> MINIMAL_ENVIRONMENT =
      Set.of("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR");

  /** Less than this, and a JVM does not start. */
  static final long LEAST_HEAP = 16 << 20;

  public ForkedJvm {
    classPath = List.copyOf(classPath);
    flags = List.copyOf(flags);
    environment = Set.copyOf(environment);
    if (maxHeapBytes < LEAST_HEAP) {
      throw EspalierException.invalid("A forked step needs a heap of at least 16 MiB.");
    }
    if (classPath.isEmpty()) {
      throw EspalierException.invalid("A forked step needs a class path.");
    }
  }
}
