package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The login of an import: read as MLflow's client reads it, sent with every call, never told. */
class MlflowLoginTest {
  private static final String USER = "MLFLOW_TRACKING_USERNAME";
  private static final String PASSWORD = "MLFLOW_TRACKING_PASSWORD";
  private static final String TOKEN = "MLFLOW_TRACKING_TOKEN";

  @TempDir Path folder;

  /** A door before a server of MLflow's protocol: nothing passes without the header it wants. */
  private static final class Door implements AutoCloseable {
    final Set<String> passed = new ConcurrentSkipListSet<>();
    private final HttpServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String behind;
    private final String wanted;

    Door(String behind, String wanted) throws IOException {
      this.behind = behind;
      this.wanted = wanted;
      server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
      server.createContext("/", this::answer);
      server.start();
    }

    String url() {
      return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
      try (exchange) {
        if (!wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
          exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"mlflow\"");
          exchange.sendResponseHeaders(401, -1);
          return;
        }
        passed.add(exchange.getRequestURI().getPath());
        HttpRequest.Builder request =
            HttpRequest.newBuilder(URI.create(behind + exchange.getRequestURI()))
                .method(
                    exchange.getRequestMethod(),
                    HttpRequest.BodyPublishers.ofByteArray(
                        exchange.getRequestBody().readAllBytes()));
        if (exchange.getRequestMethod().equals("POST")) {
          request.header("Content-Type", "application/json");
        }
        HttpResponse<byte[]> response =
            http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        exchange.sendResponseHeaders(
            response.statusCode(), response.body().length == 0 ? -1 : response.body().length);
        exchange.getResponseBody().write(response.body());
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException(interrupted);
      }
    }

    @Override
    public void close() {
      server.stop(0);
      http.close();
    }
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, String> login(String user, String password) {
    return Map.of(USER, user, PASSWORD, password);
  }

  private String loggedRun(Client theirs) throws Exception {
    JsonNode run =
        theirs
            .post(
                "/api/2.0/mlflow/runs/create",
                Map.of("experiment_id", "0", "run_name", "guarded", "start_time", 1_000))
            .json();
    String id = run.at("/run/info/run_id").asText();
    for (int step = 0; step < 3; step++) {
      Map<String, Object> point =
          Map.of(
              "run_id", id, "key", "loss", "value", 0.5, "timestamp", 1_000 + step, "step", step);
      assertThat(theirs.post("/api/2.0/mlflow/runs/log-metric", point).ok()).isTrue();
    }
    String upload = "/ajax-api/2.0/mlflow/upload-artifact?run_uuid=" + id + "&path=notes/a.txt";
    assertThat(theirs.post(upload, "text/plain", "kept").ok()).isTrue();
    return id;
  }

  @Test
  void a_server_behind_a_login_comes_over_whole_with_it_and_not_at_all_without() throws Exception {
    Path home = folder.resolve("ours");
    String run;
    try (Espalier theirs = Espalier.start(ServerConfig.local(folder.resolve("theirs"), 0))) {
      run = loggedRun(new Client(theirs.url()));
      try (Door door = new Door(theirs.url(), basic("ann:pass:wörd"))) {
        String url = door.url();
        assertThatThrownBy(() -> MlflowImport.run(home, Map.of(), url, List.of(), _ -> {}))
            .hasMessageContaining("asks for a login: set " + USER + " and " + PASSWORD);
        assertThatThrownBy(
                () -> MlflowImport.run(home, login("ann", "guess"), url, List.of(), _ -> {}))
            .hasMessageContaining("refuses this login for /api/2.0/mlflow/experiments/get")
            .hasMessageNotContaining("guess")
            .hasMessageNotContaining("Authorization");
        assertThatThrownBy(
                () -> MlflowImport.run(home, Map.of(TOKEN, "esp_guess"), url, List.of(), _ -> {}))
            .hasMessageContaining("refuses this login")
            .hasMessageNotContaining("esp_guess");
        assertThat(door.passed).as("nothing was told to strangers").isEmpty();
        assertThat(home).as("nothing is there of an import that was refused").doesNotExist();

        MlflowImport.Report report =
            MlflowImport.run(home, login("ann", "pass:wörd"), url, List.of(), _ -> {});
        assertThat(report.runs()).isEqualTo(1);
        assertThat(report.points()).isEqualTo(3);
        assertThat(report.files()).isEqualTo(1);
        assertThat(door.passed)
            .as("searches, histories and files are all asked with the login")
            .contains(
                "/api/2.0/mlflow/runs/search",
                "/api/2.0/mlflow/metrics/get-history",
                "/get-artifact");
      }
    }
    try (Espalier ours = Espalier.start(ServerConfig.local(home, 0))) {
      String file = "/get-artifact?run_uuid=" + run + "&path=notes/a.txt";
      assertThat(new Client(ours.url()).get(file).body()).isEqualTo("kept");
    }
  }

  @Test
  void a_token_is_a_bearer_and_a_name_goes_before_it() {
    assertThat(MlflowLogin.of(Map.of())).isEmpty();
    assertThat(MlflowLogin.of(Map.of(USER, "", PASSWORD, "", TOKEN, ""))).isEmpty();
    assertThat(MlflowLogin.of(Map.of(TOKEN, "dapi123")).orElseThrow().header())
        .isEqualTo("Bearer dapi123");
    assertThat(
            MlflowLogin.of(Map.of(USER, "ann", PASSWORD, "p", TOKEN, "t")).orElseThrow().header())
        .isEqualTo(basic("ann:p"));
  }

  @Test
  void a_login_that_no_header_can_hold_is_refused_by_the_name_of_its_variable() {
    for (Map.Entry<Map<String, String>, String> wrong :
        List.of(
            Map.entry(Map.of(USER, "ann"), PASSWORD),
            Map.entry(Map.of(PASSWORD, "secret"), USER),
            Map.entry(login("a:b", "secret"), USER),
            Map.entry(Map.of(TOKEN, "secret\r\nHost: elsewhere"), TOKEN),
            Map.entry(Map.of(TOKEN, "secret token"), TOKEN))) {
      assertThatThrownBy(() -> MlflowLogin.of(wrong.getKey()))
          .hasMessageContaining(wrong.getValue())
          .hasMessageNotContaining("secret");
    }
    assertThat(MlflowLogin.of(Map.of(TOKEN, "secret")).toString()).doesNotContain("secret");
  }

  @Test
  void a_login_in_the_address_is_refused_and_not_told_on() {
    Path home = folder.resolve("home");
    for (String address : List.of("http://ann:secret@host", "https://secret@host:1/x?a#b")) {
      assertThatThrownBy(() -> MlflowImport.run(home, Map.of(), address, List.of(), _ -> {}))
          .hasMessageContaining("for a login set " + USER)
          .hasMessageNotContaining("secret");
    }
    assertThat(home).doesNotExist();
  }
}
