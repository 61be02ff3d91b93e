package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of attacks in {@code docs/security.md} names tests that are there and run. */
class SecurityTableTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test)#(\\w+)`");

  private static Map<String, String> tests() throws IOException {
    Map<String, String> tests = new HashMap<>();
    List<Path> folders = new ArrayList<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      modules
          .map(module -> module.resolve("src/test/java"))
          .filter(Files::isDirectory)
          .forEach(folders::add);
    }
    for (Path folder : folders) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(each -> each.toString().endsWith("Test.java")).toList()) {
          tests.merge(
              file.getFileName().toString().replace(".java", ""),
              Files.readString(file),
              String::concat);
        }
      }
    }
    return tests;
  }

  @Test
  void each_class_of_attack_names_a_test_that_is_there() throws IOException {
    Map<String, String> tests = tests();
    List<String> rows =
        Files.readAllLines(ROOT.resolve("docs/security.md")).stream()
            .filter(line -> line.startsWith("| ") && !line.startsWith("| class "))
            .toList();
    assertThat(rows).hasSizeGreaterThanOrEqualTo(17);
    for (String row : rows) {
      Matcher named = NAMED.matcher(row);
      int found = 0;
      while (named.find()) {
        found++;
        assertThat(tests).containsKey(named.group(1));
        assertThat(tests.get(named.group(1)))
            .as(row)
            .containsPattern("(?m)^  void " + named.group(2) + "\\(");
      }
      assertThat(found).as(row).isPositive();
    }
  }
}
