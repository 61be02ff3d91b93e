package dev.espalier.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Format;
import dev.espalier.data.Row;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.registry.AliasRules;
import dev.espalier.registry.MlflowRegistryRoutes;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import dev.espalier.tracking.MlflowRunRoutes;
import io.helidon.webserver.WebServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model that a client registered over MLflow's REST, named in a canvas: scored beside the rungs
 * that are trained here, gated, registered for the product and called challenger like any other.
 */
class ExternalRungTest {
  private static final String TEXT_IN =
      """
      signature:
        inputs: '[{"type": "string", "required": true}]'
        outputs: '[{"type": "string", "required": true}]'
      """;
  private static final String ONNX =
      """
      flavors:
        onnx:
          data: model.onnx
          onnx_version: 1.23.2
        python_function:
          loader_module: mlflow.onnx
      """;
  @TempDir Path folder;
  private TestPipeline pipeline;
  private WebServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void open() {
    pipeline = new TestPipeline(folder);
    pipeline.datasets.add(TestPipeline.DATASET, csv(TestPipeline.rows(0, 400)), Format.CSV);
    server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .routing(routing ->
                routing
                    .register(new MlflowRunRoutes(pipeline.tracking))
                    .register(
                        new MlflowRegistryRoutes(
                            pipeline.registry,
                            new AliasRules(
                                pipeline.registry, _ -> Set.of(), (_, _) -> Optional.empty()),
                            pipeline.tracking,
                            pipeline.tree,
                            InstantSource.system())))
            .build()
            .start();
  }

  @AfterEach
  void close() {
    server.stop();
    http.close();
    pipeline.close();
  }

  private static InputStream csv(List<Row> rows) {
    StringBuilder csv = new StringBuilder("id,at,text,label,half\n");
    for (Row row : rows) {
      csv.append(
          "%s,%s,%s,%s,%s\n"
              .formatted(
                  row.id(),
                  row.at(),
                  row.text(),
                  row.label().orElseThrow(),
                  row.attributes().get("half")));
    }
    return new ByteArrayInputStream(csv.toString().getBytes(StandardCharsets.UTF_8));
  }

  private JsonNode post(String path, Map<String, ?> body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/api/2.0/mlflow/%s".formatted(server.port(), path)))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)))
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return Json.tree(response.body());
  }

  private static byte[] graph() throws IOException {
    try (InputStream in = ExternalRungTest.class.getResourceAsStream("/external/columns.onnx")) {
      return in.readAllBytes();
    }
  }

  /** Logs files to a run and registers them; returns the number of the version. */
  private String register(String name, Map<String, byte[]> files) throws Exception {
    JsonNode run = post("runs/create", Map.of("experiment_id", "0")).at("/run/info");
    String root = run.path("artifact_uri").asText().substring("mlflow-artifacts:/".length());
    files.forEach((file, content) -> {
      var _ =
          pipeline.tree.put(
              new ArtifactPath(root + "/model/" + file),
              new ByteArrayInputStream(content),
              1 << 20);
    });
    JsonNode version =
        post(
            "model-versions/create",
            Map.of(
                "name",
                name,
                "source",
                run.path("artifact_uri").asText() + "/model",
                "run_id",
                run.path("run_id").asText()));
    return version.at("/model_version/version").asText();
  }

  private static Map<String, byte[]> onnx(String mlmodel) throws IOException {
    return Map.of("MLmodel", mlmodel.getBytes(StandardCharsets.UTF_8), "model.onnx", graph());
  }

  private static CanvasVersion canvas(String reference) {
    return TestPipeline.withLastOf(
        TestPipeline.canvas(
            new Spec.Ladder(
                List.of(
                    new Spec.Rung("v0", "majority", "the floor"),
                    new Spec.Rung("theirs", "external", "made by the data scientists")),
                0.01,
                "majority"),
            new Spec.Iteration(
                "theirs",
                reference.isEmpty() ? Map.of() : Map.of("model", reference),
                "none",
                0,
                Optional.empty(),
                Optional.empty())),
        Spec.Ladder.class);
  }

