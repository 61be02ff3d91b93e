package dev.espalier.server.commands;

import dev.espalier.server.demo.DemoCommand;
import dev.espalier.server.http.HttpServer;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;

/** The commands that need a whole process; the launcher sends every other one to the client. */
@Command(
    name = "espalier",
    version = "espalier 0.1.0",
    mixinStandardHelpOptions = true,
    description = "Commands that start a whole process.",
    subcommands = {
      UpCommand.class,
      DemoCommand.class,
      BackupCommand.class,
      RestoreCommand.class,
      GcCommand.class,
      ImportCommand.class,
      WarmUpCommand.class
    })
public final class Main {
  private static final Set<String> SERVING = Set.of("up", "demo");

  private Main() {}

  /** Runs one command and exits with its code; loads the server while the command is read. */
  public static void main(String[] arguments) {
    if (arguments.length > 0 && SERVING.contains(arguments[0])) {
      CompletableFuture<Void> _ = HttpServer.prepared();
    }
    System.exit(dev.espalier.cli.Main.commandLine(new Main()).execute(arguments));
  }
}
