package dev.espalier.deployment;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Where a clean process finds its classes and the artifacts.
 *
 * @param classPath as the running process has it
 * @param artifacts the place of the artifact store: a folder, or {@code s3://…}
 */
public record CleanJvm(List<Path> classPath, String artifacts) {
  public CleanJvm {
    classPath = List.copyOf(classPath);
  }

  /** The class path of this process. */
  public static CleanJvm likeThis(String artifacts) {
    String path = System.getProperty("java.class.path", "");
    return new CleanJvm(
        Arrays.stream(path.split(java.io.File.pathSeparator))
            .filter(entry -> !entry.isBlank())
            .map(entry -> Path.of(entry).toAbsolutePath())
            .toList(),
        artifacts);
  }
}
