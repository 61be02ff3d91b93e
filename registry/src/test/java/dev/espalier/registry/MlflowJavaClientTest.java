package dev.espalier.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mlflow.api.proto.ModelRegistry.ModelVersion;
import org.mlflow.api.proto.Service.CreateExperiment;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.ExperimentTag;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.ActiveRun;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowContext;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.RunsPage;

/**
 * MLflow's own Java client, unmodified. It sends whole numbers as texts, asks for histories without
 * a page size, and reads answers as protobuf, which refuses fields of a wrong type. Artifacts are
 * left out: for those this client starts Python's.
 */
class MlflowJavaClientTest {
  @TempDir Path folder;
  private MlflowServer server;
  private MlflowClient client;

  @BeforeEach
  void connect() {
    server = new MlflowServer(folder);
    client = new MlflowClient(server.url());
  }

  @AfterEach
  void disconnect() {
    client.close();
    server.close();
  }

  private String experiment(String name) {
    return client.createExperiment(name);
  }

  @Test
  void keeps_experiments_through_their_whole_life() {
    String id =
        client.createExperiment(
            CreateExperiment.newBuilder()
                .setName("mails")
                .addTags(ExperimentTag.newBuilder().setKey("team").setValue("post"))
                .build());
    client.setExperimentTag(id, "stage", "draft");
    client.renameExperiment(id, "letters");

    Experiment read = client.getExperimentByName("letters").orElseThrow();
    assertThat(read.getExperimentId()).isEqualTo(id);
    assertThat(read.getTagsList())
        .extracting(ExperimentTag::getKey)
        .containsExactlyInAnyOrder("team", "stage");
    assertThat(client.getExperimentByName("mails")).isEmpty();
    client.deleteExperiment(id);
    assertThat(client.getExperiment(id).getLifecycleStage()).isEqualTo("deleted");
    client.restoreExperiment(id);
    assertThat(client.searchExperiments("name LIKE 'let%'").getItems())
        .extracting(Experiment::getExperimentId)
        .containsExactly(id);
    assertThatThrownBy(() -> client.createExperiment("letters"))
        .isInstanceOf(MlflowHttpException.class)
        .hasMessageContaining("400")
        .satisfies(refusal ->
            assertThat(((MlflowHttpException) refusal).getBodyMessage())
                .contains("RESOURCE_ALREADY_EXISTS"));
  }

