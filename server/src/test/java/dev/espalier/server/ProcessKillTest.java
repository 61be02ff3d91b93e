package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.data.Row;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.monitoring.Asked;
import dev.espalier.platform.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole process, killed at random moments while rows, canvases, runs, requests and labels
 * arrive. After every start: what was acknowledged is there once, and nothing is half there.
 *
 * <p>An answer acknowledges its log entry: whatever was answered, one after the other or by several
 * at once, is in the log once, though serving never waited for the database.
 *
 * <p>The system property {@code espalier.kills} says how often (20; 50 in the profile {@code
 * soak}), {@code espalier.seed} with which seed.
 */
class ProcessKillTest {
  private static final int KILLS = Integer.getInteger("espalier.kills", 20);
  private static final long SEED = Long.getLong("espalier.seed", System.nanoTime());
  private static final int ROWS_AT_ONCE = 15;

  /** Clients that ask at the same time, beside the one that does everything. */
  private static final int ASKING = 2;

  @TempDir Path home;

  /** What was acknowledged before a kill. */
  private final List<Integer> rows = new ArrayList<>();

  private final Map<String, String> canvases = new LinkedHashMap<>();
  private final Map<String, String> labels = new LinkedHashMap<>();
  private final List<String> runs = new ArrayList<>();
  private final Map<String, String> versions = new HashMap<>();

  /** The ids of all answers. */
  private final Set<String> answered = ConcurrentHashMap.newKeySet();

  private final Random random = new Random(SEED);
  private int nextRow;
  private int nextUnit;
  private int nextObjective = 50;

  private Child start() throws IOException {
    return Child.start(
        "dev.espalier.server.commands.Main",
        List.of("-Xmx256m", "-Despalier.dist="),
        List.of("up", "--home", home.toString(), "--port", "0"));
  }

  private static Client client(Child child) throws InterruptedException {
    return new Client(child.await(Pattern.compile("Espalier is up: (\\S+)")).group(1));
  }

  @Test
  void nothing_acknowledged_is_lost_and_nothing_is_half_there() throws Exception {
    System.out.printf("espalier.seed=%d espalier.kills=%d%n", SEED, KILLS);
    begin();
    for (int kill = 1; kill <= KILLS; kill++) {
      try (Child child = start()) {
        Client client = client(child);
        holds(client);
        // Sometimes while it still wakes up, mostly in the midst of its work.
        CountDownLatch acknowledged =
            new CountDownLatch(random.nextInt(5) == 0 ? 0 : random.nextInt(1, 60));
        Thread killer = killAfter(child, acknowledged, random.nextInt(0, 400));
        abuse(client, acknowledged);
        killer.interrupt();
        killer.join();
      } catch (AssertionError failure) {
        throw new AssertionError(
            "Kill %d of %d with -Despalier.seed=%d".formatted(kill, KILLS, SEED), failure);
      }
    }
    try (Child child = start()) {
      Client client = client(child);
      holds(client);
      for (String run : runs) {
        assertThat(client.ended("tickets", run).path("state").asText())
            .isIn("SUCCEEDED", "FAILED", "CANCELLED");
      }
      // It still works: one more run, to the end.
      assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
    }
    inside();
  }

