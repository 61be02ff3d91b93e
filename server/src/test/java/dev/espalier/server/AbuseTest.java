package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers at their worst, over HTTP: too much, cut off, garbled, at once, and badly taught. */
class AbuseTest {
  private static final int HUGE = 100 << 20;

  @TempDir Path home;

  @Test
  void two_applies_at_once_have_one_winner() throws Exception {
    try (Espalier espalier = Espalier.start(ServerConfig.local(home, 0));
        ExecutorService callers = Executors.newFixedThreadPool(2)) {
      Client client = new Client(espalier.url());
      assertThat(client.apply("tickets", Tickets.canvas(50)).ok()).isTrue();
      for (int round = 0; round < 5; round++) {
        CyclicBarrier start = new CyclicBarrier(2);
        List<Callable<Client.Answer>> applies = new ArrayList<>();
        for (int caller = 0; caller < 2; caller++) {
          Client.Answer plan =
              client.post(
                  "/api/v1/canvases/tickets/plan",
                  "application/yaml",
                  Tickets.canvas(60 + 2 * round + caller));
          Map<String, Object> body =
              Map.of(
                  "planDigest",
                  plan.json().path("planDigest").asText(),
                  "confirms",
                  plan.json().path("confirms"));
          applies.add(() -> {
            start.await();
            return client.post("/api/v1/canvases/tickets/apply", body);
          });
        }
        List<Client.Answer> answers = new ArrayList<>();
        for (Future<Client.Answer> answer : callers.invokeAll(applies)) {
          answers.add(answer.get());
        }
        assertThat(answers)
            .as("%s", answers)
            .extracting(Client.Answer::status)
            .containsExactlyInAnyOrder(200, 409);
        assertThat(answers)
            .filteredOn(answer -> answer.status() == 409)
            .allSatisfy(loser -> {
              assertThat(loser.type()).startsWith("application/problem+json");
              assertThat(loser.json().path("title").asText()).isEqualTo("CONFLICT");
              assertThat(loser.json().path("detail").asText()).isNotBlank();
            });
        assertThat(client.json("/canvases/tickets/versions")).hasSize(2 + round);
      }
      assertThat(client.json("/canvases/tickets/verify").path("intact").asBoolean()).isTrue();
    }
  }

