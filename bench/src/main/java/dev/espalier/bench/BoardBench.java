package dev.espalier.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cli.Api;
import dev.espalier.platform.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The board of a trained product in a real browser, from the click to everything drawn. */
final class BoardBench implements Bench {
  private static final int LOADS = 7;

  @Override
  public Section measure(Setting setting) throws Exception {
    try (Program server = Program.server(setting.program(), setting.work().resolve("board"))) {
      Api api = new Api(server.url());
      ServedProduct.addMails(api);
      ServedProduct product = ServedProduct.release(api, "bench-board", "linear");
      JsonNode figures = browse(setting, server.url(), product.name());
      Sample empty = sample(figures.path("empty"));
      return new Section(
          "board",
          "The board in the browser",
          List.of("page", "ready, ms", "goal", "in empty pages"),
          List.of(
              row("an empty page of the same server", empty, "", empty),
              row("board, first visit (nothing cached)", sample(figures.path("cold")), "", empty),
              row("board, from another page", sample(figures.path("warm")), "< 500", empty)),
          "Median (lowest–highest) of %d loads in headless Chromium, %d questions drawn, fonts ready, no request under way."
              .formatted(LOADS, figures.path("questions").asInt()));
    }
  }

  private static JsonNode browse(Setting setting, String url, String product) throws Exception {
    Process node =
        new ProcessBuilder("node", "../bench/board.mjs", url, product, String.valueOf(LOADS))
            .directory(setting.root().resolve("ui").toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (node.waitFor() != 0) {
      throw new IllegalStateException("The browser could not be measured: see above.");
    }
    return Json.tree(output);
  }

  private static Sample sample(JsonNode values) {
    double[] found = new double[values.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = values.get(i).asDouble();
    }
    return Sample.of(found);
  }

  private static List<String> row(String name, Sample millis, String goal, Sample empty) {
    return List.of(name, millis.text(), goal, Sample.number(millis.median() / empty.median()));
  }
}
