package dev.espalier.server.commands;

import dev.espalier.server.Espalier;
import dev.espalier.server.ServerConfig;
import dev.espalier.server.Shutdown;
import dev.espalier.server.Stores;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts the server and stays. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Starts the server: API, inference and web UI on one port.",
    footer = {"", "Example:", "  espalier up --home .espalier --port 8080"})
final class UpCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  @Mixin HomeOption where = new HomeOption();

  @Option(names = "--host", description = "The interface. Default: ${DEFAULT-VALUE}.")
  String host = "127.0.0.1";

  @Option(names = "--port", description = "The port; 0 for a free one. Default: ${DEFAULT-VALUE}.")
  int port = 8080;

  @Option(
      names = "--database",
      paramLabel = "ADDRESS",
      description = {
        "postgresql://host[:port]/name[?schema=...&sslmode=...], or ESPALIER_DATABASE. User and",
        "password: ESPALIER_DATABASE_USER, ESPALIER_DATABASE_PASSWORD or",
        "ESPALIER_DATABASE_PASSWORD_FILE. Default: a SQLite file in the home."
      },
      defaultValue = "${env:ESPALIER_DATABASE:-}")
  String database = "";

  @Option(
      names = "--artifacts",
      paramLabel = "ADDRESS",
      description = {
        "s3://bucket[/prefix][?region=...&endpoint=https://...], or ESPALIER_ARTIFACTS. Keys:",
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY. Default: a folder in the home."
      },
      defaultValue = "${env:ESPALIER_ARTIFACTS:-}")
  String artifacts = "";

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Stores stores = Stores.of(database, artifacts, System.getenv());
    try (Espalier espalier = Espalier.start(new ServerConfig(where.home, host, port, stores));
        Shutdown shutdown = Shutdown.of(espalier)) {
      out.printf("Espalier is up: %s%n", espalier.url());
      if (espalier.canvases().list().isEmpty()) {
        out.println("No product yet. Try: espalier apply -f examples/quickstart/canvas.yaml");
      }
      out.flush();
      shutdown.await();
    }
    return 0;
  }
}
