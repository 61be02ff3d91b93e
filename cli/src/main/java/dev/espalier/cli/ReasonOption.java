package dev.espalier.cli;

import java.util.Map;
import picocli.CommandLine.Option;

/** Why something is done; kept with what comes of it. */
final class ReasonOption {
  @Option(names = "--reason", description = "Why; kept with it.")
  String reason = "";

  /** The reason, or what to say where none is given. */
  String or(String otherwise) {
    return reason.isBlank() ? otherwise : reason;
  }

  /** The reason as a body; empty where none is given. */
  Map<String, String> body() {
    return reason.isBlank() ? Map.of() : Map.of("reason", reason);
  }
}
