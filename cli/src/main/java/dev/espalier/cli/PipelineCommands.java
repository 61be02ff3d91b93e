package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs from the terminal. */
final class PipelineCommands {
  private static final Set<String> ENDED = Set.of("SUCCEEDED", "FAILED", "CANCELLED");
  private static final long POLL_MILLIS = 200;

  private PipelineCommands() {}

  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      description = "Runs a product's pipeline and follows it to its end.",
      footer = {"", "Example:", "  espalier run mail-filter --reason \"new guideline\""})
  static final class Run implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Mixin ProductArgument product = new ProductArgument();

    @Option(names = "--reason", description = "Why; kept with the run.")
    String reason = "started by hand";

    @Option(names = "--detach", description = "Return at once.")
    boolean detach;

    @Override
    public Integer call() throws InterruptedException {
      Api api = server.api();
      JsonNode run =
          api.post(
              product.path("pipelines", "/runs"), Map.of("trigger", "manual", "reason", reason));
      String id = run.path("id").asText();
      if (!detach) {
        run = follow(api, id);
      }
      server.print(run, PipelineCommands::runLines);
      boolean fine = run.path("state").asText().equals("SUCCEEDED") && stopped(run).isEmpty();
      return detach || fine ? 0 : 1;
    }

    private JsonNode follow(Api api, String id) throws InterruptedException {
      PrintWriter out = server.out();
      Map<String, String> seen = new HashMap<>();
      while (true) {
        JsonNode run = api.get(product.path("pipelines", "/runs/" + id));
        for (JsonNode step : run.path("steps")) {
          String state = step.path("state").asText();
          if (!server.json && !state.equals(seen.put(step.path("name").asText(), state))) {
            out.println(stepLine(step));
            out.flush();
          }
        }
        if (ENDED.contains(run.path("state").asText())) {
          return run;
        }
        Thread.sleep(POLL_MILLIS);
      }
    }
  }

  @Command(
      name = "explain",
      mixinStandardHelpOptions = true,
      description = "Why a step ran, or why it came from the cache.",
      footer = {"", "Example:", "  espalier explain mail-filter run_01… prepare"})
  static final class Explain implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Mixin ProductArgument product = new ProductArgument();

    @Parameters(index = "1", paramLabel = "RUN")
    String run = "";

    @Parameters(index = "2", paramLabel = "STEP")
    String step = "";

    @Override
    public Integer call() {
      JsonNode answer =
          server
              .api()
              .get(
                  product.path(
                      "pipelines",
                      "/runs/%s/steps/%s/explain".formatted(Api.id(run), Api.id(step))));
      server.print(answer, Explain::words);
      return 0;
    }

    private static List<String> words(JsonNode answer) {
      List<String> lines = new ArrayList<>();
      lines.add(answer.path("summary").asText(answer.path("reason").asText()));
      for (JsonNode difference : answer.path("differences")) {
        lines.add(
            "  %s: %s → %s"
                .formatted(
                    difference.path("leaf").asText(),
                    difference.path("before").asText(),
                    difference.path("after").asText()));
      }
      return lines;
    }
  }

  private static String stepLine(JsonNode step) {
    return "%-10s %-10s %s"
        .formatted(
            step.path("name").asText(),
            state(step.path("state").asText()),
            step.path("cacheReason").asText().startsWith("HIT") ? "from the cache" : "")
        .stripTrailing();
  }

  private static String state(String state) {
    return state.equals("LEASED") ? "running" : state.toLowerCase(Locale.ROOT);
  }

  /**
   * What the gates said when they stopped the candidate; empty when they passed or never judged.
   */
  private static Optional<String> stopped(JsonNode run) {
    for (JsonNode step : run.path("steps")) {
      JsonNode passed = step.path("output").path("passed");
      if (step.path("name").asText().equals("gate") && passed.isBoolean() && !passed.asBoolean()) {
        return Optional.of(step.path("output").path("summary").asText());
      }
    }
    return Optional.empty();
  }

  private static List<String> runLines(JsonNode run) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Run %s: %s in %.1f s."
            .formatted(
                run.path("id").asText(),
                run.path("state").asText().toLowerCase(Locale.ROOT),
                run.path("wallMillis").asLong() / 1000.0));
    stopped(run).ifPresent(why -> lines.add("A gate stopped the version: " + why));
    for (JsonNode step : run.path("steps")) {
      if (step.hasNonNull("failure")) {
        lines.add("%s: %s".formatted(step.path("name").asText(), step.path("failure").asText()));
      }
    }
    return lines;
  }
}
