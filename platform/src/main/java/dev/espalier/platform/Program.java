package dev.espalier.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this program was built from, as the packaging wrote it down beside the program.
 *
 * @param commit the commit of the sources; empty where the program was not packaged from a checkout
 * @param clean whether the sources were exactly those of the commit
 */
public record Program(Optional<String> commit, boolean clean) {
  /** The system property that names the program's folder. */
  public static final String FOLDER = "espalier.dist";

  private static final Pattern WRITTEN = Pattern.compile("([0-9a-f]{40,64}) (clean|changed)\\s*");
  private static final int LONGEST = 200;

  /** The program that runs now. */
  public static Program running() {
    String folder = System.getProperty(FOLDER, "");
    return folder.isEmpty() ? new Program(Optional.empty(), false) : in(Path.of(folder));
  }

  /** The program in a folder; without a readable note nothing is known of it. */
  static Program in(Path folder) {
    Path note = folder.resolve("commit");
    try {
      if (Files.isRegularFile(note) && Files.size(note) <= LONGEST) {
        Matcher written = WRITTEN.matcher(Files.readString(note));
        if (written.matches()) {
          return new Program(Optional.of(written.group(1)), written.group(2).equals("clean"));
        }
      }
      return new Program(Optional.empty(), false);
    } catch (IOException unreadable) {
      return new Program(Optional.empty(), false);
    }
  }

  /** The machine and the runtime, in words. */
  public static String environment() {
    return "Java %s %s %s, %d cores"
        .formatted(
            Runtime.version(),
            System.getProperty("os.name", ""),
            System.getProperty("os.arch", ""),
            Runtime.getRuntime().availableProcessors());
  }
}
