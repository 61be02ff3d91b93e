package dev.espalier.server.commands;

import dev.espalier.platform.Json;
import dev.espalier.server.Backup;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a home from a backup, wholly or not at all. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description = "Makes a home from a backup: every file is checked, nothing is half restored.",
    footer = {"", "Example:", "  espalier restore espalier-2026-11-24.zip --home .espalier"})
final class RestoreCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "The backup.")
  Path file = Path.of("espalier-backup.zip");

  @Option(
      names = "--home",
      description = "The new home; absent or empty. Default: ${DEFAULT-VALUE}, or ESPALIER_HOME.",
      defaultValue = "${env:ESPALIER_HOME:-.espalier}")
  Path home = Path.of(".espalier");

  @Option(names = "--json", description = "Print the record as JSON.")
  boolean json;

  @Override
  public Integer call() {
    Backup.Summary summary = Backup.restore(file, home);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(new String(Json.bytes(summary), StandardCharsets.UTF_8));
    } else {
      out.printf(
          "Restored the home of %s into %s: %d artifacts, all checked.%n",
          summary.at(), home, summary.artifacts());
      out.printf("Start it with: espalier up --home %s%n", home);
    }
    out.flush();
    return 0;
  }
}
