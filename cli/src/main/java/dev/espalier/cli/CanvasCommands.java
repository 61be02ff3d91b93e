package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Plan, apply and status: the canvas from the terminal. */
final class CanvasCommands {
  private static final long MAX_CANVAS = 1 << 20;

  private CanvasCommands() {}

  @Command(
      name = "plan",
      mixinStandardHelpOptions = true,
      description = "Shows what applying a canvas would change, and its contradictions.",
      footer = {"", "Example:", "  espalier plan -f canvas.yaml"})
  static final class Plan implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Option(names = "-f", required = true, paramLabel = "FILE", description = "The canvas.")
    Path file = Path.of("canvas.yaml");

    @Override
    public Integer call() {
      JsonNode plan = plan(server.api(), file);
      server.print(plan, CanvasCommands::planLines);
      return blocked(plan) ? ErrorCode.CONFLICT.exitCode() : 0;
    }
  }

  @Command(
      name = "apply",
      mixinStandardHelpOptions = true,
      description = "Plans a canvas and applies it as a new version.",
      footer = {
        "",
        "Example:",
        "  espalier apply -f canvas.yaml",
        "  espalier apply -f canvas.yaml --reason \"labels come later than we thought\"",
        "  espalier apply -f canvas.yaml --confirm 4"
      })
  static final class Apply implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Option(names = "-f", required = true, paramLabel = "FILE", description = "The canvas.")
    Path file = Path.of("canvas.yaml");

    @Mixin ApplyOptions options = new ApplyOptions();

    @Override
    public Integer call() {
      Api api = server.api();
      JsonNode plan = plan(api, file);
      if (refused(server, plan, options)) {
        return ErrorCode.CONFLICT.exitCode();
      }
      String product = product(file);
      JsonNode version = api.post("/canvases/" + product + "/apply", options.body(plan));
      server.print(
          version,
          answer ->
              List.of(
                  "Applied %s, version %s.".formatted(product, answer.path("version").asText()),
                  "Train it with: espalier run " + product));
      return 0;
    }
  }

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "The board of a product: does reality conform to its plan?",
      footer = {
        "",
        "Examples:",
        "  espalier status mail-filter",
        "  espalier status mail-filter --state violated,stale --lane maintain",
        "  espalier status mail-filter --lacks machinery"
      })
  static final class Status implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Mixin BoardFilter filter = new BoardFilter();

    @Parameters(paramLabel = "PRODUCT", arity = "0..1", description = "Its name; all without one.")
    String product = "";

    @Override
    public Integer call() {
      Api api = server.api();
      if (product.isEmpty()) {
        server.print(api.get("/canvases"), Status::all);
      } else {
        JsonNode board = api.get("/canvases/" + Api.id(product) + "/conformance");
        server.print(filter.of(board), BoardView::lines);
      }
      return 0;
    }

    private static List<String> all(JsonNode canvases) {
      List<String> lines = new ArrayList<>();
      canvases.forEach(canvas ->
          lines.add(
              "%-24s %-8s %s"
                  .formatted(
                      canvas.path("product").asText(),
                      canvas.path("version").asText(),
                      canvas.path("headline").asText())));
      return lines.isEmpty()
          ? List.of("No product yet. Apply a canvas: espalier apply -f canvas.yaml")
          : lines;
    }
  }

  private static JsonNode plan(Api api, Path file) {
    return api.post(
        "/canvases/" + product(file) + "/plan",
        "application/yaml",
        BodyPublishers.ofString(text(file)));
  }

  /** Shows a plan that cannot be applied as it is, and what is missing; false where it can. */
  static boolean refused(ServerOptions server, JsonNode plan, ApplyOptions options) {
    List<Integer> open = options.open(plan);
    if (!blocked(plan) && open.isEmpty()) {
      return false;
    }
    server.print(
        plan,
        each -> {
          List<String> lines = planLines(each);
          if (!open.isEmpty()) {
            String rules = open.stream().map(String::valueOf).collect(Collectors.joining(","));
            lines.add("Nothing is applied. Repair it, or accept the warnings: --confirm " + rules);
          }
          return lines;
        });
    return true;
  }

  static boolean blocked(JsonNode plan) {
    for (JsonNode finding : plan.path("contradictions")) {
      if (finding.path("level").asText().equals("ERROR")) {
        return true;
      }
    }
    return false;
  }

  /** A plan in words. */
  static List<String> planLines(JsonNode plan) {
    List<String> lines = new ArrayList<>();
    plan.path("actions").forEach(action -> lines.add("  " + sentence(action)));
    if (lines.isEmpty()) {
      lines.add("Nothing changes.");
    } else {
      lines.addFirst("%d resource actions:".formatted(lines.size()));
    }
    for (JsonNode change : plan.path("diff")) {
      lines.add(
          "%-9s %s: %s -> %s"
              .formatted(
                  change.path("direction").asText().toLowerCase(Locale.ROOT),
                  change.path("path").asText(),
                  change.path("before").asText("nothing"),
                  change.path("after").asText("nothing")));
    }
    if (!plan.path("needs").isEmpty()) {
      lines.add("It needs " + String.join(" and ", strings(plan.path("needs"))) + ".");
      lines.add("Plan digest: " + plan.path("planDigest").asText());
    }
    for (JsonNode finding : plan.path("contradictions")) {
      lines.add(
          "%s rule %s (%s): %s"
              .formatted(
                  finding.path("level").asText(),
                  finding.path("rule").asText(),
                  String.join(", ", strings(finding.path("questions"))),
                  finding.path("message").asText()));
      if (finding.hasNonNull("repair")) {
        lines.add("  Repair: " + finding.path("repair").asText());
      }
    }
    return lines;
  }

  private static String sentence(JsonNode action) {
    return action.isTextual()
        ? action.asText()
        : "%-8s %s  (%s)"
            .formatted(
                action.path("action").asText().toLowerCase(Locale.ROOT),
                action.path("resource").asText(action.path("id").asText()),
                action.path("because").asText());
  }

  private static List<String> strings(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(element -> texts.add(element.asText()));
    return texts;
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > MAX_CANVAS) {
        throw EspalierException.limit("%s is longer than 1 MiB.".formatted(file));
      }
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.INVALID, "Cannot read %s: %s".formatted(file, failure.getMessage()), failure);
    }
  }

  /** The product's name; the server checks the document itself. */
  static String product(Path file) {
    return CanvasName.in(text(file));
  }
}
