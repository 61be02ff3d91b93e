package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.platform.Database;
import dev.espalier.platform.DatabaseAddress;
import dev.espalier.platform.PostgresCluster;
import dev.espalier.tracking.Tracking;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFillTest {
  @TempDir Path folder;

  @Test
  void leaves_the_tables_of_sqlite_as_the_migrations_made_them() {
    try (Database database = Database.open(folder.resolve("espalier.db"))) {
      leaves_the_tables_alone(
          database, "SELECT name || ' ' || COALESCE(sql, '') FROM sqlite_master");
    }
  }

  @Test
  void leaves_the_tables_of_postgresql_as_the_migrations_made_them() throws Exception {
    assumeTrue(PostgresCluster.installed().isPresent(), PostgresCluster.INSTALL);
    Path own = Files.createTempDirectory("espalier-fill-");
    try (PostgresCluster postgres = PostgresCluster.start(own, "fsync=off");
        Database database =
            Database.open(
                DatabaseAddress.parse(
                    postgres.schema("espalier"), PostgresCluster.environment()))) {
      leaves_the_tables_alone(
          database, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'espalier'");
    }
  }

  private static void leaves_the_tables_alone(Database database, String definitions) {
    Tracking tracking = new Tracking(database);
    List<String> before = texts(database, definitions);

    double _ = RunFill.fill(database, 50);

    assertThat(texts(database, definitions)).containsExactlyInAnyOrderElementsOf(before);
    assertThat(tracking.runs("bench")).hasSize(50);
    assertThat(tracking.runs("bench").getFirst().params()).hasSize(5).containsEntry("p1", "w50");
    tracking.start("bench", "new", "a run after them", Map.of(), Instant.EPOCH);
    assertThat(tracking.runs("bench")).hasSize(51);
  }

  private static List<String> texts(Database database, String sql) {
    return database.read(handle -> handle.createQuery(sql).mapTo(String.class).list());
  }
}
