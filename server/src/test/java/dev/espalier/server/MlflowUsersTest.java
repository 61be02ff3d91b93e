package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import dev.espalier.server.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MLflow's users and permissions over the whole process. */
class MlflowUsersTest {
  private static final Path LOCK = Path.of("..", "config", "mlflow.lock").toAbsolutePath();
  private static final String PASSWORD = "correct horse battery";
  private static final String API = "/api/2.0/mlflow/";

  @TempDir Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private Espalier espalier;

  @BeforeEach
  void start() {
    espalier = Espalier.start(ServerConfig.local(folder.resolve("home"), 0));
  }

  @AfterEach
  void stop() {
    espalier.close();
    client.close();
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(espalier.url() + path))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static String[] as(String user, String password) {
    String pair = Base64.getEncoder().encodeToString((user + ":" + password).getBytes());
    return new String[] {"Authorization", "Basic " + pair};
  }

  private String made(String path, String body, String answer) throws Exception {
    HttpResponse<String> made = send("POST", path, body);
    assertThat(made.statusCode()).as(path + " " + made.body()).isEqualTo(200);
    return answer.isEmpty() ? "" : Json.tree(made.body()).at(answer).asText();
  }

  private void user(String name) throws Exception {
    made(
        API + "users/create",
        "{\"username\":\"%s\",\"password\":\"%s\"}".formatted(name, PASSWORD),
        "");
  }

  private static Optional<Path> python() throws IOException {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path cache =
        xdg == null || xdg.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    Path home = cache.resolve("espalier/mlflow/" + Digest.of(Files.readString(LOCK)).brief());
    return Optional.of(home.resolve("bin/python")).filter(_ -> Files.exists(home.resolve("ready")));
  }

  @Test
  void what_one_user_of_the_python_client_makes_is_theirs_until_they_share_it() throws Exception {
    Optional<Path> python = python();
    assumeTrue(python.isPresent(), "Needs MLflow's own client: run config/python-tools.sh first.");
    Path script = folder.resolve("users.py");
    try (var in = MlflowUsersTest.class.getResourceAsStream("/mlflow/users.py")) {
      Files.write(script, in.readAllBytes());
    }
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(python.get().toString(), script.toString(), espalier.url())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    assertThat(Files.readString(log)).contains("users and permissions hold");
  }

  /** Rows that say of themselves who may, make something new, or show only what one may see. */
  private static final Set<String> FOR_ANYBODY_KNOWN =
      Set.of(
          "GET server-features",
          "POST experiments/create",
          "GET experiments/search",
          "POST experiments/search",
          "POST registered-models/create",
          "GET registered-models/search",
          "GET model-versions/search",
          "GET users/current");

