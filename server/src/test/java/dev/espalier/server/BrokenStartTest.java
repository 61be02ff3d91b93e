package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server starts over a home in which the bundle of a champion is damaged. */
class BrokenStartTest {
  private static final String PREDICT = "/api/v1/predict/tickets";

  @TempDir Path home;

  private Path trained() throws IOException, InterruptedException {
    try (Espalier espalier = Espalier.start(ServerConfig.local(home, 0))) {
      Client client = new Client(espalier.url());
      client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(0, 300));
      assertThat(client.apply("tickets", Tickets.canvas(50), "a test").ok()).isTrue();
      assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
      Client.until(() -> ask(client), Client.Answer::ok);
      String bundle =
          client
              .json("/models/tickets/versions/1.0.0")
              .path("model")
              .path("bundle")
              .asText()
              .substring("sha256:".length());
      return home.resolve("artifacts").resolve(bundle.substring(0, 2)).resolve(bundle.substring(2));
    }
  }

  private static Client.Answer ask(Client client) throws IOException, InterruptedException {
    return client.post(PREDICT, Map.of("text", Tickets.text(0)));
  }

  private static String drift(Client client) throws IOException, InterruptedException {
    JsonNode drifts = client.json("/canvases/tickets/drift");
    return drifts.isEmpty() ? "" : drifts.get(0).path("state").asText();
  }

  @Test
  void it_is_ready_says_on_the_board_what_does_not_answer_and_ends_that_by_itself()
      throws IOException, InterruptedException {
    Path bundle = trained();
    byte[] whole = Files.readAllBytes(bundle);
    Files.writeString(bundle, "rot");

    try (Espalier espalier = Espalier.start(ServerConfig.local(home, 0))) {
      Client client = new Client(espalier.url());
      Client.until(() -> drift(client), "OPEN"::equals);
      JsonNode drift = client.json("/canvases/tickets/drift").get(0);
      assertThat(drift.path("resource").asText()).isEqualTo("endpoint/endpoint");
      assertThat(drift.path("actual").asText()).isNotBlank();
      assertThat(ask(client).ok()).isFalse();
      assertThat(client.json("/canvases").get(0).path("product").asText()).isEqualTo("tickets");
      Client.until(() -> compiled(client), "VIOLATED"::equals);

      Files.write(bundle, whole);
      Client.until(() -> ask(client), Client.Answer::ok);
      Client.until(() -> drift(client), "GONE"::equals);
      Client.until(() -> compiled(client), "CONFORMS"::equals);
    }
  }

  /** What the board says of the resources of the active version. */
  private static String compiled(Client client) throws IOException, InterruptedException {
    for (JsonNode row : client.json("/canvases/tickets/conformance").path("questions")) {
      for (JsonNode seen : row.path("evidence")) {
        if (seen.path("clause").asText().equals("compiled_from")) {
          return seen.path("state").asText();
        }
      }
    }
    return "";
  }
}