  @Test
  void logs_a_run_and_reads_it_back() {
    MlflowContext context = new MlflowContext(client).setExperimentId(experiment("runs"));
    ActiveRun run = context.startRun("first");
    run.logParam("alpha", "0.5");
    run.logParams(Map.of("beta", "b"));
    run.logMetric("loss", 0.25, 7);
    run.logMetrics(Map.of("accuracy", 0.9), 3);
    run.setTag("note", "ünïcode 漢字");
    run.endRun();

    Run read = client.getRun(run.getId());
    assertThat(read.getInfo().getStatus()).isEqualTo(RunStatus.FINISHED);
    assertThat(read.getInfo().getRunName()).isEqualTo("first");
    assertThat(read.getInfo().getEndTime()).isGreaterThanOrEqualTo(read.getInfo().getStartTime());
    assertThat(read.getData().getParamsList())
        .extracting(Param::getKey)
        .containsExactlyInAnyOrder("alpha", "beta");
    assertThat(read.getData().getMetricsList())
        .extracting(Metric::getKey, Metric::getValue, Metric::getStep)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("loss", 0.25, 7L),
            org.assertj.core.groups.Tuple.tuple("accuracy", 0.9, 3L));
    assertThat(read.getData().getTagsList())
        .contains(RunTag.newBuilder().setKey("note").setValue("ünïcode 漢字").build());
    assertThat(run.getArtifactUri()).startsWith("mlflow-artifacts:/");
  }

  @Test
  void reads_a_whole_history_that_it_asks_for_without_a_page_size() {
    String run = client.createRun(experiment("history")).getRunId();
    List<Metric> batch = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      batch.add(
          Metric.newBuilder()
              .setKey("loss")
              .setValue(i == 500 ? Double.NaN : i)
              .setTimestamp(1_000L + i)
              .setStep(-i)
              .build());
    }
    client.logBatch(run, batch, List.of(), List.of());
    client.logBatch(run, batch, List.of(), List.of());

    List<Metric> history = client.getMetricHistory(run, "loss");
    assertThat(history).as("the same batch twice is once").hasSize(1_000);
    assertThat(history.get(500).getValue()).isNaN();
    assertThat(history.getLast().getStep()).isEqualTo(-999);
    client.logMetric(run, "large", 1, Long.MAX_VALUE / 2, Long.MIN_VALUE);
    assertThat(client.getMetricHistory(run, "large").getFirst().getStep())
        .isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void pages_through_a_search_in_order() {
    String experiment = experiment("search");
    for (int i = 0; i < 7; i++) {
      String run =
          client
              .createRun(
                  CreateRun.newBuilder()
                      .setExperimentId(experiment)
                      .setStartTime(1_000 + i)
                      .setRunName("r" + i)
                      .build())
              .getRunId();
      client.logMetric(run, "m", i % 3);
      client.logParam(run, "p", i % 2 == 0 ? "even" : "odd");
      client.setTerminated(run, i == 6 ? RunStatus.FAILED : RunStatus.FINISHED);
    }

    List<String> found = new ArrayList<>();
    RunsPage page =
        client.searchRuns(
            List.of(experiment),
            "params.p = 'even'",
            ViewType.ACTIVE_ONLY,
            3,
            List.of("metrics.m DESC", "start_time ASC"));
    page.getItems().forEach(run -> found.add(run.getInfo().getRunName()));
    assertThat(page.hasNextPage()).isTrue();
    page.getNextPage().getItems().forEach(run -> found.add(run.getInfo().getRunName()));

    assertThat(found).containsExactly("r2", "r4", "r0", "r6");
    String failed = "attributes.status = 'FAILED'";
    assertThat(client.searchRuns(List.of(experiment), failed, ViewType.ALL, 10).getItems())
        .hasSize(1);
  }

  @Test
  void deletes_and_restores_and_is_told_what_it_may_not_do() {
    String run = client.createRun(experiment("refusals")).getRunId();
    client.logParam(run, "p", "1");
    client.setTag(run, "t", "1");
    client.deleteTag(run, "t");
    client.deleteRun(run);

    assertThatThrownBy(() -> client.logMetric(run, "m", 1))
        .isInstanceOf(MlflowHttpException.class)
        .satisfies(refusal ->
            assertThat(((MlflowHttpException) refusal).getBodyMessage())
                .contains("must be in the 'active' state"));
    client.restoreRun(run);
    client.logMetric(run, "m", 1);
    assertThatThrownBy(() -> client.logParam(run, "p", "2"))
        .satisfies(refusal ->
            assertThat(((MlflowHttpException) refusal).getBodyMessage())
                .contains("Changing param values is not allowed"));
    assertThatThrownBy(() -> client.getRun("0".repeat(32)))
        .satisfies(
            refusal -> assertThat(((MlflowHttpException) refusal).getStatusCode()).isEqualTo(404));
  }

  @Test
  void finds_registered_versions() throws Exception {
    String run = client.createRun(experiment("models")).getRunId();
    String source = client.getRun(run).getInfo().getArtifactUri() + "/model";
    String ask = "{\"name\": \"spam\", \"source\": \"%s\", \"run_id\": \"%s\"}";
    String _ = client.sendPost("registered-models/create", "{\"name\": \"spam\"}");
    for (int i = 0; i < 3; i++) {
      String _ = client.sendPost("model-versions/create", ask.formatted(source, run));
    }

    assertThat(client.getRegisteredModel("spam").getLatestVersionsList())
        .extracting(ModelVersion::getVersion)
        .containsExactly("3");
    assertThat(client.getLatestVersions("spam")).hasSize(1);
    assertThat(client.getModelVersion("spam", "2").getRunId()).isEqualTo(run);
    assertThat(client.getModelVersionDownloadUri("spam", "2")).isEqualTo(source);
    assertThat(client.searchModelVersions("name = 'spam'", 2, List.of("version_number ASC")))
        .satisfies(page -> {
          assertThat(page.getItems()).extracting(ModelVersion::getVersion).contains("1", "2");
          assertThat(page.hasNextPage()).isTrue();
          assertThat(page.getNextPage().getItems())
              .extracting(ModelVersion::getVersion)
              .containsExactly("3");
        });
  }
}