  @Test
  void a_challenger_that_was_taught_wrong_is_rolled_back_by_the_machine() throws Exception {
    try (Espalier espalier = Espalier.start(ServerConfig.local(home, 0))) {
      Client client = new Client(espalier.url());
      String canvas =
          Tickets.canvas(
              50,
              "kind: canary, steps: [50% for 1s, 100%], min_requests: 20,"
                  + " guardrails: [\"error <= 5%\", \"wrong_billing <= 20%\"], auto_rollback: yes");
      canvas =
          canvas.replace(
              "min_n: 20}]",
              "min_n: 20}, {id: wrong_billing,"
                  + " formula: \"rate(pred=billing | actual=technical)\", direction: down,"
                  + " min_n: 10}]");
      client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(0, 300));
      Client.Answer applied = client.apply("tickets", canvas);
      assertThat(applied.ok()).as("%s", applied).isTrue();
      assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
      Client.until(() -> aliases(client), now -> now.path("champion").asText().equals("1.0.0"));

      // Most of what is learned next is wrong, and so are the rows that it is judged by: every gate
      // passes. Only those who use it can tell.
      client.post("/api/v1/datasets/tickets", "text/csv", Tickets.wrong(1_000, 3_500));
      assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
      JsonNode rollout =
          Client.until(
              () -> {
                use(client);
                return newest(client);
              },
              now -> now.path("state").asText().equals("ROLLED_BACK"));

      assertThat(rollout.path("to").asText()).isEqualTo("1.1.0");
      assertThat(decisions(rollout)).contains("ROLL_BACK");
      assertThat(rollout.toString()).contains("wrong_billing");
      assertThat(aliases(client).path("champion").asText()).isEqualTo("1.0.0");
      assertThat(client.json("/deployments/tickets").path("quarantined").toString())
          .contains("1.1.0");
      // Everybody is answered by the good one again.
      for (int row = 5_000; row < 5_020; row++) {
        Client.Answer answer =
            client.post("/api/v1/predict/tickets", Map.of("text", Tickets.text(row)));
        assertThat(answer.json().path("modelVersion").asText()).isEqualTo("1.0.0");
      }
      // And nobody can send it out again by hand.
      assertThat(
              client
                  .post(
                      "/api/v1/deployments/tickets/rollouts",
                      Map.of("version", "1.1.0", "reason", "I like it"))
                  .status())
          .isEqualTo(409);
    }
  }

  private static JsonNode aliases(Client client) throws IOException, InterruptedException {
    return client.json("/models/tickets/aliases").path("aliases");
  }

  private static JsonNode newest(Client client) throws IOException, InterruptedException {
    JsonNode rollouts = client.json("/deployments/tickets").path("rollouts");
    for (JsonNode rollout : rollouts) {
      if (rollout.path("to").asText().equals("1.1.0")) {
        return rollout;
      }
    }
    return rollouts.path(0);
  }

  private static List<String> decisions(JsonNode rollout) {
    List<String> decisions = new ArrayList<>();
    rollout
        .path("decisions")
        .forEach(decision -> decisions.add(decision.path("decision").asText()));
    return decisions;
  }

  private int asked = 10_000;

  /** Ten people ask, and say what they really wanted. */
  private void use(Client client) throws IOException, InterruptedException {
    for (int i = 0; i < 10; i++) {
      int row = asked++;
      Client.Answer answer =
          client.post(
              "/api/v1/predict/tickets", Map.of("text", Tickets.text(row), "unit", "user-" + row));
      assertThat(answer.ok()).as("%s", answer).isTrue();
      client.post(
          "/api/v1/feedback",
          Map.of(
              "predictionId",
              answer.json().path("predictionId").asText(),
              "label",
              Tickets.label(row)));
    }
  }

  @Test
  void a_hundred_megabytes_and_garbled_bodies_are_answered_in_little_memory() throws Exception {
    try (Child child =
        Child.start(
            "dev.espalier.server.commands.Main",
            List.of("-Xmx256m"),
            List.of("up", "--home", home.toString(), "--port", "0"))) {
      String url = child.await(Pattern.compile("Espalier is up: (\\S+)")).group(1);
      Client client = new Client(url);
      int port = java.net.URI.create(url).getPort();

      refused(client, "/api/v1/canvases/tickets/plan", "application/yaml", "x", 413);
      refused(client, "/api/v1/predict/tickets", "application/json", "[", 413);
      refused(client, "/api/v1/feedback", "application/json", "{", 413);
      refused(client, "/v2/models/tickets/infer", "application/json", "[", 413);
      // One row of a hundred megabytes is no row; a hundred megabytes of rows are many.
      Client.Answer oneRow = huge(client, "/api/v1/datasets/huge", "text/csv", "y");
      assertThat(oneRow.status()).as("%s", oneRow).isIn(400, 413);
      assertThat(client.get("/api/v1/datasets/huge").status()).isEqualTo(404);
      Client.Answer many =
          client.post("/api/v1/datasets/many", "text/csv", BodyPublishers.ofInputStream(Rows::new));
      assertThat(many.ok()).as("%s", many).isTrue();
      assertThat(many.json().path("rows").asLong() + many.json().path("rejected").asLong())
          .isEqualTo(Rows.COUNT);

      // Cut off in the middle: nothing of it is there.
      String head =
          "POST /api/v1/datasets/cut HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n";
      cutOff(port, head + "Content-Length: 100000\r\n\r\ntext,label\nhalf a row");
      cutOff(port, head + "Transfer-Encoding: chunked\r\n\r\nff\r\ntext,label\na,b\n");
      assertThat(client.get("/api/v1/datasets/cut").status()).isEqualTo(404);

      for (byte[] garbled :
          List.of(
              "text,label\nrefund,billing\n".getBytes(StandardCharsets.UTF_16),
              new byte[] {'t', 'e', 'x', 't', (byte) 0xc3, (byte) 0x28, '\n'})) {
        for (String path :
            List.of(
                "/api/v1/datasets/garbled",
                "/api/v1/canvases/tickets/plan",
                "/api/v1/predict/tickets")) {
          Client.Answer answer = client.post(path, "text/csv", BodyPublishers.ofByteArray(garbled));
          assertThat(answer.status()).as("%s %s", path, answer).isBetween(400, 499);
          assertThat(answer.type()).as(path).startsWith("application/problem+json");
        }
      }
      assertThat(client.get("/api/v1/datasets/garbled").status()).isEqualTo(404);
      assertThat(client.json("/canvases")).isEmpty();

      // Deep nesting, in YAML and in JSON.
      assertThat(
              client
                  .post(
                      "/api/v1/canvases/tickets/plan",
                      "application/yaml",
                      "a: " + "[".repeat(20_000))
                  .status())
          .isIn(400, 413);
      assertThat(client.post("/api/v1/feedback", "application/json", "[".repeat(20_000)).status())
          .isIn(400, 413);
      assertThat(client.get("/readyz").ok()).isTrue();
      assertThat(child.alive()).isTrue();
      assertThat(child.text()).doesNotContain("OutOfMemory", "StackOverflow");
    }
  }

  private static void refused(Client client, String path, String type, String filler, int status)
      throws Exception {
    Client.Answer answer = huge(client, path, type, filler);
    assertThat(answer.status()).as("%s %s", path, answer).isEqualTo(status);
    assertThat(answer.type()).as(path).startsWith("application/");
  }

  private static Client.Answer huge(Client client, String path, String type, String filler)
      throws Exception {
    byte[] chunk = filler.repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
    List<byte[]> chunks = java.util.Collections.nCopies(HUGE / chunk.length, chunk);
    return client.post(path, type, BodyPublishers.ofByteArrays(chunks));
  }

  /** Sends a request that ends early and hangs up; whatever is answered is read first. */
  private static void cutOff(int port, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      socket.shutdownOutput();
      socket.setSoTimeout(60_000);
      socket.getInputStream().readAllBytes();
    }
  }

  /** A hundred megabytes of CSV, made while they are read. */
  private static final class Rows extends InputStream {
    static final int COUNT = HUGE / 1_000;
    private byte[] line = "text,label\n".getBytes(StandardCharsets.US_ASCII);
    private int position;
    private int row;

    @Override
    public int read() {
      if (position == line.length) {
        if (row == COUNT) {
          return -1;
        }
        line =
            (row + " " + "w".repeat(980) + (row % 2 == 0 ? ",billing\n" : ",technical\n"))
                .getBytes(StandardCharsets.US_ASCII);
        row++;
        position = 0;
      }
      return line[position++];
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      int n = 0;
      for (int next = n < length ? read() : -1; next >= 0; next = n < length ? read() : -1) {
        buffer[offset + n++] = (byte) next;
        if (n == length) {
          break;
        }
      }
      return n == 0 && length > 0 ? -1 : n;
    }
  }
}
