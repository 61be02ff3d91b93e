package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The documents of a product in the terminal: the list, or one of them. */
@Command(
    name = "docs",
    description = "Lists a product's documents, or prints one: model card, datasheet, ML-BOM …",
    footer = {
      "",
      "Examples:",
      "  espalier docs mail-filter",
      "  espalier docs mail-filter model-card --version 1.0.0",
      "  espalier docs mail-filter ml-bom --format json"
    })
final class DocsCommand implements Callable<Integer> {
  @Mixin ServerOptions server = new ServerOptions();

  @Mixin ProductArgument product = new ProductArgument();

  @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "A list without one.")
  Optional<String> name = Optional.empty();

  @Option(names = "--format", description = "md, html or json. Default: md; with --json, json.")
  Optional<String> format = Optional.empty();

  @Option(
      names = "--version",
      paramLabel = "V",
      description = "As frozen when that model version was promoted. Default: as of now.")
  Optional<String> version = Optional.empty();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  boolean help;

  @Override
  public Integer call() {
    String path = product.path("documents", "");
    if (name.isEmpty()) {
      JsonNode list = server.api().get(path + query(List.of()));
      server.print(list, DocsCommand::lines);
      return 0;
    }
    String form = Api.id(format.orElse(server.json ? "json" : "md"));
    String text =
        server.api().text(path + "/" + Api.id(name.get()) + query(List.of("format=" + form)));
    server.out().print(text.endsWith("\n") ? text : text + "\n");
    server.out().flush();
    return 0;
  }

  private String query(List<String> given) {
    List<String> parts = new ArrayList<>(given);
    version.ifPresent(
        one -> parts.add("version=" + URLEncoder.encode(one, StandardCharsets.UTF_8)));
    return parts.isEmpty() ? "" : "?" + String.join("&", parts);
  }

  private static List<String> lines(JsonNode list) {
    List<String> lines = new ArrayList<>();
    for (JsonNode one : list) {
      lines.add(
          "%-15s %2d of %2d sections answered  %s"
              .formatted(
                  one.path("name").asText(),
                  one.path("answered").asInt(),
                  one.path("sections").asInt(),
                  one.path("frozen").asBoolean()
                      ? "frozen with version " + one.path("version").asText()
                      : "as of now"));
    }
    return lines;
  }
}
