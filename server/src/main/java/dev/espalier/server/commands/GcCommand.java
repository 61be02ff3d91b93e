package dev.espalier.server.commands;

import dev.espalier.artifacts.GarbageCollection;
import dev.espalier.platform.Json;
import dev.espalier.server.Garbage;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Removes artifacts that nothing names, also while a server works. */
@Command(
    name = "gc",
    mixinStandardHelpOptions = true,
    description = {
      "Removes artifacts that nothing names any more; a running server goes on working.",
      "Killed half way, it is simply run again."
    },
    footer = {"", "Example:", "  espalier gc --dry-run"})
final class GcCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  @Mixin HomeOption where = new HomeOption();

  @Option(names = "--dry-run", description = "Say what would be removed, and remove nothing.")
  boolean dryRun;

  @Option(
      names = "--grace",
      paramLabel = "DURATION",
      description = "What was put since then stays. Default: ${DEFAULT-VALUE}, a day.")
  Duration grace = Duration.ofHours(24);

  @Option(names = "--json", description = "Print the record as JSON.")
  boolean json;

  @Override
  public Integer call() {
    GarbageCollection.Summary summary =
        Garbage.collect(
            where.home,
            System.getenv(),
            grace,
            dryRun ? GarbageCollection.Mode.DRY_RUN : GarbageCollection.Mode.REMOVE,
            Instant.now());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(new String(Json.bytes(summary), StandardCharsets.UTF_8));
    } else {
      out.printf(
          "%d artifacts: %d named, %d put since %s, %d %s, %,d bytes.%n",
          summary.artifacts(),
          summary.named(),
          summary.young(),
          summary.cutoff(),
          summary.removed(),
          dryRun ? "to remove" : "removed",
          summary.bytes());
    }
    out.flush();
    return 0;
  }
}
