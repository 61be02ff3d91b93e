package dev.espalier.server.commands;

import dev.espalier.server.demo.DemoCommand;
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
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(dev.espalier.cli.Main.commandLine(new Main()).execute(arguments));
  }
}
