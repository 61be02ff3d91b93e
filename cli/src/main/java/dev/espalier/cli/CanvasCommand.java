package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The life of a canvas from the terminal. */
@Command(
    name = "canvas",
    mixinStandardHelpOptions = true,
    description = "Begins a canvas, explains its questions, shows and checks its versions.",
    subcommands = {
      InitCommand.class,
      CanvasCommand.Explain.class,
      CanvasCommand.Versions.class,
      CanvasCommand.Reapply.class,
      CanvasCommand.Verify.class,
      CanvasCommand.Drift.class
    })
final class CanvasCommand {
  @Command(
      name = "explain",
      mixinStandardHelpOptions = true,
      description = "What a question asks, with its fields, bounds, defaults and evidence.",
      footer = {"", "Example:", "  espalier canvas explain serving.volume"})
  static final class Explain implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "KEY", description = "As the document has it: serving.volume, nfr.")
    String key = "";

    @Override
    public Integer call() {
      JsonNode questions = server.api().get("/questions");
      List<String> keys = new ArrayList<>();
      for (JsonNode question : questions) {
        keys.add(question.path("key").asText());
        if (key.equals(question.path("key").asText())
            || key.equalsIgnoreCase(question.path("id").asText())) {
          server.print(question, Explain::lines);
          return 0;
        }
      }
      throw EspalierException.invalidField(
          "KEY",
          "known question",
          "No question '%s'.".formatted(key),
          Optional.of(nearest(key, keys)));
    }

    private static List<String> lines(JsonNode question) {
      List<String> lines = new ArrayList<>();
      lines.add("%s  %s".formatted(question.path("id").asText(), question.path("key").asText()));
      lines.add(question.path("text").asText());
      if (!question.path("help").asText().isEmpty()) {
        lines.add(question.path("help").asText());
      }
      lines.add("");
      lines.add("Fields:");
      question.path("fields").forEach(field -> field(field, "  ", lines));
      lines.add("");
      lines.add("Compiles to: " + joined(question.path("compilesTo"), "nothing"));
      lines.add("Conforms when:");
      question
          .path("evidence")
          .forEach(clause ->
              lines.add(
                  "  %-7s %s: %s"
                      .formatted(
                          clause.path("kind").asText(),
                          clause.path("clause").asText(),
                          clause.path("text").asText())));
      return lines;
    }

    private static void field(JsonNode field, String indent, List<String> lines) {
      List<String> said = new ArrayList<>();
      if (field.has("default")) {
        said.add("default " + field.path("default").asText());
      }
      if (field.has("min") || field.has("max")) {
        said.add(field.path("min").asText("any") + " to " + field.path("max").asText("any"));
      }
      if (!field.path("oneOf").isEmpty()) {
        said.add("one of " + joined(field.path("oneOf"), ""));
      }
      lines.add(
          "%s%s: %s%s%s"
              .formatted(
                  indent,
                  field.path("name").asText(),
                  field.path("list").asBoolean() ? "list of " : "",
                  field.path("type").asText(),
                  said.isEmpty() ? "" : " (" + String.join("; ", said) + ")"));
      field.path("fields").forEach(inner -> field(inner, indent + "  ", lines));
    }

    private static String joined(JsonNode array, String none) {
      List<String> words = new ArrayList<>();
      array.forEach(each -> words.add(each.asText()));
      return words.isEmpty() ? none : String.join(", ", words);
    }
  }

  @Command(
      name = "versions",
      mixinStandardHelpOptions = true,
      description = "Who wanted, approved and applied which version, and why.",
      footer = {"", "Example:", "  espalier canvas versions mail-filter"})
  static final class Versions implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Mixin ProductArgument product = new ProductArgument();

    @Override
    public Integer call() {
      server.print(server.api().get(product.canvas("/versions")), Versions::lines);
      return 0;
    }

    private static List<String> lines(JsonNode versions) {
      List<String> lines = new ArrayList<>();
      for (JsonNode each : versions) {
        List<String> approvers = new ArrayList<>();
        each.path("approvals").forEach(one -> approvers.add(one.path("by").asText()));
        lines.add(
            "%s %-8s %s  by %s%s%s"
                .formatted(
                    each.path("active").asBoolean() ? "*" : " ",
                    each.path("version").asText(),
                    each.path("appliedAt").asText(),
                    each.path("appliedBy").asText(),
                    approvers.isEmpty() ? "" : ", approved by " + String.join(", ", approvers),
                    each.path("reason").asText().isEmpty()
                        ? ""
                        : ": " + each.path("reason").asText()));
      }
      return lines;
    }
  }

  @Command(
      name = "reapply",
      mixinStandardHelpOptions = true,
      description = "Plans an older version again, as a new one, and applies it.",
      footer = {
        "",
        "Example:",
        "  espalier canvas reapply mail-filter 1.2.0 --reason \"the new gate blocks everything\""
      })
  static final class Reapply implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Mixin ProductArgument product = new ProductArgument();

    @Parameters(index = "1", paramLabel = "VERSION")
    String version = "";

    @Mixin ApplyOptions options = new ApplyOptions();

    @Override
    public Integer call() {
      Api api = server.api();
      JsonNode plan = api.post(product.canvas("/reapply"), Map.of("version", Api.id(version)));
      if (CanvasCommands.refused(server, plan, options)) {
        return ErrorCode.CONFLICT.exitCode();
      }
      JsonNode applied = api.post(product.canvas("/apply"), options.body(plan));
      server.print(
          applied,
          answer ->
              List.of(
                  "Applied %s again, as version %s."
                      .formatted(version, answer.path("version").asText())));
      return 0;
    }
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = "Recomputes digests, chain and signatures; exits with 1 when one is broken.",
      footer = {"", "Example:", "  espalier canvas verify mail-filter"})
  static final class Verify implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Mixin ProductArgument product = new ProductArgument();

    @Override
    public Integer call() {
      JsonNode found = server.api().get(product.canvas("/verify"));
      server.print(found, Verify::lines);
      return found.path("intact").asBoolean() ? 0 : ErrorCode.CONFLICT.exitCode();
    }

    private static List<String> lines(JsonNode found) {
      List<String> lines = new ArrayList<>();
      lines.add(
          found.path("intact").asBoolean()
              ? "Intact: %d versions, signed with %s."
                  .formatted(found.path("versions").asInt(), found.path("keyId").asText())
              : "BROKEN:");
      found.path("problems").forEach(each -> lines.add("  " + each.asText()));
      return lines;
    }
  }

  @Command(
      name = "drift",
      mixinStandardHelpOptions = true,
      description =
          "Resources changed by hand; adopts or reverts one. Exits with 1 while one is open.",
      footer = {
        "",
        "Example:",
        "  espalier canvas drift mail-filter",
        "  espalier canvas drift mail-filter --revert drf_01…"
      })
  static final class Drift implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Mixin ProductArgument product = new ProductArgument();

    @Option(names = "--adopt", paramLabel = "ID", description = "Make a draft that says the same.")
    String adopt = "";

    @Option(names = "--revert", paramLabel = "ID", description = "Put the resource back.")
    String revert = "";

    @Override
    public Integer call() {
      Api api = server.api();
      if (!adopt.isEmpty()) {
        JsonNode draft =
            api.post(product.canvas("/drift/%s/adopt".formatted(Api.id(adopt))), Map.of());
        server.print(
            draft,
            answer ->
                List.of(
                    "A draft of %s says it now, based on %s. Look at it in the web UI."
                        .formatted(
                            answer.path("by").asText(), answer.path("baseVersion").asText())));
        return 0;
      }
      if (!revert.isEmpty()) {
        JsonNode record =
            api.post(product.canvas("/drift/%s/revert".formatted(Api.id(revert))), Map.of());
        server.print(record, answer -> List.of("Put back: " + answer.path("resource").asText()));
        return 0;
      }
      JsonNode drifts = api.get(product.canvas("/drift"));
      server.print(drifts, Drift::lines);
      for (JsonNode each : drifts) {
        if (each.path("state").asText().equals("OPEN")) {
          return ErrorCode.CONFLICT.exitCode();
        }
      }
      return 0;
    }

    private static List<String> lines(JsonNode drifts) {
      List<String> lines = new ArrayList<>();
      for (JsonNode each : drifts) {
        lines.add(
            "%s  %-8s %s %s: %s, not %s"
                .formatted(
                    each.path("id").asText(),
                    each.path("state").asText().toLowerCase(java.util.Locale.ROOT),
                    each.path("resource").asText(),
                    each.path("field").asText(),
                    said(each.path("actual").asText()),
                    said(each.path("expected").asText())));
      }
      return lines.isEmpty() ? List.of("Nothing was changed by hand.") : lines;
    }

    private static String said(String json) {
      return json.isEmpty() ? "nothing" : json.length() > 60 ? json.substring(0, 60) + "…" : json;
    }
  }

  /** The nearest of some words by edit distance (Levenshtein). */
  static String nearest(String word, List<String> words) {
    return words.stream()
        .min(java.util.Comparator.comparingInt(each -> distance(word, each)))
        .orElse("");
  }

  private static int distance(String a, String b) {
    String word = a.substring(0, Math.min(80, a.length()));
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= word.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (word.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
