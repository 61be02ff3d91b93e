package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import io.helidon.webserver.WebServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineRoutesTest {
  private static final String RUNS = "/pipelines/mail/runs";
  private static final String MANUAL = "{\"reason\":\"I want to\"}";
  @TempDir Path folder;
  private final CountDownLatch go = new CountDownLatch(1);
  private final HttpClient client = HttpClient.newHttpClient();
  private Bench bench;
  private WebServer server;

  @BeforeEach
  void start() {
    CanvasVersion canvas = Bench.canvas("read");
    TestStep read =
        new TestStep(
            "read",
            context -> {
              context.log("one");
              context.log("two");
              while (!go.await(1, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                context.checkCancelled();
              }
              return "mail";
            });
    bench = new Bench(folder, read);
    PipelineRoutes routes =
        new PipelineRoutes(
            bench.pipelines,
            product -> {
              if (!product.equals("mail")) {
                throw EspalierException.notFound("No canvas of '%s'.".formatted(product));
              }
              return canvas;
            },
            (version, cause) -> bench.pipelines.start(version, cause, 1));
    server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .routing(routing -> routing.register("/api/v1", routes))
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    server.stop();
    bench.close();
    client.close();
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:%d/api/v1%s".formatted(server.port(), path));
    return client.send(request.uri(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(), path);
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return send(HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString(body)), path);
  }

  private String started() throws Exception {
    HttpResponse<String> answer = post(RUNS, MANUAL);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.tree(answer.body()).get("id").asText();
  }

  @Test
  void starts_a_run_and_shows_it_with_its_log_and_reasons() throws Exception {
    String id = started();
    go.countDown();
    bench.pipelines.await(id, Bench.LONG);

    JsonNode run = Json.tree(get(RUNS + "/" + id).body());
    assertThat(run.get("state").asText()).isEqualTo("SUCCEEDED");
    assertThat(run.at("/cause/trigger").asText()).isEqualTo("manual");
    assertThat(run.at("/steps/0/output/text").asText()).isEqualTo("mail");
    assertThat(Json.tree(get(RUNS).body())).hasSize(1);
    JsonNode log = Json.tree(get(RUNS + "/" + id + "/steps/read/log?after=1").body());
    assertThat(log).hasSize(1);
    assertThat(log.at("/0/message").asText()).isEqualTo("two");
    JsonNode why = Json.tree(get(RUNS + "/" + id + "/steps/read/explain").body());
    assertThat(why.get("reason").asText()).isEqualTo("ABSENT");
  }

  @Test
  void cancels_a_working_run_and_refuses_to_cancel_an_ended_one() throws Exception {
    String id = started();
    assertThat(post(RUNS, MANUAL).statusCode()).as("one at a time").isEqualTo(409);
    HttpResponse<String> cancelled = post(RUNS + "/" + id + "/cancel", "");
    assertThat(Json.tree(cancelled.body()).get("state").asText()).isEqualTo("CANCELLING");
    assertThat(bench.pipelines.await(id, Bench.LONG).state()).isEqualTo("CANCELLED");
    assertThat(post(RUNS + "/" + id + "/cancel", "").statusCode()).isEqualTo(409);
  }

  @Test
  void answers_not_found_for_what_does_not_exist_or_belongs_to_another_product() throws Exception {
    go.countDown();
    String id = started();
    bench.pipelines.await(id, Bench.LONG);
    assertThat(get(RUNS + "/none").statusCode()).isEqualTo(404);
    assertThat(get("/pipelines/other/runs/" + id).statusCode()).isEqualTo(404);
    assertThat(get(RUNS + "/" + id + "/steps/none/explain").statusCode()).isEqualTo(404);
    assertThat(post("/pipelines/other/runs", MANUAL).statusCode()).isEqualTo(404);
    assertThat(get("/pipelines/other/runs").body()).isEqualTo("[]");
  }

  @Test
  void refuses_a_start_that_is_malformed() throws Exception {
    assertThat(post(RUNS, "{").statusCode()).isEqualTo(400);
    assertThat(post(RUNS, "{\"reason\":\" \"}").statusCode()).isEqualTo(400);
    assertThat(post(RUNS, "{\"trigger\":\"mood\",\"reason\":\"x\"}").statusCode()).isEqualTo(400);
    assertThat(post(RUNS, "{\"trigger\":\"manual\"}").statusCode()).isEqualTo(400);
    assertThat(get(RUNS).body()).isEqualTo("[]");
  }
}
