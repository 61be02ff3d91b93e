package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every drill of a real server, one after the other, while somebody goes on asking it. */
class DrillIsolationTest {
  private static final Pattern ANSWERED =
      Pattern.compile("espalier_predictions_total\\{.*product=\"tickets\".*} (\\d+)(?:\\.0)?");
  private static final int TEXTS = 10;
  private final ConcurrentLinkedQueue<Asked> asked = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private Espalier espalier;
  private Client client;

  private record Asked(String text, Client.Answer answer) {}

  @BeforeEach
  void release(@TempDir Path home) throws IOException, InterruptedException {
    espalier = Espalier.start(ServerConfig.local(home, 0));
    client = new Client(espalier.url());
    client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(0, 300));
    String canvas =
        Tickets.canvas(50)
            .replace("volume: 1000/day", "volume: {expected: 1000/day, drill_duration: 30s}");
    Client.Answer applied = client.apply("tickets", canvas);
    assertThat(applied.ok()).as(applied.body()).isTrue();
    assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
    Client.until(
        () -> client.json("/deployments/tickets"),
        deployment -> deployment.at("/aliases/champion").isTextual());
  }

  @AfterEach
  void stop() {
    espalier.close();
  }

  private void ask(String text) {
    try {
      asked.add(new Asked(text, client.post("/api/v1/predict/tickets", Map.of("text", text))));
    } catch (IOException failure) {
      asked.add(new Asked(text, new Client.Answer(0, "", failure.toString())));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void goOnAsking() {
    for (int i = 0; !over.get(); i++) {
      ask(Tickets.text(i % TEXTS));
    }
  }

  @Test
  void no_drill_is_seen_by_who_asks_or_counted_as_production() throws Exception {
    Thread customer = Thread.ofPlatform().start(this::goOnAsking);
    List<String> names = new ArrayList<>();
    Map<String, String> ended = new HashMap<>();
    try {
      for (JsonNode drill : client.json("/drills/tickets")) {
        String name = drill.path("name").asText();
        names.add(name);
        Client.Answer record = client.post("/api/v1/drills/tickets/" + name, Map.of());
        assertThat(record.ok()).as(name + ": " + record).isTrue();
        ended.put(name, record.json().path("state").asText());
      }
    } finally {
      over.set(true);
      customer.join();
    }
    assertThat(names)
        .contains(
            "reload", "rollback", "fallback", "malformed", "load", "drift", "page", "restore");
    assertThat(ended)
        .as("they did something")
        .extractingByKeys("load", "fallback", "restore")
        .doesNotContain("UNPROVED");

    assertThat(asked).isNotEmpty().allMatch(one -> one.answer().ok());
    assertThat(asked)
        .extracting(one -> one.answer().json().path("servedBy").asText())
        .containsOnly("champion");
    asked.stream()
        .collect(
            Collectors.groupingBy(
                Asked::text,
                Collectors.mapping(
                    one -> one.answer().json().path("probabilities"), Collectors.toSet())))
        .forEach((text, answers) -> assertThat(answers).as(text).hasSize(1));

    espalier.flush();
    assertThat(espalier.asked("tickets")).as("the log holds who asked").hasSize(asked.size());
    assertThat(counted()).as("the counters count who asked").isEqualTo(asked.size());
    assertThat(client.json("/incidents/tickets")).isEmpty();
    JsonNode alerts = client.json("/alerts?product=tickets");
    assertThat(alerts).allMatch(alert -> alert.path("id").asText().startsWith("alert_test_"));
  }

  private long counted() throws IOException, InterruptedException {
    return client
        .get("/metrics")
        .body()
        .lines()
        .map(ANSWERED::matcher)
        .filter(Matcher::matches)
        .mapToLong(line -> Long.parseLong(line.group(1)))
        .sum();
  }
}
