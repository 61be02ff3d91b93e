package dev.espalier.platform;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Java process that works and says what it did, line by line, until kill -9. */
public final class Killed {
  private Killed() {}

  /**
   * Starts {@code main} with this class path and kills it when it has said so many lines.
   *
   * @return the lines
   * @throws AssertionError when it ends by itself, with what it wrote to its errors
   */
  public static List<String> after(int lines, Class<?> main, Object... arguments)
      throws IOException, InterruptedException {
    Path errors = Files.createTempFile("espalier-killed", ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    List<String> said = new ArrayList<>();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      while (said.size() < lines) {
        String line = out.readLine();
        if (line == null) {
          throw new AssertionError(
              "%s ended after %d of %d lines: %s"
                  .formatted(main.getSimpleName(), said.size(), lines, Files.readString(errors)));
        }
        said.add(line);
      }
    } finally {
      process.destroyForcibly().waitFor();
      Files.deleteIfExists(errors);
    }
    return said;
  }
}
