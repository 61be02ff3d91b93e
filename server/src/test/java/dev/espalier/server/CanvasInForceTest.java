package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A canvas that is applied to a released product changes how its endpoint answers, over HTTP and
 * without a release or a restart. One server and one released version serve all of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CanvasInForceTest {
  private static final String PREDICT = "/api/v1/predict/tickets";
  private static final String SERVING = "  volume: 1000/day\n";
  private static final String POST = "post: [\"sum(prob) = 1\", \"label set\"]";
  private Espalier espalier;
  private Client client;

  @BeforeAll
  void release(@TempDir Path home) throws IOException, InterruptedException {
    espalier = Espalier.start(ServerConfig.local(home, 0));
    client = new Client(espalier.url());
    client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(0, 300));
    apply(Tickets.canvas(50));
    assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
    Client.until(() -> ask(Tickets.text(0)), Client.Answer::ok);
  }

  @AfterAll
  void stop() {
    espalier.close();
  }

  private void apply(String canvas) throws IOException, InterruptedException {
    apply("tickets", canvas);
  }

  /** The canvas of the tickets with more said about serving. */
  private static String serving(String more) {
    return Tickets.canvas(50).replace(SERVING, SERVING + "  " + more + "\n");
  }

  private Client.Answer ask(String text) throws IOException, InterruptedException {
    return client.post(PREDICT, Map.of("text", text));
  }

  private JsonNode answered(String text, String servedBy) throws IOException, InterruptedException {
    return Client.until(
            () -> ask(text), each -> each.json().path("servedBy").asText().equals(servedBy))
        .json();
  }

  @Test
  void a_shorter_length_refuses_the_next_long_text_and_names_the_rule()
      throws IOException, InterruptedException {
    apply(Tickets.canvas(50));
    answered(Tickets.text(1), "champion");
    apply(serving("pre_assertion: {rules: [\"length <= 12\"], on_fail: reject}"));
    Client.Answer refused = Client.until(() -> ask(Tickets.text(1)), each -> !each.ok());
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().path("rule").asText()).isEqualTo("length");
    assertThat(refused.json().path("nearest").asText()).isEqualTo("12 characters at most");
    assertThat(ask("card refund").json().path("servedBy").asText()).isEqualTo("champion");

    apply(serving("pre_assertion: {rules: [\"length <= 12\"], on_fail: fallback}"));
    JsonNode instead = answered(Tickets.text(1), "default_value");
    assertThat(instead.path("label").asText()).isEqualTo("billing");
    assertThat(instead.path("fallbackReason").asText()).isEqualTo("pre_fail: length");

    apply(Tickets.canvas(50));
    answered(Tickets.text(1), "champion");
  }

  @Test
  void a_limit_of_confidence_sends_unsure_answers_to_the_rung_that_the_canvas_names()
      throws IOException, InterruptedException {
    String sure = Tickets.canvas(50).replace(POST, "post: [\"confidence >= 0.999999\"]");
    apply(sure);
    assertThat(answered("zebra", "default_value").path("label").asText()).isEqualTo("billing");
    apply(sure.replace("value: billing", "value: technical"));
    JsonNode other =
        Client.until(
                () -> ask("zebra"), each -> each.json().path("label").asText().equals("technical"))
            .json();
    assertThat(other.path("servedBy").asText()).isEqualTo("default_value");
    apply(
        sure.replace(
            "use: default_value, value: billing",
            "use: rule, value: \"zebra -> technical; card -> billing\""));
    assertThat(answered("zebra", "rule").path("label").asText()).isEqualTo("technical");
    assertThat(ask("lion").status()).as("no case fits it").isEqualTo(503);
    apply(sure.replace("use: default_value, value: billing", "use: reject"));
    Client.Answer nobody = Client.until(() -> ask("zebra"), each -> !each.ok());
    assertThat(nobody.status()).isEqualTo(503);
    apply(Tickets.canvas(50));
    answered("zebra", "champion");
  }

  @Test
  void a_quota_is_in_force_with_the_next_requests_and_gone_with_the_answer()
      throws IOException, InterruptedException {
    apply(serving("multi_model: {required: no, quota: 1/hour}"));
    Client.Answer refused = Client.until(() -> ask(Tickets.text(3)), each -> !each.ok());
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.body()).contains("serving.multi_model.quota");
    apply(Tickets.canvas(50));
    Client.until(() -> ask(Tickets.text(3)), Client.Answer::ok);
  }

  @Test
  void a_request_holds_no_more_texts_than_the_largest_batch_of_the_canvas()
      throws IOException, InterruptedException {
    apply(Tickets.canvas(50));
    assertThat(Client.until(() -> infer(3), Client.Answer::ok).json().path("outputs")).isNotEmpty();
    apply(Tickets.canvas(50).replace("timeout: 20s}", "timeout: 20s, max_batch: 2}"));
    Client.Answer refused = Client.until(() -> infer(3), each -> !each.ok());
    assertThat(refused.status()).isEqualTo(400);
    assertThat(infer(2).ok()).isTrue();
  }

  @Test
  void requests_of_a_consumer_are_declared_once_the_canvas_names_it()
      throws IOException, InterruptedException {
    String portal = "solution: {integrations: [{consumer: %s, protocol: http}]}\nserving:\n";
    apply(Tickets.canvas(50).replace("serving:\n", portal.formatted("portal")));
    for (int i = 0; i < 3; i++) {
      Client.Answer answer =
          client.post(PREDICT, Map.of("text", Tickets.text(i), "consumer", "portal"));
      assertThat(answer.ok()).as("%s", answer).isTrue();
    }
    String declared = "came from declared consumers";
    assertThat(consumers(detail -> detail.matches("3 of .*portal 3.*"))).contains(declared);
    apply(Tickets.canvas(50).replace("serving:\n", portal.formatted("crawler")));
    assertThat(consumers(detail -> detail.startsWith("0 of "))).contains(declared, "portal 3");
    apply(Tickets.canvas(50));
  }

  /** What the board says of who asked, once it says so. */
  private String consumers(Predicate<String> good) throws IOException, InterruptedException {
    return Client.until(
        () -> {
          for (JsonNode row : client.json("/canvases/tickets/conformance").path("questions")) {
            for (JsonNode seen : row.path("evidence")) {
              if (seen.path("clause").asText().equals("declared_consumers")) {
                return seen.path("detail").asText();
              }
            }
          }
          return "";
        },
        good);
  }

  @Test
  void whom_the_canvas_makes_an_author_may_do_what_their_role_may_with_the_next_call()
      throws IOException, InterruptedException {
    String alone = Tickets.canvas(50).replace("name: tickets", "name: shared");
    apply("shared", alone);
    String ben = client.post("/api/v1/tokens", Map.of("user", "ben")).json().path("token").asText();
    assertThat(status("GET", "/api/v1/deployments/shared", ben)).isIn(403, 404);
    apply("shared", alone.replace("{ana: owner}", "{ana: owner, ben: approver}"));
    assertThat(status("GET", "/api/v1/deployments/shared", ben)).isEqualTo(200);
    String approval = "/api/v1/deployments/shared/rollouts/none/approvals";
    assertThat(status("POST", approval, ben)).as("allowed, and no such rollout").isEqualTo(404);
    assertThat(status("POST", "/api/v1/deployments/shared/rollback", ben))
        .as("an approver sends nobody back")
        .isEqualTo(403);
  }

  private void apply(String product, String canvas) throws IOException, InterruptedException {
    Client.Answer applied = client.apply(product, canvas, "a test of another promise");
    assertThat(applied.ok()).as("%s", applied).isTrue();
  }

  private int status(String method, String path, String token)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(espalier.url() + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }

  private Client.Answer infer(int texts) throws IOException, InterruptedException {
    List<String> data = new ArrayList<>(Collections.nCopies(texts, "card refund"));
    return client.post(
        "/v2/models/tickets/infer",
        Map.of(
            "inputs",
            List.of(
                Map.of(
                    "name", "text", "datatype", "BYTES", "shape", List.of(texts), "data", data))));
  }
}
