package dev.espalier.server.commands;

import dev.espalier.platform.Json;
import dev.espalier.server.Backup;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Copies a home into one file, also while a server works in it. */
@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    description = "Copies a home into one file; a running server goes on working.",
    footer = {"", "Example:", "  espalier backup espalier-2026-11-24.zip --home .espalier"})
final class BackupCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "The new file.")
  Path file = Path.of("espalier-backup.zip");

  @Option(
      names = "--home",
      description = "The home. Default: ${DEFAULT-VALUE}, or ESPALIER_HOME.",
      defaultValue = "${env:ESPALIER_HOME:-.espalier}")
  Path home = Path.of(".espalier");

  @Option(names = "--json", description = "Print the record as JSON.")
  boolean json;

  @Override
  public Integer call() {
    Backup.Summary summary = Backup.write(home, file, Instant.now());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(new String(Json.bytes(summary), StandardCharsets.UTF_8));
    } else {
      out.printf(
          "%s: the database and %d artifacts, %,d bytes.%n",
          summary.file(), summary.artifacts(), summary.bytes());
      summary
          .damaged()
          .forEach(
              digest -> out.printf("Damaged, not in the backup: %s. Train it again.%n", digest));
      out.printf("Bring it back with: espalier restore %s --home NEW-FOLDER%n", file);
    }
    out.flush();
    return summary.damaged().isEmpty() ? 0 : 1;
  }
}
