package dev.espalier.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One day of a data scientist with MLflow's unmodified Python client, once against a stock MLflow
 * server and once against these routes; the normalised answers are equal but for {@link
 * MlflowDifferences}, each with its reason.
 */
class MlflowClientTest {
  private static final Path CONFIG = Path.of("..", "config").toAbsolutePath().normalize();

  private static final List<String> PARTS =
      List.of("scenario.py", "answers.py", "searches.py", "limits.py", "shown.py");

  @TempDir Path folder;

  private static Optional<Path> python() throws IOException {
    String lock = Files.readString(CONFIG.resolve("mlflow.lock"));
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path cache =
        xdg == null || xdg.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    Path home = cache.resolve("espalier/mlflow/" + Digest.of(lock).brief());
    return Optional.of(home.resolve("bin/python")).filter(_ -> Files.exists(home.resolve("ready")));
  }

  private JsonNode scenario(Path python, String name, String url) throws Exception {
    for (String part : PARTS) {
      try (var in = MlflowClientTest.class.getResourceAsStream("/mlflow/" + part)) {
        Files.write(folder.resolve(part), in.readAllBytes());
      }
    }
    Path script = folder.resolve("scenario.py");
    Path out = folder.resolve(name + ".json");
    Path errors = folder.resolve(name + ".err");
    Process process =
        new ProcessBuilder(python.toString(), script.toString(), url, out.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(40, TimeUnit.MINUTES)).as("the scenario ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as("%s: %s", name, Files.readString(errors)).isZero();
    return Json.tree(Files.readString(out));
  }

  /** A stock MLflow server on a free port, with its own folder. */
  private Process stock(Path python, int port) throws IOException {
    Path home = Files.createDirectories(folder.resolve("stock"));
    List<String> command =
        new ArrayList<>(
            List.of(python.toString(), "-m", "mlflow", "server", "--host", "127.0.0.1"));
    command.addAll(List.of("--port", Integer.toString(port), "--workers", "1"));
    command.addAll(List.of("--backend-store-uri", "sqlite:///" + home.resolve("mlflow.db")));
    command.addAll(List.of("--artifacts-destination", home.resolve("artifacts").toString()));
    ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
    builder.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
    builder.environment().put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
    return builder.redirectErrorStream(true).redirectOutput(home.resolve("log").toFile()).start();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Waits for an answer out of the store: a server is healthy before its tables are there. */
  private static void await(String url, Process server) throws InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      String question = "/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default";
      HttpRequest request = HttpRequest.newBuilder(URI.create(url + question)).build();
      for (int i = 0; i < 1_800 && server.isAlive(); i++) {
        try {
          if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException notYet) {
          // The port is not open yet.
        }
        server.waitFor(100, TimeUnit.MILLISECONDS);
      }
    }
    throw new AssertionError("The stock server never answered.");
  }

  private static void stop(Process server) throws InterruptedException {
    List<ProcessHandle> children = server.descendants().toList();
    server.destroy();
    if (!server.waitFor(10, TimeUnit.SECONDS)) {
      server.destroyForcibly();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }

  private JsonNode ours(Path python) throws Exception {
    try (MlflowServer server = new MlflowServer(folder)) {
      return scenario(python, "espalier", server.url());
    }
  }

  @Test
  void the_python_client_cannot_tell_this_server_from_mlflow() throws Exception {
    Optional<Path> python = python();
    assumeTrue(python.isPresent(), "Needs MLflow's own client: run config/python-tools.sh first.");
    JsonNode ours = ours(python.get());
    int port = freePort();
    Process server = stock(python.get(), port);
    JsonNode theirs;
    try {
      String url = "http://127.0.0.1:" + port;
      await(url, server);
      theirs = scenario(python.get(), "stock", url);
    } finally {
      stop(server);
    }
    Map<String, String> differences = new TreeMap<>();
    TreeSet<String> names = new TreeSet<>();
    ours.fieldNames().forEachRemaining(names::add);
    theirs.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      if (!ours.path(name).equals(theirs.path(name))) {
        differences.put(name, "ours %s, stock %s".formatted(ours.path(name), theirs.path(name)));
      }
    }
    Files.write(
        Path.of("target", "mlflow-differences.txt"),
        String.join("\n", differences.entrySet().stream().map(Object::toString).toList())
            .getBytes(StandardCharsets.UTF_8));
    assertThat(names).hasSizeGreaterThan(900);
    List<MlflowDifferences.Row> needed = new ArrayList<>();
    differences
        .keySet()
        .removeIf(name ->
            MlflowDifferences.ROWS.stream()
                    .filter(row -> row.covers(name, ours.path(name)))
                    .peek(needed::add)
                    .count()
                == 1);
    assertThat(differences).as("what differs without a reason").isEmpty();
    assertThat(MlflowDifferences.ROWS)
        .as("reasons that nothing needs")
        .containsExactlyInAnyOrderElementsOf(Set.copyOf(needed));
  }
}