  /** A product that answers, before the abuse. */
  private void begin() throws Exception {
    try (Child child = start()) {
      Client client = client(child);
      assertThat(client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(0, 300)).ok())
          .isTrue();
      for (nextRow = 0; nextRow < 300; nextRow++) {
        rows.add(nextRow);
      }
      canvas(client);
      assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
      Client.until(
          () -> client.post("/api/v1/predict/tickets", Map.of("text", "refund", "unit", "begin")),
          Client.Answer::ok);
    }
  }

  private static Thread killAfter(Child child, CountDownLatch acknowledged, int millis) {
    return Thread.ofVirtual()
        .start(() -> {
          try {
            acknowledged.await();
            Thread.sleep(millis);
            child.kill();
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** Does one thing after the other, while others only ask, until nobody answers. */
  private void abuse(Client client, CountDownLatch acknowledged) throws InterruptedException {
    List<Thread> others = new ArrayList<>();
    for (int i = 0; i < ASKING; i++) {
      others.add(Thread.ofVirtual().start(() -> ask(client)));
    }
    try {
      while (true) {
        switch (random.nextInt(10)) {
          case 0 -> upload(client);
          case 1 -> canvas(client);
          case 2 -> run(client);
          default -> predict(client);
        }
        acknowledged.countDown();
      }
    } catch (IOException killed) {
      // As intended.
    }
    for (Thread other : others) {
      other.join();
    }
  }

  private void ask(Client client) {
    try {
      while (true) {
        Client.Answer answer =
            client.post("/api/v1/predict/tickets", Map.of("text", "where is my refund"));
        // One that was refused, such as by a full queue, has no id.
        if (answer.ok()) {
          answered.add(answer.json().path("predictionId").asText());
        }
      }
    } catch (IOException killed) {
      // As intended.
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void upload(Client client) throws IOException, InterruptedException {
    int from = nextRow;
    nextRow += ROWS_AT_ONCE;
    Client.Answer answer =
        client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(from, nextRow));
    assertThat(answer.ok()).as("%s", answer).isTrue();
    for (int row = from; row < nextRow; row++) {
      rows.add(row);
    }
  }

  private void canvas(Client client) throws IOException, InterruptedException {
    Client.Answer answer = client.apply("tickets", Tickets.canvas(nextObjective), "abuse");
    nextObjective = nextObjective == 99 ? 50 : nextObjective + 1;
    assertThat(answer.ok()).as("%s", answer).isTrue();
    canvases.put(answer.json().path("version").asText(), answer.json().path("digest").asText());
  }

  private void run(Client client) throws IOException, InterruptedException {
    Client.Answer answer = client.post("/api/v1/pipelines/tickets/runs", Map.of("reason", "abuse"));
    // One run at a time: the next one is refused in words.
    assertThat(answer.status()).as("%s", answer).isIn(200, 201, 202, 409);
    if (answer.ok()) {
      runs.add(answer.json().path("id").asText());
    }
  }

  private void predict(Client client) throws IOException, InterruptedException {
    String unit = "unit-" + nextUnit++;
    Client.Answer answer =
        client.post(
            "/api/v1/predict/tickets", Map.of("text", Tickets.text(nextUnit), "unit", unit));
    assertThat(answer.ok()).as("%s", answer).isTrue();
    String id = answer.json().path("predictionId").asText();
    answered.add(id);
    if (random.nextBoolean()) {
      Client.Answer told =
          client.post(
              "/api/v1/feedback", Map.of("predictionId", id, "label", Tickets.label(nextUnit)));
      assertThat(told.ok()).as("%s", told).isTrue();
      labels.put(id, Tickets.label(nextUnit));
    }
  }

  /** What must hold after every start, as a caller sees it. */
  private void holds(Client client) throws IOException, InterruptedException {
    assertThat(client.get("/readyz").ok()).isTrue();
    Map<String, String> stored = new LinkedHashMap<>();
    for (JsonNode version : client.json("/canvases/tickets/versions")) {
      String name = version.path("version").asText();
      assertThat(stored.put(name, version.path("digest").asText())).as(name).isNull();
    }
    assertThat(stored).containsAllEntriesOf(canvases);
    assertThat(client.json("/canvases/tickets/verify").path("intact").asBoolean()).isTrue();

    List<String> known = new ArrayList<>();
    client.json("/pipelines/tickets/runs").forEach(run -> known.add(run.path("id").asText()));
    assertThat(known).containsAll(runs).doesNotHaveDuplicates();

    // A run that goes on may register a version now: what aliases name is asked for first.
    JsonNode aliases = client.json("/models/tickets/aliases").path("aliases");
    Map<String, String> bundles = new HashMap<>();
    for (JsonNode version : client.json("/models/tickets/versions")) {
      String name = version.path("version").asText();
      assertThat(bundles.put(name, version.path("bundle").asText())).as(name).isNull();
    }
    assertThat(bundles).containsAllEntriesOf(versions);
    versions.putAll(bundles);
    wholeBundles(bundles);
    aliases
        .properties()
        .forEach(alias ->
            assertThat(bundles).as("what aliases name").containsKey(alias.getValue().asText()));
  }

  private void wholeBundles(Map<String, String> versions) {
    Bundles bundles = new Bundles(LocalArtifactStore.shared(home.resolve("artifacts")));
    versions.forEach((version, bundle) -> {
      assertThat(bundles.damaged(new Digest(bundle))).as(version).isEmpty();
      try (Engine engine = bundles.load(new Digest(bundle))) {
        assertThat(engine.signature().labels()).containsExactly("billing", "technical");
      }
    });
  }

  /** What must hold in the end, as the stages see it. */
  private void inside() {
    try (Espalier espalier = Espalier.start(ServerConfig.local(home, 0))) {
      Map<String, Integer> texts = new HashMap<>();
      for (Row row : espalier.datasets().rows(espalier.datasets().snapshot("tickets").digest())) {
        if (!row.attributes().containsKey("predictionId")) {
          texts.merge(row.text(), 1, Integer::sum);
        }
      }
      for (int row : rows) {
        assertThat(texts.get(Tickets.text(row))).as(Tickets.text(row)).isEqualTo(1);
      }
      Map<String, Asked> log = new HashMap<>();
      for (Asked asked : espalier.asked("tickets")) {
        assertThat(log.put(asked.predictionId(), asked)).as("%s", asked).isNull();
      }
      assertThat(log.keySet()).as("every answer").containsAll(answered);
      for (String id : labels.keySet()) {
        assertThat(log.get(id).labelled()).isTrue();
      }
      System.out.printf(
          "%d kills: %d rows, %d canvases, %d runs, %d versions, %d answers, %d labels%n",
          KILLS,
          rows.size(),
          canvases.size(),
          runs.size(),
          versions.size(),
          answered.size(),
          labels.size());
    }
  }
}
