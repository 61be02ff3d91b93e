package dev.espalier.canvas;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The canvases that the tests read, and small ones made of a few lines. */
final class Canvas {
  static final String HEAD = "canvas: espalier/1\nproduct: {name: p}\n";
  private static final Path FIXTURES = Path.of("src/test/resources/canvases");

  private Canvas() {}

  static Answers read(String text) {
    return Answers.read(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A document of one answer, written as a document would write it. */
  static Answers with(Question<?> question, String yaml) {
    return read(document(question, yaml));
  }

  static String document(Question<?> question, String yaml) {
    String line = yaml.replace('\n', ' ');
    if (question.key().equals("canvas.template")) {
      return HEAD + "template: " + line;
    }
    String[] key = question.key().split("\\.", 2);
    if (key.length == 1) {
      return HEAD + key[0] + ": " + line;
    }
    if (question.key().equals("product.name")) {
      return "canvas: espalier/1\nproduct:\n  name: " + line;
    }
    String head =
        key[0].equals("product") ? HEAD.replace("{name: p}", "\n  name: p") : HEAD + key[0] + ":\n";
    return head + "  " + key[1] + ": " + line;
  }

  static List<Path> valid() {
    return files("valid");
  }

  static List<Path> invalid() {
    return files("invalid");
  }

  private static List<Path> files(String folder) {
    try (Stream<Path> found = Files.list(FIXTURES.resolve(folder))) {
      return found.filter(each -> each.toString().endsWith(".yaml")).sorted().toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  static String complete() {
    return text(FIXTURES.resolve("valid/complete.yaml"));
  }
}
