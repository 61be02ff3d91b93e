package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The checks of a product from the terminal, for a person or for a forge's job. */
@Command(
    name = "ci",
    mixinStandardHelpOptions = true,
    description = "Runs the checks that the canvas asks for (ci.workflow) on a sample of the data.",
    footer = {
      "",
      "Exit codes: 0 green, 1 a check failed, 2 bad input, 3 infrastructure.",
      "",
      "Examples:",
      "  espalier ci tickets",
      "  espalier ci tickets --sample 500 --junit build/checks.xml"
    })
final class CiCommand implements Callable<Integer> {
  @Mixin ServerOptions server = new ServerOptions();

  @Mixin ProductArgument product = new ProductArgument();

  @Option(
      names = "--sample",
      paramLabel = "ROWS",
      description = "Labelled rows to use at most. Default: ${DEFAULT-VALUE}.")
  int sample = 1_000;

  @Option(
      names = "--junit",
      paramLabel = "FILE",
      description = "Also write the checks as a JUnit report.")
  Optional<Path> junit = Optional.empty();

  @Override
  public Integer call() {
    JsonNode run = server.api().post(product.path("ci", "?sample=" + sample), Map.of());
    server.print(run, CiCommand::words);
    junit.ifPresent(file -> write(file, junit(run)));
    return run.path("green").asBoolean() ? 0 : 1;
  }

  private static List<String> words(JsonNode run) {
    List<String> lines = new ArrayList<>();
    for (JsonNode check : run.path("checks")) {
      lines.add(
          "%-8s %-14s %s"
              .formatted(
                  check.path("outcome").asText().toLowerCase(java.util.Locale.ROOT),
                  check.path("name").asText(),
                  check.path("detail").asText()));
    }
    lines.add(
        "%s for canvas %s, on %d rows, in %.1f s."
            .formatted(
                run.path("green").asBoolean() ? "Green" : "Red",
                run.path("canvasVersion").asText(),
                run.path("sample").asInt(),
                run.path("millis").asLong() / 1000.0));
    return lines;
  }

  /** The report that forges read: one case a check, a skipped one with its reason. */
  static String junit(JsonNode run) {
    StringBuilder cases = new StringBuilder();
    int failures = 0;
    int skipped = 0;
    for (JsonNode check : run.path("checks")) {
      String detail = escaped(check.path("detail").asText());
      String outcome = check.path("outcome").asText();
      String body =
          switch (outcome) {
            case "FAILED" -> "<failure message=\"%s\"/>".formatted(detail);
            case "SKIPPED" -> "<skipped message=\"%s\"/>".formatted(detail);
            default -> "<system-out>%s</system-out>".formatted(detail);
          };
      failures += outcome.equals("FAILED") ? 1 : 0;
      skipped += outcome.equals("SKIPPED") ? 1 : 0;
      cases.append(
          "  <testcase classname=\"%s\" name=\"%s\" time=\"%.3f\">%s</testcase>%n"
              .formatted(
                  escaped(run.path("product").asText()),
                  escaped(check.path("name").asText()),
                  check.path("millis").asLong() / 1000.0,
                  body));
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>%n<testsuite name=\"espalier ci\" tests=\"%d\" failures=\"%d\" skipped=\"%d\" time=\"%.3f\">%n%s</testsuite>%n"
        .formatted(
            run.path("checks").size(),
            failures,
            skipped,
            run.path("millis").asLong() / 1000.0,
            cases);
  }

  /** Text as XML 1.0 allows it: markup escaped, control characters replaced. */
  private static String escaped(String text) {
    return text.replaceAll("[^\\t\\n\\r\\x20-\\uFFFD]", "\uFFFD")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static void write(Path file, String report) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.writeString(file, report, StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE,
          "Cannot write %s: %s".formatted(file, failure.getMessage()),
          failure);
    }
  }
}
