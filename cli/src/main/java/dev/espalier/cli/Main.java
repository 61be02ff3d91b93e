package dev.espalier.cli;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line. Commands that need a whole process (up, demo) are started by the launcher. */
@Command(
    name = "espalier",
    version = "espalier 0.1.0",
    mixinStandardHelpOptions = true,
    description = "An end-to-end MLOps platform whose plan is alive.",
    subcommands = {
      CanvasCommands.Plan.class,
      CanvasCommands.Apply.class,
      CanvasCommands.Status.class,
      DataCommand.class,
      PipelineCommands.Run.class,
      PipelineCommands.Explain.class,
      PredictCommand.class,
      DeploymentCommands.Rollout.class,
      DeploymentCommands.Rollback.class,
      DeploymentCommands.Approve.class,
      DrillCommand.class,
      CiCommand.class,
      DocsCommand.class,
      TokenCommand.class,
      CanvasCommand.class,
      PurgeCommand.class
    },
    footer = {
      "",
      "Commands that start a process:",
      "  demo      Lives a product's whole life on real mail, then prints its board.",
      "  up        Starts the server: API, inference and web UI on one port.",
      "  backup    Copies a home into one file; a running server goes on working.",
      "  restore   Makes a home from a backup.",
      "  gc        Removes artifacts that nothing names any more.",
      "  import    Brings an MLflow server over, by its address or its SQLite file.",
      "",
      "Exit codes: 0 fine, 1 gate or check failed, 2 bad input, 3 infrastructure.",
      "",
      "Examples:",
      "  espalier demo",
      "  espalier up --home .espalier",
      "  espalier data add tickets examples/quickstart/tickets.csv",
      "  espalier apply -f examples/quickstart/canvas.yaml",
      "  espalier status tickets"
    })
public final class Main {
  Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(commandLine(new Main()).execute(arguments));
  }

  /** The command line for {@code root}, with the one mapping from failures to exit codes. */
  public static CommandLine commandLine(Object root) {
    CommandLine line = new CommandLine(root);
    line.setExecutionExceptionHandler((failure, command, _) -> explain(failure, command));
    line.setParameterExceptionHandler((failure, _) -> {
      PrintWriter err = failure.getCommandLine().getErr();
      err.println(failure.getMessage());
      CommandLine.UnmatchedArgumentException.printSuggestions(failure, err);
      err.printf("Try: %s --help%n", failure.getCommandLine().getCommandSpec().qualifiedName());
      return ErrorCode.INVALID.exitCode();
    });
    return line;
  }

  private static int explain(Exception failure, CommandLine command) {
    PrintWriter err = command.getErr();
    if (failure instanceof EspalierException known) {
      known.field().ifPresent(field -> err.print(field + ": "));
      err.println(known.getMessage());
      known.nearest().ifPresent(nearest -> err.println("Nearest valid value: " + nearest));
      return known.code().exitCode();
    }
    err.println("Unexpected failure: " + failure);
    return ErrorCode.INTERNAL.exitCode();
  }
}
