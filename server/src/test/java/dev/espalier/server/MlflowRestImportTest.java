package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.espalier.platform.Digest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stock MLflow server that runs, brought over by its address, killed half way included. */
class MlflowRestImportTest {
  private static final Path LOCK = Path.of("..", "config", "mlflow.lock").toAbsolutePath();
  private static final String API = "/api/2.0/mlflow/";
  private static final Set<String> ELSEWHERE =
      Set.of(
          "artifact_uri",
          "root_uri",
          "artifact_location",
          "experiment_id",
          "source",
          "user_id",
          "workspace");

  @TempDir Path folder;

  private static Optional<Path> python() throws IOException {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path cache =
        xdg == null || xdg.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    Path home = cache.resolve("espalier/mlflow/" + Digest.of(Files.readString(LOCK)).brief());
    return Optional.of(home.resolve("bin/python")).filter(_ -> Files.exists(home.resolve("ready")));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private Process start(String log, Path in, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(in.toFile());
    builder.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
    builder.environment().put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
    return builder.redirectErrorStream(true).redirectOutput(folder.resolve(log).toFile()).start();
  }

  private Process stock(Path python, int port) throws IOException {
    Path home = Files.createDirectories(folder.resolve("stock"));
    List<String> command = new ArrayList<>(List.of(python.toString(), "-m", "mlflow", "server"));
    command.addAll(List.of("--host", "127.0.0.1", "--port", Integer.toString(port)));
    command.addAll(List.of("--workers", "1", "--backend-store-uri", "sqlite:///mlflow.db"));
    command.addAll(List.of("--artifacts-destination", home.resolve("artifacts").toString()));
    return start("stock.log", home, command);
  }

  private static void stop(Process server) throws InterruptedException {
    List<ProcessHandle> children = server.descendants().toList();
    server.destroy();
    if (!server.waitFor(10, TimeUnit.SECONDS)) {
      server.destroyForcibly();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }

  private static void await(Client stock, Process server) throws Exception {
    boolean ready =
        Client.until(
            () -> {
              try {
                return !server.isAlive() || stock.get(API + "experiments/get?experiment_id=0").ok();
              } catch (IOException notYet) {
                return false;
              }
            },
            now -> now);
    assertThat(ready && server.isAlive()).as("the stock server is up").isTrue();
  }

  /**
   * The answer without what must differ, where files are and ids that each side gives; in the order
   * of its text, for pairs come in any; without what is empty.
   */
  private static JsonNode comparable(Client.Answer answer) {
    assertThat(answer.ok()).as("%s", answer).isTrue();
    return plain(answer.json());
  }

  private static JsonNode plain(JsonNode json) {
    if (json.isArray()) {
      ArrayNode sorted = JsonNodeFactory.instance.arrayNode();
      json.valueStream()
          .map(MlflowRestImportTest::plain)
          .sorted(Comparator.comparing(JsonNode::toString))
          .forEach(sorted::add);
      return sorted;
    }
    if (json.isObject()) {
      ObjectNode kept = JsonNodeFactory.instance.objectNode();
      new TreeMap<>(
              json.propertyStream()
                  .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)))
          .forEach((name, value) -> {
            JsonNode inner = plain(value);
            boolean empty = inner.isContainerNode() && inner.isEmpty();
            if (!empty && !ELSEWHERE.contains(name)) {
              kept.set(name, inner);
            }
          });
      return kept;
    }
    return json;
  }

  private static void assertSame(Client here, Client there, String path) throws Exception {
    assertThat(comparable(here.get(API + path)))
        .as(path)
        .isEqualTo(comparable(there.get(API + path)));
  }

  /** A stock server leaves the aliases out of a model's latest versions, and has them elsewhere. */
  private static JsonNode registered(Client client) throws Exception {
    JsonNode answer = comparable(client.get(API + "registered-models/get?name=churn"));
    ((ObjectNode) answer.path("registered_model")).remove("latest_versions");
    return answer;
  }

  /** A stock server forgets which logged model a version is of; here it is found by its source. */
  private static JsonNode version(Client client) throws Exception {
    JsonNode answer = comparable(client.get(API + "model-versions/get?name=churn&version=1"));
    ((ObjectNode) answer.path("model_version")).remove("model_id");
    return answer;
  }

  /** Without where its artifacts are, and without that this server knows it to be whole. */
  private static JsonNode traced(Client client, String path) throws Exception {
    JsonNode answer = comparable(client.get(path));
    ((ObjectNode) answer.at("/trace/trace_info/tags")).remove("mlflow.artifactLocation");
    return answer;
  }

