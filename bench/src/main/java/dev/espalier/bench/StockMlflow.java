package dev.espalier.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A stock MLflow server with SQLite and local artifacts, as its documentation starts it, from the
 * locked Python of {@code config/mlflow.lock}. Closing ends it with its workers.
 */
final class StockMlflow implements AutoCloseable {
  private final ProcessBuilder command;
  private final String url;
  private final Path artifacts;
  private Process process;

  private StockMlflow(ProcessBuilder command, String url, Path artifacts) throws IOException {
    this.command = command;
    this.url = url;
    this.artifacts = artifacts;
    this.process = command.start();
  }

  /**
   * Prepares a database with the runs, then starts the server over it and waits until it answers.
   */
  static StockMlflow start(Bench.Setting setting, HttpClient http, int runs, int points)
      throws Exception {
    Path home = Files.createDirectories(setting.work().resolve("stock").toAbsolutePath());
    String python =
        output(home, List.of("sh", setting.root().resolve("config/python-tools.sh").toString()));
    String database = home.resolve("mlflow.db").toString();
    String store = "sqlite:///" + database;
    output(home, List.of(python, "-m", "mlflow", "db", "upgrade", store));
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    String url = "http://127.0.0.1:" + port;
    StockMlflow stock =
        new StockMlflow(command(python, home, port, store), url, home.resolve("artifacts"));
    try {
      // Its first request makes the default experiment.
      stock.await(http);
      output(
          home,
          List.of(
              python,
              setting.root().resolve("bench/mlflow_fill.py").toAbsolutePath().toString(),
              database,
              Integer.toString(runs),
              Integer.toString(points)));
      return stock;
    } catch (Exception failure) {
      stock.close();
      throw failure;
    }
  }

  /** Ends the server with whatever it is at, and starts it over the same data. */
  void restart(HttpClient http) throws Exception {
    close();
    process = command.start();
    await(http);
  }

  private static ProcessBuilder command(String python, Path home, int port, String store) {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                python,
                "-m",
                "mlflow",
                "server",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--backend-store-uri",
                store,
                "--artifacts-destination",
                home.resolve("artifacts").toString()));
    builder.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
    builder.environment().put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
    return builder
        .directory(home.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()));
  }

  private static String output(Path folder, List<String> command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(Path.of("").toAbsolutePath().toFile())
            .redirectError(folder.resolve("errors").toFile())
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(
          "%s: %s".formatted(command, Files.readString(folder.resolve("errors"))));
    }
    return said.strip();
  }

  private void await(HttpClient http) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(url + "/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default"))
            .build();
    for (int i = 0; i < 1_800 && process.isAlive(); i++) {
      try {
        if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException notYet) {
        // The port is not open yet.
      }
      boolean _ = process.waitFor(100, TimeUnit.MILLISECONDS);
    }
    throw new IllegalStateException("The stock server never answered.");
  }

  /** Puts small files into a run's folder, past the server: its API needs tens of ms for each. */
  void files(String artifactUri, int count) throws IOException {
    String folder = artifactUri.substring("mlflow-artifacts:/".length());
    Path many = Files.createDirectories(artifacts.resolve(folder).resolve("many"));
    for (int i = 0; i < count; i++) {
      Files.writeString(many.resolve("%06d.txt".formatted(i)), "file " + i);
    }
  }

  String url() {
    return url;
  }

  /** Resident memory of the server and its workers, in MiB. */
  double residentMebibytes() throws IOException {
    double sum = Program.residentMebibytes(process.pid());
    for (ProcessHandle child : process.descendants().toList()) {
      sum += Program.residentMebibytes(child.pid());
    }
    return sum;
  }

  @Override
  public void close() {
    List<ProcessHandle> workers = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    workers.forEach(ProcessHandle::destroyForcibly);
  }
}
