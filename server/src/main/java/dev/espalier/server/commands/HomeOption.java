package dev.espalier.server.commands;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which home a command works on. */
final class HomeOption {
  @Option(
      names = "--home",
      description =
          "The folder that holds everything. Default: ${DEFAULT-VALUE}, or ESPALIER_HOME.",
      defaultValue = "${env:ESPALIER_HOME:-.espalier}")
  Path home = Path.of(".espalier");
}
