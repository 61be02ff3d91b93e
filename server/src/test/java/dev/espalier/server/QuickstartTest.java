package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's "your own data", call by call as the client makes them. */
class QuickstartTest {
  private static final Path EXAMPLE = Path.of("..", "examples", "quickstart");

  @TempDir Path home;

  @Test
  void ends_with_a_prediction_by_a_calibrated_version() throws Exception {
    try (Espalier espalier = Espalier.start(ServerConfig.local(home, 0))) {
      Client client = new Client(espalier.url());
      Client.Answer added =
          client.post(
              "/api/v1/datasets/tickets",
              "text/csv",
              BodyPublishers.ofFile(EXAMPLE.resolve("tickets.csv")));
      assertThat(added.json().path("rows").asInt()).as("%s", added).isEqualTo(1_088);
      assertThat(client.apply("tickets", Files.readString(EXAMPLE.resolve("canvas.yaml"))).ok())
          .isTrue();
      JsonNode run = client.train("tickets");
      assertThat(run.path("state").asText()).as("%s", run).isEqualTo("SUCCEEDED");

      JsonNode version = client.json("/models/tickets/versions").get(0);
      assertThat(version.path("meta").path("model.temperature").asDouble()).isBetween(0.2, 0.8);
      JsonNode calibration = gate(version, "ece");
      assertThat(calibration.path("verdict").asText()).as("%s", calibration).isEqualTo("PASS");
      assertThat(calibration.path("high").asDouble()).isLessThanOrEqualTo(0.05);

      Client.Answer answer =
          Client.until(
              () ->
                  client.post(
                      "/api/v1/predict/tickets",
                      Map.of("text", "I was charged twice for the same order")),
              Client.Answer::ok);
      assertThat(answer.json().path("label").asText()).isEqualTo("billing");
      assertThat(answer.json().path("servedBy").asText()).isEqualTo("champion");
      assertThat(answer.json().path("modelVersion").asText()).isEqualTo("1.0.0");
      // Latency, size and calibration are judged each against its own bound.
      JsonNode board =
          Client.until(
              () -> client.json("/canvases/tickets/conformance"),
              seen -> nfr(seen).path("evidence").size() >= 3);
      assertThat(nfr(board).path("state").asText()).as("%s", nfr(board)).isNotEqualTo("VIOLATED");
      assertThat(question(board, "analysis.metrics").path("state").asText()).isEqualTo("N_A");
      // Each section but the factors is answered: no slice is told apart in so few messages.
      JsonNode documents =
          Client.until(
              () -> question(client.json("/canvases/tickets/conformance"), "metadata.docs"),
              row -> row.path("evidence").path(1).has("observedAt"));
      assertThat(documents.path("evidence").path(1).path("detail").asText())
          .isEqualTo("17 of 18 sections of version 1.0.0 are answered.");
      assertThat(documents.path("state").asText()).as("%s", documents).isNotEqualTo("VIOLATED");
    }
  }

  private static JsonNode nfr(JsonNode board) {
    return question(board, "nfr");
  }

  private static JsonNode question(JsonNode board, String key) {
    for (JsonNode question : board.path("questions")) {
      if (question.path("question").asText().equals(key)) {
        return question;
      }
    }
    throw new AssertionError("No %s on the board: %s".formatted(key, board));
  }

  private static JsonNode gate(JsonNode version, String metric) {
    for (JsonNode row : version.path("gates").path("results")) {
      if (row.path("metric").asText().equals(metric)) {
        return row;
      }
    }
    throw new AssertionError("No gate on " + metric + ": " + version);
  }
}
