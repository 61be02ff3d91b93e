package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes away for good what clients deleted. */
@Command(
    name = "purge",
    mixinStandardHelpOptions = true,
    description = {
      "Takes deleted experiments, runs, logged models and traces away for good.",
      "What was deleted later than that can still be restored, what a registered version needs is",
      "held and named. The server works on; killed half way, it is simply run again.",
      "espalier gc then frees the bytes of their files."
    },
    footer = {
      "",
      "Example:",
      "  espalier purge --older-than 30d --dry-run",
      "Every night, by cron (owners only: give it a token of one):",
      "  0 3 * * *  ESPALIER_TOKEN=esp_… espalier purge && espalier gc"
    })
final class PurgeCommand implements Callable<Integer> {
  @Mixin ServerOptions server = new ServerOptions();

  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      description = "Since the deletion: 12h, 30d, PT15M. Default: ${DEFAULT-VALUE}.")
  String olderThan = "30d";

  @Option(names = "--dry-run", description = "Say what would go, and take nothing away.")
  boolean dryRun;

  @Override
  public Integer call() {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("olderThan", Times.duration("--older-than", olderThan).toString());
    request.put("dryRun", dryRun);
    server.print(server.api().post("/tracking/purge", request), this::lines);
    return 0;
  }

  private List<String> lines(JsonNode report) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s, deleted before %s: %d experiments, %d runs, %d logged models, %d traces."
            .formatted(
                dryRun ? "Would go" : "Gone",
                report.path("before").asText(),
                report.path("experiments").asInt(),
                report.path("runs").asInt(),
                report.path("loggedModels").asInt(),
                report.path("traces").asInt()));
    report
        .path("held")
        .forEach(id -> lines.add("Held, a registered version needs it: " + id.asText()));
    return lines;
  }
}