  @Test
  void a_running_server_comes_over_whole_although_the_import_is_killed() throws Exception {
    Optional<Path> python = python();
    assumeTrue(python.isPresent(), "Needs MLflow's own client: run config/python-tools.sh first.");
    int port = freePort();
    String url = "http://127.0.0.1:" + port;
    Process server = stock(python.get(), port);
    try {
      Client there = new Client(url);
      await(there, server);
      Path script = folder.resolve("lab.py");
      try (var in = MlflowRestImportTest.class.getResourceAsStream("/mlflow/lab.py")) {
        Files.write(script, in.readAllBytes());
      }
      Process lab =
          start("lab.log", folder, List.of(python.get().toString(), script.toString(), url));
      assertThat(lab.waitFor(10, TimeUnit.MINUTES)).isTrue();
      assertThat(lab.exitValue()).as(Files.readString(folder.resolve("lab.log"))).isZero();
      Path home = folder.resolve("home");
      for (int killedAfter : List.of(1, 7, 15)) {
        try (Child child =
            Child.start(
                "dev.espalier.server.commands.Main",
                List.of("-Xmx256m"),
                List.of("import", "mlflow", "--home", home.toString(), "--from", url))) {
          child.await(Pattern.compile("(?s)(run [0-9a-f]{32}\\s.*?){%d}".formatted(killedAfter)));
          child.kill();
        }
      }
      MlflowImport.Report report = MlflowImport.run(home, Map.of(), url, List.of(), _ -> {});
      assertThat(report.runs()).isEqualTo(25);
      assertThat(report.points()).isEqualTo(25 * 300 + 1);
      assertThat(report.loggedModels()).isEqualTo(1);
      assertThat(report.versions()).isEqualTo(3);
      assertThat(report.traces()).isEqualTo(2);
      assertThat(report.differences()).isEmpty();
      MlflowImport.Report again = MlflowImport.run(home, Map.of(), url, List.of(), _ -> {});
      assertThat(again.files()).as("twice is once").isZero();

      String[] ids = Files.readString(folder.resolve("runs")).split(" ");
      try (Espalier espalier = Espalier.start(ServerConfig.local(home, 0))) {
        Client here = new Client(espalier.url());
        for (int i = 0; i < 25; i++) {
          assertSame(here, there, "runs/get?run_id=" + ids[i]);
          assertSame(
              here, there, "metrics/get-history?metric_key=loss&max_results=1000&run_id=" + ids[i]);
        }
        assertSame(here, there, "artifacts/list?path=out/sub&run_id=" + ids[5]);
        assertSame(here, there, "logged-models/" + ids[25]);
        assertThat(registered(here)).isEqualTo(registered(there));
        assertThat(version(here)).isEqualTo(version(there));
        assertSame(here, there, "model-versions/get?name=churn&version=2");
        assertSame(here, there, "registered-models/alias?name=churn&alias=champion");
        assertSame(here, there, "registered-models/get?name=greet");
        assertSame(here, there, "experiments/get-by-name?experiment_name=gone");
        for (String trace : ids[26].split(",")) {
          String spans = "/api/3.0/mlflow/traces/get?trace_id=" + trace;
          assertThat(traced(here, spans)).as(trace).isEqualTo(traced(there, spans));
        }
        String file = "/get-artifact?run_uuid=" + ids[5] + "&path=out/sub/b%20c";
        Client.Answer copied = here.get(file);
        // What follows a '#' in a name never reaches a stock server: its client sends a fragment.
        assertThat(copied.body()).isEqualTo(there.get(file).body()).isEqualTo("deep");
        assertThat(here.get("/model-versions/get-artifact?name=churn&version=1&path=a.txt").body())
            .isEqualTo("hello");
      }
    } finally {
      stop(server);
    }
  }

  @Test
  void an_address_that_is_none_and_a_server_that_is_another_are_said() throws Exception {
    Path home = folder.resolve("home");
    for (String address :
        List.of("http://", "http://user:secret@host", "http://host/?a=b", "http://host/#x")) {
      assertThatThrownBy(() -> MlflowImport.run(home, Map.of(), address, List.of(), _ -> {}))
          .hasMessageContaining("is no address of a server");
    }
    assertThatThrownBy(
            () -> MlflowImport.run(home, Map.of(), "http://host", List.of(folder), _ -> {}))
        .hasMessageContaining("sends its artifacts itself");
    AtomicInteger elsewhere = new AtomicInteger();
    HttpServer other = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    other.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    other.createContext(
        "/moved/",
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    other.createContext(
        "/elsewhere",
        exchange -> {
          elsewhere.incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    other.start();
    try {
      String url = "http://127.0.0.1:" + other.getAddress().getPort();
      assertThatThrownBy(() -> MlflowImport.run(home, Map.of(), url, List.of(), _ -> {}))
          .hasMessageContaining("No MLflow server of version 3 answers");
      assertThatThrownBy(() -> MlflowImport.run(home, Map.of(), url + "/moved", List.of(), _ -> {}))
          .hasMessageContaining("answered 302");
      assertThat(elsewhere).as("redirects are not followed").hasValue(0);
    } finally {
      other.stop(0);
    }
  }
}
