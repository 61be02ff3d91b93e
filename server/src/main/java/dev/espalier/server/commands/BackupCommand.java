package dev.espalier.server.commands;

import dev.espalier.server.Backup;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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

  @Mixin HomeOption where = new HomeOption();

  @Mixin RecordOption answer = new RecordOption();

  @Override
  public Integer call() {
    Backup.Summary summary = Backup.write(where.home, file, Instant.now());
    answer.print(
        spec.commandLine().getOut(),
        summary,
        out -> {
          out.printf(
              "%s: the database and %d artifacts, %,d bytes.%n",
              summary.file(), summary.artifacts(), summary.bytes());
          summary
              .damaged()
              .forEach(digest ->
                  out.printf("Damaged, not in the backup: %s. Train it again.%n", digest));
          out.printf("Bring it back with: espalier restore %s --home NEW-FOLDER%n", file);
        });
    return summary.damaged().isEmpty() ? 0 : 1;
  }
}
