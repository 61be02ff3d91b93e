package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.DatabaseAddress;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole platform with its rows in PostgreSQL. */
class PostgresServerTest {
  @TempDir Path folder;

  private static ServerConfig config(Path home, Stores stores) {
    return new ServerConfig(home, "127.0.0.1", 0, stores);
  }

  @Test
  void a_product_lives_on_postgresql_over_a_restart_and_is_not_started_on_an_empty_database()
      throws Exception {
    DatabaseAddress address = TestPostgres.shared().schema("server");
    Stores stores = new Stores(Optional.of(address), Optional.empty());
    Path home = folder.resolve("home");
    try (Espalier espalier = Espalier.start(config(home, stores))) {
      Client client = new Client(espalier.url());
      assertThat(client.post("/api/v1/datasets/tickets", "text/csv", Tickets.csv(0, 300)).ok())
          .isTrue();
      assertThat(client.apply("tickets", Tickets.canvas(50)).ok()).isTrue();
      assertThat(client.train("tickets").path("state").asText()).isEqualTo("SUCCEEDED");
      Client.until(
          () -> client.post("/api/v1/predict/tickets", Map.of("text", "refund my card")),
          Client.Answer::ok);
    }
    assertThat(home.resolve("espalier.db")).doesNotExist();
    assertThat(Files.readString(home.resolve(Stores.FILE)))
        .contains(address.place())
        .doesNotContain(address.password().orElseThrow());
    try (Espalier again = Espalier.start(config(home, stores))) {
      Client client = new Client(again.url());
      assertThat(client.json("/models/tickets/versions")).hasSize(1);
      assertThat(client.json("/canvases/tickets/verify").path("intact").asBoolean()).isTrue();
      assertThat(client.json("/canvases/tickets/conformance").path("questions")).isNotEmpty();
    }
    assertThatThrownBy(() -> Espalier.start(config(home, Stores.EMBEDDED)))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("--database '" + address.place() + "'");
    assertThatThrownBy(() -> Backup.write(home, folder.resolve("b.zip"), Instant.EPOCH))
        .hasMessageContaining("pg_dump");
  }

  @Test
  void a_home_with_its_own_database_is_not_moved_by_an_option() {
    Path home = folder.resolve("home");
    Espalier.start(ServerConfig.local(home, 0)).close();
    Stores elsewhere = Stores.of("postgresql://127.0.0.1:1/none", "", Map.of());
    assertThatThrownBy(() -> Espalier.start(config(home, elsewhere)))
        .hasMessageContaining("keeps its rows in its own espalier.db")
        .hasMessageContaining("Start it without --database and --artifacts");
  }
}
