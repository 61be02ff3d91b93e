package dev.espalier.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.platform.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The table of MLflow's operations, row by row at every prefix, against what is mounted. */
class MlflowSurfaceTest {
  @TempDir static Path folder;
  private static MlflowServer server;
  private static HttpClient http;

  private record Row(String method, int major, String path) {
    static Row of(String line) {
      String[] words = line.split(" ");
      return new Row(words[0], Integer.parseInt(words[1]), words[2]);
    }
  }

  @BeforeAll
  static void open() {
    server = new MlflowServer(folder);
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void close() {
    http.close();
    server.close();
  }

  private static List<Row> rows() throws IOException {
    try (InputStream in = MlflowSurfaceTest.class.getResourceAsStream("/mlflow/routes.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(Row::of)
          .toList();
    }
  }

  private static HttpResponse<String> ask(String method, String path)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", "application/json");
    return http.send(
        method.equals("GET")
            ? request.GET().build()
            : request.method(method, HttpRequest.BodyPublishers.ofString("{}")).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @TestFactory
  Stream<DynamicTest> every_operation_answers_at_both_prefixes_in_mlflow_s_own_form()
      throws IOException {
    return rows().stream()
        .flatMap(row ->
            Stream.of("api", "ajax-api")
                .map(prefix ->
                    DynamicTest.dynamicTest(
                        "%s %s/%d.0 %s".formatted(row.method(), prefix, row.major(), row.path()),
                        () -> answers(prefix, row))));
  }

  private static void answers(String prefix, Row row) throws IOException, InterruptedException {
    String path =
        "/%s/%d.0/mlflow/%s"
            .formatted(prefix, row.major(), row.path().replaceAll("\\{\\w+}", "none"));
    HttpResponse<String> response = ask(row.method(), path);

    assertThat(response.statusCode()).as(response.body()).isLessThan(500);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    String code = Json.tree(response.body()).path("error_code").asText();
    assertThat(code).isNotEqualTo("ENDPOINT_NOT_FOUND");
    assertThat(code.isEmpty()).isEqualTo(response.statusCode() == 200);
  }

  @Test
  void what_is_not_in_the_table_is_answered_as_missing_in_both_styles() throws Exception {
    for (String path :
        List.of(
            "/api/2.0/mlflow/gateway/list",
            "/api/2.0/mlflow/runs/none",
            "/api/3.0/mlflow/datasets/search",
            "/api/3.0/mlflow/scorers/list",
            "/api/3.0/mlflow/workspaces",
            "/api/2.0/mlflow/users/get?username=ann",
            "/api/2.0/mlflow/experiments/permissions/get",
            "/api/2.0/mlflow/traces?experiment_ids=0",
            "/api/2.0/mlflow-artifacts/presigned/0/x",
            "/ajax-api/2.0/mlflow/graphql",
            "/ajax-api/3.0/mlflow/jobs")) {
      HttpResponse<String> response = ask("GET", path);
      assertThat(response.statusCode()).as(path).isEqualTo(404);
      assertThat(Json.tree(response.body()).path("error_code").asText())
          .isEqualTo("ENDPOINT_NOT_FOUND");
    }
  }
}