  @Test
  void a_client_s_onnx_model_is_scored_gated_registered_and_challenges() throws Exception {
    post("registered-models/create", Map.of("name", "spam"));
    String number = register("spam", onnx(ONNX + TEXT_IN));
    post(
        "registered-models/alias", Map.of("name", "spam", "alias", "candidate", "version", number));

    Registered registered = pipeline.run(canvas("models:/spam@candidate"), "manual");

    assertThat(pipeline.gates().passed()).as(pipeline.gates().summary()).isTrue();
    Evaluated evaluated = pipeline.output("evaluate", Evaluated.class);
    assertThat(evaluated.candidate().approach()).isEqualTo("external");
    assertThat(evaluated.candidate().metrics().get("macro_f1")).isGreaterThan(0.9);
    ModelVersion version =
        pipeline.registry.version(TestPipeline.PRODUCT, registered.version().orElseThrow());
    assertThat(version.rung()).isEqualTo("external");
    assertThat(version.meta()).containsEntry("model.source", "models:/spam/1");
    assertThat(version.signature().labels()).containsExactly("ham", "spam");
    assertThat(pipeline.registry.alias(TestPipeline.PRODUCT, Registry.CHALLENGER))
        .contains(version);
    try (Engine engine = new Bundles(pipeline.artifacts).load(version.bundle())) {
      double[] row = engine.score(List.of("free money")).getFirst();
      // scikit-learn 1.9.1, predict_proba of the pipeline the graph was made of.
      assertThat(row[1]).isCloseTo(0.8913115, org.assertj.core.api.Assertions.within(1e-6));
    }
  }

  @Test
  void a_moved_alias_is_another_result() throws Exception {
    post("registered-models/create", Map.of("name", "spam"));
    String first = register("spam", onnx(ONNX + TEXT_IN));
    String second = register("spam", onnx(ONNX + TEXT_IN));
    EvaluateStep step = new EvaluateStep(pipeline.registry, pipeline.registered);
    CanvasVersion canvas = canvas("spam@candidate");
    String none = step.probe(canvas);
    post("registered-models/alias", Map.of("name", "spam", "alias", "candidate", "version", first));
    String before = step.probe(canvas);
    post(
        "registered-models/alias", Map.of("name", "spam", "alias", "candidate", "version", second));

    assertThat(List.of(none, before, step.probe(canvas))).doesNotHaveDuplicates();
  }

  @Test
  void what_cannot_be_deployed_is_left_out_with_its_reason_and_never_loaded() throws Exception {
    post("registered-models/create", Map.of("name", "spam"));
    String pickle =
        register(
            "spam",
            Map.of(
                "MLmodel",
                ("flavors:\n  sklearn:\n    pickled_model: model.pkl\n" + TEXT_IN)
                    .getBytes(StandardCharsets.UTF_8),
                "model.pkl",
                new byte[] {(byte) 0x80, 4, '.'}));
    String unsigned = register("spam", onnx(ONNX));
    String numbers =
        register("spam", onnx(ONNX + TEXT_IN.replace("\"string\", \"req", "\"double\", \"req")));
    String incomplete =
        register("spam", Map.of("MLmodel", (ONNX + TEXT_IN).getBytes(StandardCharsets.UTF_8)));
    String escaping = register("spam", onnx((ONNX + TEXT_IN).replace("model.onnx", "../../x")));

    assertLeftOut("models:/spam/" + pickle, "has no ONNX flavour");
    assertLeftOut("models:/spam/" + unsigned, "signature of one string input");
    assertLeftOut("models:/spam/" + numbers, "signature of one string input");
    assertLeftOut("models:/spam/" + incomplete, "has no file model.onnx");
    assertLeftOut("models:/spam/" + escaping, "Invalid path");
    assertLeftOut("models:/spam/99", "not found");
    assertLeftOut("models:/none@champion", "not found");
    assertLeftOut("file:///etc/passwd", "names no registered version");
    assertLeftOut("", "names no model");
  }

  private void assertLeftOut(String reference, String why) {
    pipeline.log.clear();
    Registered _ = pipeline.run(canvas(reference), "manual");

    assertThat(pipeline.output("evaluate", Evaluated.class).candidate().approach())
        .isEqualTo("majority");
    assertThat(pipeline.log).anyMatch(line -> line.contains("left out") && line.contains(why));
  }

  @Test
  void a_graph_for_other_labels_is_left_out() throws Exception {
    post("registered-models/create", Map.of("name", "spam"));
    String number = register("spam", onnx(ONNX + TEXT_IN));
    List<Row> others =
        TestPipeline.rows(400, 500).stream()
            .map(row ->
                new Row(row.id(), row.at(), row.text(), Optional.of("third"), row.attributes()))
            .toList();
    pipeline.datasets.add(TestPipeline.DATASET, csv(others), Format.CSV);

    assertLeftOut("models:/spam/" + number, "2 columns");
  }

  @Test
  void references_of_no_known_form_are_refused() {
    for (String bad :
        List.of("spam", "models:/spam", "models:/a/b/c", "spam/latest", "spam@", "")) {
      assertThatThrownBy(() -> pipeline.registered.resolve(bad))
          .isInstanceOf(EspalierException.class)
          .hasMessageContaining("names no registered version");
    }
  }
}
