package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.platform.TestHttp;
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
  private Bench bench;
  private TestHttp http;

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
    http = new TestHttp("/api/v1", routes);
  }

  @AfterEach
  void stop() {
    http.close();
    bench.close();
  }

  private String started() throws Exception {
    HttpResponse<String> answer = http.post(RUNS, MANUAL);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.tree(answer.body()).get("id").asText();
  }

  @Test
  void starts_a_run_and_shows_it_with_its_log_and_reasons() throws Exception {
    String id = started();
    go.countDown();
    bench.pipelines.await(id, Bench.LONG);

    JsonNode run = Json.tree(http.get(RUNS + "/" + id).body());
    assertThat(run.get("state").asText()).isEqualTo("SUCCEEDED");
    assertThat(run.at("/cause/trigger").asText()).isEqualTo("manual");
    assertThat(run.at("/steps/0/output/text").asText()).isEqualTo("mail");
    assertThat(Json.tree(http.get(RUNS).body())).hasSize(1);
    JsonNode log = Json.tree(http.get(RUNS + "/" + id + "/steps/read/log?after=1").body());
    assertThat(log).hasSize(1);
    assertThat(log.at("/0/message").asText()).isEqualTo("two");
    JsonNode why = Json.tree(http.get(RUNS + "/" + id + "/steps/read/explain").body());
    assertThat(why.get("reason").asText()).isEqualTo("ABSENT");
  }

  @Test
  void cancels_a_working_run_and_refuses_to_cancel_an_ended_one() throws Exception {
    String id = started();
    assertThat(http.post(RUNS, MANUAL).statusCode()).as("one at a time").isEqualTo(409);
    HttpResponse<String> cancelled = http.post(RUNS + "/" + id + "/cancel", "");
    assertThat(Json.tree(cancelled.body()).get("state").asText()).isEqualTo("CANCELLING");
    assertThat(bench.pipelines.await(id, Bench.LONG).state()).isEqualTo("CANCELLED");
    assertThat(http.post(RUNS + "/" + id + "/cancel", "").statusCode()).isEqualTo(409);
  }

  @Test
  void answers_not_found_for_what_does_not_exist_or_belongs_to_another_product() throws Exception {
    go.countDown();
    String id = started();
    bench.pipelines.await(id, Bench.LONG);
    assertThat(http.get(RUNS + "/none").statusCode()).isEqualTo(404);
    assertThat(http.get("/pipelines/other/runs/" + id).statusCode()).isEqualTo(404);
    assertThat(http.get(RUNS + "/" + id + "/steps/none/explain").statusCode()).isEqualTo(404);
    assertThat(http.post("/pipelines/other/runs", MANUAL).statusCode()).isEqualTo(404);
    assertThat(http.get("/pipelines/other/runs").body()).isEqualTo("[]");
  }

  @Test
  void refuses_a_start_that_is_malformed() throws Exception {
    assertThat(http.post(RUNS, "{").statusCode()).isEqualTo(400);
    assertThat(http.post(RUNS, "{\"reason\":\" \"}").statusCode()).isEqualTo(400);
    assertThat(http.post(RUNS, "{\"trigger\":\"mood\",\"reason\":\"x\"}").statusCode())
        .isEqualTo(400);
    assertThat(http.post(RUNS, "{\"trigger\":\"manual\"}").statusCode()).isEqualTo(400);
    assertThat(http.get(RUNS).body()).isEqualTo("[]");
  }
}
