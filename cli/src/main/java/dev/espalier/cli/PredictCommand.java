package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** One prediction from the terminal. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description = "Asks a product about one text.",
    footer = {"", "Example:", "  espalier predict mail-filter \"Win a free cruise now\""})
final class PredictCommand implements Callable<Integer> {
  @Mixin ServerOptions server = new ServerOptions();

  @Mixin ProductArgument product = new ProductArgument();

  @Parameters(index = "1", paramLabel = "TEXT")
  String text = "";

  @Override
  public Integer call() {
    JsonNode answer = server.api().post(product.path("predict", ""), Map.of("text", text));
    server.print(answer, PredictCommand::words);
    return 0;
  }

  private static List<String> words(JsonNode answer) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s  (version %s, served by %s%s)"
            .formatted(
                answer.path("label").asText(),
                answer.path("modelVersion").asText(),
                answer.path("servedBy").asText(),
                answer.has("fallbackReason") ? ": " + answer.get("fallbackReason").asText() : ""));
    for (Map.Entry<String, JsonNode> share : answer.path("probabilities").properties()) {
      lines.add("  %-16s %.3f".formatted(share.getKey(), share.getValue().asDouble()));
    }
    return lines;
  }
}
