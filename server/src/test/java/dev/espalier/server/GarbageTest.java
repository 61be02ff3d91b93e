package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.artifacts.GarbageCollection;
import dev.espalier.artifacts.GarbageCollection.Mode;
import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.model.Bundles;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A collection on a product's whole home. */
class GarbageTest {
  private static final Duration DAY = Duration.ofDays(1);
  @TempDir Path folder;

  @Test
  void a_living_product_loses_nothing_and_garbage_goes() throws Exception {
    Path home = folder.resolve("home");
    Instant later = Instant.now().plus(Duration.ofDays(30));
    try (Espalier espalier = Espalier.start(ServerConfig.local(home, 0))) {
      Client client = new Client(espalier.url());
      assertThat(client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(0, 300)).ok())
          .isTrue();
      assertThat(client.apply("tickets", Tickets.canvas(50)).ok()).isTrue();
      assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
      LocalArtifactStore store = LocalArtifactStore.shared(home.resolve("artifacts"));
      Digest orphan = store.put(new byte[] {1, 2, 3});

      GarbageCollection.Summary dry = Garbage.collect(home, Map.of(), DAY, Mode.DRY_RUN, later);
      // The orphan, and what the canvas's own check on a sample trained and threw away.
      assertThat(dry.removed()).isPositive();
      assertThat(store.list()).hasSize(dry.artifacts());
      assertThat(Garbage.collect(home, Map.of(), DAY, Mode.REMOVE, Instant.now()).removed())
          .as("within the grace")
          .isZero();
      GarbageCollection.Summary wet = Garbage.collect(home, Map.of(), DAY, Mode.REMOVE, later);
      assertThat(wet.removed()).isEqualTo(dry.removed());
      assertThat(store.exists(orphan)).isFalse();
      assertThat(store.list()).hasSize(wet.named());
      Bundles bundles = new Bundles(store);
      String bundle = client.json("/models/tickets/versions").get(0).path("bundle").asText();
      assertThat(bundles.damaged(new Digest(bundle))).isEmpty();

      assertThat(client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(300, 400)).ok())
          .isTrue();
      // Reads the rows of both additions, and results of the run before.
      assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
    }
    assertThat(Garbage.collect(home, Map.of(), DAY, Mode.REMOVE, later).named()).isPositive();
    try (Espalier again = Espalier.start(ServerConfig.local(home, 0))) {
      Client client = new Client(again.url());
      Client.until(
          () -> client.post("/api/v1/predict/tickets", Map.of("text", "refund my card")),
          Client.Answer::ok);
    }
  }

  @Test
  void a_backup_keeps_collections_out_and_bad_input_is_said() {
    Path home = folder.resolve("home");
    Espalier.start(ServerConfig.local(home, 0)).close();
    try (Garbage.Lock _ = Garbage.Lock.shared(home)) {
      assertThatThrownBy(() -> Garbage.collect(home, Map.of(), DAY, Mode.REMOVE, Instant.now()))
          .isInstanceOfSatisfying(
              EspalierException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT))
          .hasMessageContaining("A backup");
    }
    assertThat(Garbage.collect(home, Map.of(), DAY, Mode.REMOVE, Instant.now()).removed()).isZero();
    assertThatThrownBy(
            () -> Garbage.collect(home, Map.of(), Duration.ZERO, Mode.REMOVE, Instant.now()))
        .hasMessageContaining("grace");
    assertThatThrownBy(() ->
            Garbage.collect(folder.resolve("absent"), Map.of(), DAY, Mode.REMOVE, Instant.now()))
        .hasMessageContaining("no Espalier home");
  }
}
