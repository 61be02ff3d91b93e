package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From {@code import mlflow} to monitored traffic: a model that the unmodified Python client logged
 * and registered is named in a canvas, judged by its gates, released, asked, corrected and watched.
 */
class ScientistTest {
  private static final Path LOCK = Path.of("..", "config", "mlflow.lock").toAbsolutePath();
  private static final String LINEAR = "{id: v1, approach: linear, hypothesis: words are enough}";
  private static final String THEIRS =
      "{id: v1, approach: external, hypothesis: theirs is better, params: {model: \"models:/%s\"}}";

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

  private void scientist(String url) throws Exception {
    Optional<Path> python = python();
    assumeTrue(python.isPresent(), "Needs MLflow's own client: run config/python-tools.sh first.");
    Path script = folder.resolve("scientist.py");
    try (var in = ScientistTest.class.getResourceAsStream("/mlflow/scientist.py")) {
      Files.write(script, in.readAllBytes());
    }
    Path tickets = Files.writeString(folder.resolve("tickets.csv"), Tickets.csv(5_000, 5_600));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(python.get().toString(), script.toString(), url, tickets.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(15, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
  }

  private static String canvas(String model) {
    String canvas = Tickets.canvas(60);
    assertThat(canvas).contains(LINEAR);
    return canvas.replace(LINEAR, THEIRS.formatted(model));
  }

  private static String tags(Client client, String model) throws Exception {
    return client
        .get("/api/2.0/mlflow/model-versions/get?version=1&name=" + model)
        .json()
        .at("/model_version/tags")
        .toString();
  }

  @Test
  void a_model_of_the_python_client_is_gated_released_asked_corrected_and_watched()
      throws Exception {
    try (Espalier espalier = Espalier.start(ServerConfig.local(folder.resolve("home"), 0))) {
      Client client = new Client(espalier.url());
      scientist(espalier.url());
      assertThat(tags(client, "lab-tickets")).doesNotContain("espalier.pickle");
      assertThat(tags(client, "lab-pickle")).contains("espalier.pickle", "never loaded");

      client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(0, 1_000));
      Client.Answer applied = client.apply("tickets", canvas("lab-tickets@candidate"));
      assertThat(applied.ok()).as("%s", applied).isTrue();
      JsonNode run = client.train("tickets");
      assertThat(run.path("state").asText()).as("%s", run).isEqualTo("SUCCEEDED");
      JsonNode version = client.json("/models/tickets/versions").get(0);
      assertThat(version.path("rung").asText()).isEqualTo("external");
      assertThat(version.path("meta").path("model.source").asText())
          .isEqualTo("models:/lab-tickets/1");
      assertThat(version.path("gates").path("passed").asBoolean()).isTrue();

      Client.until(
          () -> client.json("/models/tickets/aliases").path("aliases"),
          aliases -> aliases.path("champion").asText().equals("1.0.0"));
      Client.Answer refusedMove =
          client.post("/api/v1/models/tickets/aliases/champion", Map.of("version", "1.0.0"));
      assertThat(refusedMove.status()).as("%s", refusedMove).isEqualTo(403);
      assertThat(refusedMove.body()).contains("start a rollout");
      Client.Answer moved =
          client.post("/api/v1/models/tickets/aliases/reviewed", Map.of("version", "1.0.0"));
      assertThat(moved.ok()).as("%s", moved).isTrue();
      Client.Answer stale =
          client.post("/api/v1/models/tickets/aliases/reviewed", Map.of("version", "1.0.0"));
      assertThat(stale.status()).as("it names 1.0.0 by now: %s", stale).isEqualTo(409);

      int right = 0;
      for (int row = 2_000; row < 2_040; row++) {
        int asked = row;
        Client.Answer answer =
            Client.until(
                () -> client.post("/api/v1/predict/tickets", Map.of("text", Tickets.text(asked))),
                Client.Answer::ok);
        assertThat(answer.json().path("servedBy").asText()).isEqualTo("champion");
        assertThat(answer.json().path("modelVersion").asText()).isEqualTo("1.0.0");
        right += answer.json().path("label").asText().equals(Tickets.label(row)) ? 1 : 0;
        Client.Answer said =
            client.post(
                "/api/v1/feedback",
                Map.of(
                    "predictionId",
                    answer.json().path("predictionId").asText(),
                    "label",
                    Tickets.label(row)));
        assertThat(said.ok()).as("%s", said).isTrue();
      }
      assertThat(right).as("theirs knows the tickets").isGreaterThan(32);
      JsonNode seen =
          Client.until(
              () -> client.json("/monitors/tickets"),
              view -> view.at("/labels/labelled").asInt() == 40);
      assertThat(seen.at("/labels/served").asInt()).isEqualTo(40);
      assertThat(seen.path("daily").toString()).contains("\"1.0.0\":40");
      assertThat(seen.at("/releases/0/version").asText()).isEqualTo("1.0.0");
    }
  }
}
