package dev.espalier.cli;

import dev.espalier.platform.EspalierException;
import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Datasets from the terminal. */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = "Adds rows to a dataset.",
    subcommands = DataCommand.Add.class)
final class DataCommand {
  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Streams a CSV or JSONL file of text and label into a dataset.",
      footer = {"", "Example:", "  espalier data add tickets tickets.csv"})
  static final class Add implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Parameters(index = "0", paramLabel = "NAME", description = "The dataset.")
    String name = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "Columns: text, label, id?, at?")
    Path file = Path.of("");

    @Override
    public Integer call() throws FileNotFoundException {
      if (!file.toFile().isFile()) {
        throw EspalierException.invalid("No file " + file + ".");
      }
      var body = BodyPublishers.ofFile(file);
      var added = server.api().post("/datasets/" + Api.id(name), mediaType(), body);
      server.print(
          added,
          answer ->
              List.of(
                  "Added %,d rows to %s (%,d rejected); snapshot %s."
                      .formatted(
                          answer.path("rows").asLong(),
                          name,
                          answer.path("rejected").asLong(),
                          answer
                              .path("snapshot")
                              .path("digest")
                              .asText(answer.path("snapshot").asText()))));
      return 0;
    }

    private String mediaType() {
      String lower = file.toString().toLowerCase(Locale.ROOT);
      if (lower.endsWith(".csv")) {
        return "text/csv";
      }
      if (lower.endsWith(".jsonl") || lower.endsWith(".ndjson")) {
        return "application/x-ndjson";
      }
      throw EspalierException.invalidField(
          "FILE", "format", "Only .csv and .jsonl files are read.", Optional.of(file + ".csv"));
    }
  }
}
