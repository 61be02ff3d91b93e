package dev.espalier.deployment;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Where a clean process finds its classes and the artifacts.
 *
 * @param classPath as the running process has it
 * @param artifacts the folder of the local artifact store
 */
public record CleanJvm(List<Path> classPath, Path artifacts) {
  public CleanJvm {
    classPath = List.copyOf(classPath);
  }

  /** The class path of this process. */
  public static CleanJvm likeThis(Path artifacts) {
    String path = System.getProperty("java.class.path", "");
    return new CleanJvm(
        Arrays.stream(path.split(java.io.File.pathSeparator))
            .filter(entry -> !entry.isBlank())
            .map(entry -> Path.of(entry).toAbsolutePath())
            .toList(),
        artifacts.toAbsolutePath());
  }
}
