package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Releases from the terminal. */
final class DeploymentCommands {
  private DeploymentCommands() {}

  @Command(
      name = "rollout",
      mixinStandardHelpOptions = true,
      description = "Rolls a registered version out, as the canvas says.",
      footer = {
        "",
        "Example:",
        "  espalier rollout mail-filter 1.1.0 --reason \"fewer false alarms\""
      })
  static final class Rollout implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Mixin ProductArgument product = new ProductArgument();

    @Parameters(index = "1", paramLabel = "VERSION")
    String version = "";

    @Mixin ReasonOption because = new ReasonOption();

    @Override
    public Integer call() {
      JsonNode rollout =
          server
              .api()
              .post(
                  product.deployment("/rollouts"),
                  Map.of("version", version, "reason", because.or("released by hand")));
      server.print(rollout, DeploymentCommands::words);
      return 0;
    }
  }

  @Command(
      name = "rollback",
      mixinStandardHelpOptions = true,
      description = "Returns all traffic to the previous version.",
      footer = {"", "Example:", "  espalier rollback mail-filter --reason \"complaints\""})
  static final class Rollback implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Mixin ProductArgument product = new ProductArgument();

    @Mixin ReasonOption because = new ReasonOption();

    @Override
    public Integer call() {
      JsonNode rollout =
          server
              .api()
              .post(
                  product.deployment("/rollback"),
                  Map.of("reason", because.or("rolled back by hand")));
      server.print(rollout, DeploymentCommands::words);
      return 0;
    }
  }

  @Command(
      name = "approve",
      mixinStandardHelpOptions = true,
      description = "Approves a canvas plan, by its digest, or a rollout that waits for a person.",
      footer = {
        "",
        "Example:",
        "  ESPALIER_TOKEN=esp_… espalier approve mail-filter sha256:1f0c…",
        "  espalier approve mail-filter rol_01…"
      })
  static final class Approve implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Mixin ProductArgument product = new ProductArgument();

    @Parameters(index = "1", paramLabel = "DIGEST|ROLLOUT")
    String what = "";

    @Mixin ReasonOption because = new ReasonOption();

    @Override
    public Integer call() {
      if (what.startsWith("sha256:")) {
        String digest = Api.id(what.substring(7));
        JsonNode plan =
            server
                .api()
                .post(
                    product.canvas("/plans/sha256:%s/approvals".formatted(digest)), because.body());
        server.print(plan, Approve::planWords);
      } else {
        String rollout = Api.id(what);
        JsonNode answer =
            server
                .api()
                .post(
                    product.deployment("/rollouts/%s/approvals".formatted(rollout)),
                    because.body());
        server.print(answer, DeploymentCommands::words);
      }
      return 0;
    }

    private static List<String> planWords(JsonNode open) {
      List<String> lines = new java.util.ArrayList<>();
      lines.add(
          "Approved: version %s, as %s wants it."
              .formatted(open.path("plan").path("version").asText(), open.path("by").asText()));
      open.path("missing").forEach(each -> lines.add("Still needs " + each.asText() + "."));
      return lines;
    }
  }

  private static List<String> words(JsonNode rollout) {
    return List.of(
        "%s %s to %s: %s."
            .formatted(
                rollout.path("kind").asText(),
                rollout.path("id").asText(),
                rollout.path("to").asText(),
                rollout.path("state").asText().toLowerCase(Locale.ROOT)));
  }
}
