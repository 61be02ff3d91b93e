package dev.espalier.server.commands;

import dev.espalier.platform.Json;
import dev.espalier.server.MlflowImport;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Brings in what other systems hold. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = "Brings in what other systems hold.",
    subcommands = ImportCommand.Mlflow.class)
final class ImportCommand {

  /** From an MLflow server. */
  @Command(
      name = "mlflow",
      mixinStandardHelpOptions = true,
      description = {
        "Brings an MLflow server over: experiments, runs, metrics, datasets, models, files.",
        "From its SQLite file, or from its address while it runs (it is only read).",
        "A server that wants a login gets it as from MLflow's client: MLFLOW_TRACKING_USERNAME",
        "and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, in the environment.",
        "Stop Espalier first. Killed half way, it is simply run again; twice is once."
      },
      footer = {
        "",
        "Example:",
        "  espalier import mlflow --from mlflow.db --artifacts-from mlartifacts",
        "  espalier import mlflow --from http://127.0.0.1:5000"
      })
  static final class Mlflow implements Callable<Integer> {
    @Spec CommandSpec spec = CommandSpec.create();

    @Mixin HomeOption where = new HomeOption();

    @Option(
        names = "--from",
        paramLabel = "FILE|URL",
        required = true,
        description = "The SQLite file or the address of the other server.")
    String from = "mlflow.db";

    @Option(
        names = "--artifacts-from",
        paramLabel = "FOLDER",
        description = {
          "Where its artifacts may be read; repeat it for more. The first is what",
          "mlflow-artifacts:/ means. Default: the folder of the file."
        })
    List<Path> folders = new ArrayList<>();

    @Option(names = "--json", description = "Print the report as JSON.")
    boolean json;

    @Override
    public Integer call() {
      MlflowImport.Report report =
          MlflowImport.run(where.home, System.getenv(), from, folders, this::say);
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        out.println(new String(Json.bytes(report), StandardCharsets.UTF_8));
      } else {
        out.printf(
            "%d experiments, %d runs, %,d points, %d logged models, %d versions, %d traces; %d new"
                + " files.%n",
            report.experiments(),
            report.runs(),
            report.points(),
            report.loggedModels(),
            report.versions(),
            report.traces(),
            report.files());
        report.differences().forEach(each -> out.printf("Differs: %s%n", each));
      }
      out.flush();
      return report.differences().isEmpty() ? 0 : 1;
    }

    private void say(String brought) {
      if (!json) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(brought);
        err.flush();
      }
    }
  }
}
