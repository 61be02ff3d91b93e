package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Drills from the terminal: proof before the incident. */
@Command(
    name = "drill",
    mixinStandardHelpOptions = true,
    description = "Runs a drill of a product, or all of them.",
    footer = {"", "Example:", "  espalier drill mail-filter rollback"})
final class DrillCommand implements Callable<Integer> {
  @Mixin ServerOptions server = new ServerOptions();

  @Mixin ProductArgument product = new ProductArgument();

  @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "All without one.")
  String name = "";

  @Option(
      names = "--model-version",
      paramLabel = "VERSION",
      description = "Another version than the champion, such as one that waits for its release.")
  String version = "";

  @Override
  public Integer call() {
    Api api = server.api();
    List<String> names = new ArrayList<>();
    if (name.isEmpty()) {
      api.get(product.path("drills", "")).forEach(drill -> names.add(drill.path("name").asText()));
    } else {
      names.add(Api.id(name));
    }
    boolean passed = true;
    for (String drill : names) {
      String of =
          version.isEmpty() ? "" : "?version=" + URLEncoder.encode(version, StandardCharsets.UTF_8);
      JsonNode record = api.post(product.path("drills", "/" + drill + of), Map.of());
      server.print(record, answer -> words(drill, answer));
      passed &= record.path("passed").asBoolean();
    }
    return passed ? 0 : 1;
  }

  private static List<String> words(String drill, JsonNode record) {
    List<String> lines = new ArrayList<>();
    String otherwise = record.path("state").asText("failed").toLowerCase(Locale.ROOT);
    lines.add(drill + ": " + (record.path("passed").asBoolean() ? "passed" : otherwise));
    if (record.path("observations").isEmpty() && record.hasNonNull("detail")) {
      lines.add("  " + record.path("detail").asText());
    }
    record
        .path("observations")
        .forEach(observation -> lines.add("  " + observation.path("detail").asText()));
    return lines;
  }
}