  @Test
  void a_user_without_any_grant_is_refused_on_every_route_that_touches_what_is_there()
      throws Exception {
    user("eve");
    String experiment = made(API + "experiments/create", "{\"name\":\"lab\"}", "/experiment_id");
    String run =
        made(
            API + "runs/create",
            "{\"experiment_id\":\"%s\"}".formatted(experiment),
            "/run/info/run_id");
    String model =
        made(
            API + "logged-models",
            "{\"experiment_id\":\"%s\",\"name\":\"m\"}".formatted(experiment),
            "/model/info/model_id");
    String trace = "tr-0123456789abcdef0123456789abcdef";
    String location =
        "{\"type\":\"MLFLOW_EXPERIMENT\",\"mlflow_experiment\":{\"experiment_id\":\"%s\"}}"
            .formatted(experiment);
    made(
        "/api/3.0/mlflow/traces",
        "{\"trace\":{\"trace_info\":{\"trace_id\":\"%s\",\"trace_location\":%s}}}"
            .formatted(trace, location),
        "");
    made(API + "registered-models/create", "{\"name\":\"theirs\"}", "");
    made(
        API + "model-versions/create",
        "{\"name\":\"theirs\",\"run_id\":\"%2$s\",\"source\":\"mlflow-artifacts:/%1$s/%2$s/artifacts\"}"
            .formatted(experiment, run),
        "");
    String body =
        """
        {"experiment_id":"%1$s","experiment_ids":["%1$s"],"experiment_name":"lab","run_id":"%2$s",
         "run_uuid":"%2$s","run_ids":["%2$s"],"model_id":"%3$s","trace_id":"%4$s",
         "trace_ids":["%4$s"],"request_id":"%4$s","locations":[%5$s],
         "trace":{"trace_info":{"trace_id":"%4$s","trace_location":%5$s}},
         "name":"theirs","new_name":"mine","version":"1","alias":"a","key":"k","value":"v",
         "path":"x","metric_key":"m","username":"ada","password":"a new long password",
         "is_admin":true,"permission":"MANAGE","resource_type":"experiment","resource_id":"%1$s"}
        """
            .formatted(experiment, run, model, trace, location);
    String query =
        ("?experiment_id=%1$s&experiment_ids=%1$s&experiment_name=lab&run_id=%2$s&run_uuid=%2$s"
                + "&run_ids=%2$s&model_id=%3$s&trace_id=%4$s&trace_ids=%4$s&request_id=%4$s"
                + "&name=theirs&version=1&alias=a&metric_key=m&username=ada&permission=READ"
                + "&resource_type=experiment&resource_id=%1$s&artifact_file_path=x&path=%1$s/x")
            .formatted(experiment, run, model, trace);
    List<String> let = new ArrayList<>();
    int asked = 0;
    user("ada");
    for (HttpServer.Route route : mlflowRoutes()) {
      String path =
          route
              .path()
              .replace("{model_id}", model)
              .replace("{trace_id}", trace)
              .replaceAll("\\{\\+(path|folder)}", experiment + "/x")
              .replaceAll("\\{[^}]*}", "x");
      boolean get = route.method().equals("GET");
      HttpResponse<String> answer =
          send(
              route.method(),
              path + (get || path.contains("upload-artifact") ? query : ""),
              get ? "" : body,
              as("eve", PASSWORD));
      asked++;
      String row =
          route.method() + " " + route.path().replaceFirst("^/(api|ajax-api)/[23].0/mlflow/", "");
      if (answer.statusCode() != 403 && !FOR_ANYBODY_KNOWN.contains(row)) {
        let.add(row + " -> " + answer.statusCode() + " " + answer.body());
      }
    }
    assertThat(asked).isGreaterThan(150);
    assertThat(let).isEmpty();
    HttpResponse<String> spans =
        send(
            "POST",
            "/v1/traces",
            "{}",
            "Authorization",
            as("eve", PASSWORD)[1],
            "x-mlflow-experiment-id",
            experiment);
    assertThat(spans.statusCode()).as(spans.body()).isEqualTo(403);
  }

  /** Every route of the protocol, but parts that are signed on their own. */
  private List<HttpServer.Route> mlflowRoutes() {
    return espalier.mlflowRoutes().stream()
        .filter(route -> route.path().matches("/(api|ajax-api)/[23]\\.0/.*|.*/?get-artifact"))
        .filter(route -> !route.path().contains("/mpu/parts/") && !route.method().equals("*"))
        .toList();
  }

  @Test
  void a_password_counts_on_the_routes_of_mlflow_only_and_is_stored_as_a_hash() throws Exception {
    user("ada");
    assertThat(send("GET", "/api/v1/me", "", as("ada", PASSWORD)).statusCode()).isEqualTo(401);
    assertThat(send("GET", API + "users/current", "", as("ada", PASSWORD)).body())
        .contains("\"username\":\"ada\"", "\"is_admin\":false");
    HttpResponse<String> wrong = send("GET", API + "users/current", "", as("ada", PASSWORD + "!"));
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(wrong.headers().firstValue("WWW-Authenticate")).contains("Basic realm=\"mlflow\"");
    assertThat(wrong.body()).contains("UNAUTHENTICATED");
    assertThat(send("GET", API + "users/current", "", as("nobody", PASSWORD)).statusCode())
        .isEqualTo(401);
    for (String odd : List.of("Basic", "Basic !!!", "Basic YWRh", "Basic " + "A".repeat(9_000))) {
      assertThat(send("GET", API + "users/current", "", "Authorization", odd).statusCode())
          .as(odd.substring(0, Math.min(20, odd.length())))
          .isIn(400, 401, 431);
    }
    HttpResponse<String> stranger =
        send("GET", API + "experiments/search?max_results=5", "", "Forwarded", "for=192.0.2.1");
    assertThat(stranger.statusCode()).as("through a proxy nobody is local").isEqualTo(401);

    espalier.close();
    for (Path file : folderFiles()) {
      assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
          .as("%s", file)
          .doesNotContain(PASSWORD);
    }
    start();
    assertThat(send("GET", API + "users/current", "", as("ada", PASSWORD)).statusCode())
        .as("after a restart")
        .isEqualTo(200);
  }

  private List<Path> folderFiles() throws IOException {
    try (var files = Files.walk(folder.resolve("home"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
