package dev.espalier.server.commands;

import dev.espalier.server.Backup;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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

  @Mixin HomeOption where = new HomeOption();

  @Mixin RecordOption answer = new RecordOption();

  @Override
  public Integer call() {
    Backup.Summary summary = Backup.restore(file, where.home);
    answer.print(
        spec.commandLine().getOut(),
        summary,
        out -> {
          out.printf(
              "Restored the home of %s into %s: %d artifacts, all checked.%n",
              summary.at(), where.home, summary.artifacts());
          out.printf("Start it with: espalier up --home %s%n", where.home);
        });
    return 0;
  }
}
