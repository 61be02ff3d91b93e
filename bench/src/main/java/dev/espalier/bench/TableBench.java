package dev.espalier.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Database;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The table of runs in a real browser, scrolled from the first run to the last. */
final class TableBench implements Bench {
  /** Pixels of each frame: ten rows, as fast as a wheel turns, and more than a whole screen. */
  private static final int WHEEL = 320;

  private static final int FLIGHT = 1_600;
  private static final int RUNS = 100_000;

  @Override
  public Section measure(Setting setting) throws Exception {
    Path home = Files.createDirectories(setting.work().resolve("table"));
    try (Database database = Database.open(home.resolve("espalier.db"))) {
      double _ = RunFill.fill(database, RUNS);
    }
    int seconds = setting.quick() ? 40 : 600;
    try (Program server = Program.server(setting.program(), home)) {
      JsonNode wheel = scroll(setting, server.url(), WHEEL, seconds);
      JsonNode flight = scroll(setting, server.url(), FLIGHT, seconds);
      return new Section(
          "table",
          "The table of %,d runs in the browser".formatted(RUNS),
          List.of(
              "scrolled by",
              "frames",
              "p50, ms",
              "p95, ms",
              "goal",
              "p99, ms",
              "page's thread, ms a frame",
              "bare list: p95, ms",
              "bare list: thread, ms a frame",
              "rows loaded",
              "rows in the page"),
          List.of(
              row("%d px a frame (ten rows)".formatted(WHEEL), wheel),
              row("%,d px a frame (all rows new)".formatted(FLIGHT), flight)),
          "Frames of headless Chromium without a graphics card, from the first run on, pages asked for on the way, %d s at most for both. The page's thread: script, style, layout and paint in processor time, which other work on the machine stretches less than the frames. The bare list is the same rows in the same page a moment later, their texts written by a few lines without React, server or list of runs: what the machine gives."
              .formatted(seconds));
    }
  }

  private static JsonNode scroll(Setting setting, String url, int pixels, int seconds)
      throws IOException, InterruptedException {
    Process node =
        new ProcessBuilder(
                "node",
                "../bench/table.mjs",
                url,
                "/experiments/" + RunFill.EXPERIMENT,
                String.valueOf(pixels),
                String.valueOf(seconds))
            .directory(setting.root().resolve("ui").toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (node.waitFor() != 0) {
      throw new IllegalStateException("The browser could not be measured: see above.");
    }
    return Json.tree(output);
  }

  private static List<String> row(String name, JsonNode figures) {
    return List.of(
        name,
        figures.path("frames").asText(),
        figures.path("p50").asText(),
        figures.path("p95").asText(),
        "≤ 32",
        figures.path("p99").asText(),
        figures.at("/threadMillisPerFrame/all").asText(),
        figures.at("/bare/p95").asText(),
        figures.at("/bare/threadMillisPerFrame/all").asText(),
        "%,d".formatted(figures.path("rows").asInt()),
        figures.path("inPage").asText());
  }
}
