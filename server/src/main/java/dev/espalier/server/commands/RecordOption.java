package dev.espalier.server.commands;

import dev.espalier.platform.Json;
import java.io.PrintWriter;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** How a command answers: in words, or with the record as JSON. */
final class RecordOption {
  @Option(names = "--json", description = "Print the record as JSON.")
  boolean json;

  /** Prints the record, or what {@code words} make of it. */
  void print(PrintWriter out, Object record, Consumer<PrintWriter> words) {
    if (json) {
      out.println(Json.write(record));
    } else {
      words.accept(out);
    }
    out.flush();
  }
}
