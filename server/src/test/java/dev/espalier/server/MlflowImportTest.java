package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that MLflow's own client wrote, brought in. */
class MlflowImportTest {
  private static final Path LOCK = Path.of("..", "config", "mlflow.lock").toAbsolutePath();
  private static final String SCRIPT =
      """
      import mlflow, os
      from mlflow.tracking import MlflowClient
      mlflow.set_tracking_uri("sqlite:///mlflow.db")
      c = MlflowClient()
      here = "file://" + os.getcwd()
      e = c.create_experiment("churn", artifact_location=here + "/arts", tags={"team": "a"})
      r = c.create_run(e, start_time=1700000000000, run_name="first", tags={"note": "a b"})
      for i in range(300):
          c.log_metric(r.info.run_id, "loss", 1.0 / (i + 1), timestamp=1700000000000 + i, step=i)
      c.log_metric(r.info.run_id, "broken", float("nan"))
      c.log_param(r.info.run_id, "lr", "0.1")
      os.makedirs("files/sub")
      open("files/a.txt", "w").write("hello")
      open("files/sub/b c;d.txt", "w").write("deep")
      c.log_artifacts(r.info.run_id, "files", "model")
      os.symlink("/etc/hostname", "arts/" + r.info.run_id + "/artifacts/model/link.txt")
      c.set_terminated(r.info.run_id, "FINISHED", 1700000009000)
      gone = c.create_run(e, run_name="gone")
      c.delete_run(gone.info.run_id)
      c.create_experiment("outside", artifact_location="file:///etc")
      out = c.create_run(c.get_experiment_by_name("outside").experiment_id)
      far = c.create_experiment("far", artifact_location="s3://elsewhere/x")
      c.create_run(far)
      c.create_registered_model("churn", tags={"x": "y"}, description="who leaves")
      for n in range(2):
          v = c.create_model_version("churn", r.info.artifact_uri + "/model", r.info.run_id, {"n": str(n)})
      c.set_registered_model_alias("churn", "champion", "2")
      open("run", "w").write(r.info.run_id + " " + out.info.run_id)
      """;

  private static final Consumer<String> QUIET = _ -> {};

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

  private Path theirs() throws Exception {
    Optional<Path> python = python();
    assumeTrue(python.isPresent(), "Needs MLflow's own client: run config/python-tools.sh first.");
    Path there = Files.createDirectories(folder.resolve("there"));
    Path script = Files.writeString(folder.resolve("make.py"), SCRIPT);
    Process process =
        new ProcessBuilder(python.get().toString(), script.toString())
            .directory(there.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("log"))).isZero();
    return there;
  }

  @Test
  void a_file_of_mlflows_client_comes_over_whole_twice_is_once_and_what_differs_is_said()
      throws Exception {
    Path there = theirs();
    Path home = folder.resolve("home");
    MlflowImport.Report report =
        MlflowImport.run(home, Map.of(), there.resolve("mlflow.db").toString(), List.of(), QUIET);
    assertThat(report.experiments()).isEqualTo(4);
    assertThat(report.runs()).isEqualTo(4);
    assertThat(report.points()).isEqualTo(301);
    assertThat(report.versions()).isEqualTo(2);
    assertThat(report.files()).as("the link is not followed").isEqualTo(2);
    assertThat(report.differences()).hasSize(1);
    assertThat(report.differences().getFirst()).contains("s3://elsewhere/x", "not fetched");

    MlflowImport.Report again =
        MlflowImport.run(home, Map.of(), there.resolve("mlflow.db").toString(), List.of(), QUIET);
    assertThat(again.files()).isZero();
    assertThat(again.differences()).isEqualTo(report.differences());

    String run = Files.readString(there.resolve("run")).split(" ")[0];
    try (Espalier espalier = Espalier.start(ServerConfig.local(home, 0))) {
      Client client = new Client(espalier.url());
      String api = "/api/2.0/mlflow/";
      JsonNode info = client.get(api + "runs/get?run_id=" + run).json().path("run");
      assertThat(info.at("/info/run_name").asText()).isEqualTo("first");
      assertThat(info.at("/info/status").asText()).isEqualTo("FINISHED");
      assertThat(info.at("/info/start_time").asLong()).isEqualTo(1_700_000_000_000L);
      assertThat(info.at("/info/end_time").asLong()).isEqualTo(1_700_000_009_000L);
      assertThat(info.at("/data/params/0/value").asText()).isEqualTo("0.1");
      assertThat(info.at("/data/metrics/0/value").asText()).isEqualTo("NaN");
      JsonNode history =
          client.get(api + "metrics/get-history?metric_key=loss&run_id=" + run).json();
      assertThat(history.path("metrics")).hasSize(300);
      assertThat(history.at("/metrics/299/value").asDouble()).isEqualTo(1.0 / 300);
      JsonNode files = client.get(api + "artifacts/list?path=model&run_id=" + run).json();
      assertThat(files.at("/files/0/path").asText()).isEqualTo("model/a.txt");
      assertThat(files.path("files")).hasSize(2);
      JsonNode version =
          client.get(api + "registered-models/alias?name=churn&alias=champion").json();
      assertThat(version.at("/model_version/version").asText()).isEqualTo("2");
      assertThat(version.at("/model_version/run_id").asText()).isEqualTo(run);
      String source = version.at("/model_version/source").asText();
      assertThat(source).startsWith("mlflow-artifacts:/").endsWith("/artifacts/model");
    }
  }

  @Test
  void folders_that_the_operator_did_not_name_are_never_read() throws Exception {
    Path there = theirs();
    Path other = Files.createDirectories(folder.resolve("other"));
    MlflowImport.Report report =
        MlflowImport.run(
            folder.resolve("home"),
            Map.of(),
            there.resolve("mlflow.db").toString(),
            List.of(other),
            QUIET);
    assertThat(report.files()).isZero();
    assertThat(report.differences())
        .anyMatch(each -> each.contains("outside the folders of --artifacts-from"));
  }

  @Test
  void what_is_no_such_file_is_said() throws IOException {
    Path home = folder.resolve("home");
    Path absent = folder.resolve("absent.db");
    assertThatThrownBy(() -> MlflowImport.run(home, Map.of(), absent.toString(), List.of(), QUIET))
        .hasMessageContaining("There is no file");
    Path text = Files.writeString(folder.resolve("text.db"), "not a database ".repeat(100));
    assertThatThrownBy(() -> MlflowImport.run(home, Map.of(), text.toString(), List.of(), QUIET))
        .hasMessageContaining("is no SQLite file of an MLflow server");
  }
}
