package dev.espalier.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.tracking.Purge.Mode;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was deleted longer ago than its retention goes for good, and nothing else does. */
class PurgeTest {
  private static final Duration MONTH = Duration.ofDays(30);
  @TempDir Path folder;
  private MlflowServer server;
  private final Set<String> held = new HashSet<>();
  private Purge purge;

  @BeforeEach
  void open() {
    server = new MlflowServer(folder);
    purge = new Purge(server.database, server.tree, (id, _) -> held.contains(id));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static Instant inTwoMonths() {
    return Instant.now().plus(Duration.ofDays(60));
  }

  private String experiment(String name) {
    return server
        .ok("experiments/create", "{\"name\":\"%s\"}".formatted(name))
        .path("experiment_id")
        .asText();
  }

  /** A run with something of everything, and a file. */
  private String run(String experiment) {
    String run = server.run("{\"experiment_id\":\"%s\",\"start_time\":1000}".formatted(experiment));
    server.ok(
        "runs/log-batch",
        """
        {"run_id":"%s","metrics":[{"key":"loss","value":1,"timestamp":1,"step":0}],
         "params":[{"key":"p","value":"1"}],"tags":[{"key":"t","value":"x"}]}
        """
            .formatted(run));
    server.ok(
        "runs/log-inputs",
        """
        {"run_id":"%s","datasets":[{"tags":[{"key":"mlflow.data.context","value":"training"}],
          "dataset":{"name":"d","digest":"1","source_type":"local","source":"s"}}]}
        """
            .formatted(run));
    put(file(experiment, run));
    return run;
  }

  private void put(String path) {
    int status =
        server
            .send(
                server
                    .request("/api/2.0/mlflow-artifacts/artifacts/" + path)
                    .PUT(HttpRequest.BodyPublishers.ofString("content")))
            .status();
    assertThat(status).isEqualTo(200);
  }

  private static String file(String experiment, String run) {
    return "%s/%s/artifacts/deep/a.txt".formatted(experiment, run);
  }

  private boolean there(String path) {
    return server.tree.find(new ArtifactPath(path)).isPresent();
  }

  private void delete(String run) {
    server.ok("runs/delete", "{\"run_id\":\"%s\"}".formatted(run));
  }

  private int status(String run) {
    return server.get("runs/get?run_id=" + run).status();
  }

  @Test
  void deleted_runs_go_with_their_files_when_their_time_is_over_and_living_ones_stay() {
    String living = run("0");
    String gone = run("0");
    delete(gone);
    JsonNode before = server.get("runs/get?run_id=" + living).body();

    assertThat(purge.run(MONTH, Mode.PURGE, Instant.now()).runs())
        .as("deleted a moment ago: it can still be restored")
        .isZero();
    Purge.Report dry = purge.run(MONTH, Mode.DRY_RUN, inTwoMonths());
    assertThat(dry.runs()).isEqualTo(1);
    assertThat(status(gone)).isEqualTo(200);

    Purge.Report wet = purge.run(MONTH, Mode.PURGE, inTwoMonths());
    assertThat(wet.runs()).isEqualTo(1);
    assertThat(status(gone)).isEqualTo(404);
    assertThat(there(file("0", gone))).isFalse();
    assertThat(there(file("0", living))).isTrue();
    assertThat(server.get("runs/get?run_id=" + living).body()).isEqualTo(before);
    assertThat(purge.run(MONTH, Mode.PURGE, inTwoMonths()).runs()).as("twice is once").isZero();
    for (String table : new String[] {"run_tag", "run_param", "run_metric", "metric_block"}) {
      long rows =
          server.database.read(handle ->
              handle
                  .createQuery("SELECT COUNT(DISTINCT run) FROM " + table)
                  .mapTo(Long.class)
                  .one());
      assertThat(rows).as(table).isEqualTo(1);
    }
  }

  @Test
  void a_deleted_experiment_goes_with_all_it_holds_and_its_name_is_free_again() {
    String experiment = experiment("old");
    String run = run(experiment);
    String model =
        server
            .ok("logged-models", "{\"experiment_id\":\"%s\"}".formatted(experiment))
            .at("/model/info/model_id")
            .asText();
    String weights = experiment + "/models/" + model + "/artifacts/weights.bin";
    put(weights);
    String trace = "tr-" + "0".repeat(32);
    JsonNode traced =
        server
            .call(
                "POST",
                "/api/3.0/mlflow/traces",
                """
                {"trace":{"trace_info":{"trace_id":"%s","state":"OK","trace_location":{
                  "type":"MLFLOW_EXPERIMENT","mlflow_experiment":{"experiment_id":"%s"}}}}}
                """
                    .formatted(trace, experiment))
            .body();
    assertThat(traced.at("/trace/trace_info/trace_id").asText()).isEqualTo(trace);
    server.ok("experiments/delete", "{\"experiment_id\":\"%s\"}".formatted(experiment));

    Purge.Report report = purge.run(MONTH, Mode.PURGE, inTwoMonths());

    assertThat(report.experiments()).isEqualTo(1);
    assertThat(report.runs()).isEqualTo(1);
    assertThat(report.loggedModels()).isEqualTo(1);
    assertThat(report.traces()).isEqualTo(1);
    assertThat(there(weights)).isFalse();
    assertThat(status(run)).isEqualTo(404);
    assertThat(server.get("experiments/get?experiment_id=" + experiment).status()).isEqualTo(404);
    assertThat(experiment("old")).isNotEmpty();
  }

  @Test
  void what_a_registered_version_needs_is_held_and_named() {
    String experiment = experiment("old");
    String run = run(experiment);
    server.ok("experiments/delete", "{\"experiment_id\":\"%s\"}".formatted(experiment));
    held.add(run);

    Purge.Report report = purge.run(MONTH, Mode.PURGE, inTwoMonths());

    assertThat(report.runs()).isZero();
    assertThat(report.experiments()).as("its run is there").isZero();
    assertThat(report.held()).containsExactly(run);
    assertThat(there(file(experiment, run))).isTrue();
    held.clear();
    assertThat(purge.run(MONTH, Mode.PURGE, inTwoMonths()).experiments()).isEqualTo(1);
  }

  @Test
  void one_that_broke_half_way_is_run_again_and_nothing_is_half_gone() {
    String[] runs = {run("0"), run("0"), run("0")};
    for (String run : runs) {
      delete(run);
    }
    Purge broken =
        new Purge(
            server.database,
            server.tree,
            (id, _) -> {
              if (id.equals(runs[1])) {
                throw new IllegalStateException("as if the process had been killed here");
              }
              return false;
            });
    assertThatThrownBy(() -> broken.run(MONTH, Mode.PURGE, inTwoMonths()))
        .hasMessageContaining("killed here");
    for (String run : runs) {
      assertThat(there(file("0", run))).as(run).isEqualTo(status(run) == 200);
    }
    assertThat(status(runs[0])).isEqualTo(404);
    assertThat(status(runs[1])).isEqualTo(200);
    assertThat(purge.run(MONTH, Mode.PURGE, inTwoMonths()).runs()).isEqualTo(2);
    for (String run : runs) {
      assertThat(status(run)).isEqualTo(404);
    }
  }

  @Test
  void a_retention_that_is_none_is_refused() {
    assertThatThrownBy(() -> purge.run(Duration.ofMinutes(5), Mode.PURGE, Instant.now()))
        .hasMessageContaining("less than an hour");
  }
}
