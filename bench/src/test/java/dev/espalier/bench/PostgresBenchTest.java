package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.platform.Database;
import dev.espalier.platform.DatabaseAddress;
import dev.espalier.tracking.Tracking;
import java.util.List;
import org.junit.jupiter.api.Test;

class PostgresBenchTest {
  @Test
  void filling_past_the_stores_leaves_the_tables_as_the_migrations_made_them() throws Exception {
    assumeTrue(BenchPostgres.installed(), "Needs PostgreSQL: config/install-tools.sh installs it.");
    try (BenchPostgres postgres = BenchPostgres.start()) {
      List<String> before = List.of();
      try (Database database = open(postgres)) {
        Tracking _ = new Tracking(database);
        before = texts(database, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'espalier'");
      }

      double _ = PostgresBench.fill(postgres, 50);

      try (Database database = open(postgres)) {
        assertThat(texts(database, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'espalier'"))
            .containsExactlyInAnyOrderElementsOf(before);
        Tracking tracking = new Tracking(database);
        assertThat(tracking.runs("bench")).hasSize(50);
        assertThat(tracking.runs("bench").getFirst().params())
            .hasSize(5)
            .containsEntry("p1", "w50");
        tracking.start(
            "bench", "new", "a run after them", java.util.Map.of(), java.time.Instant.EPOCH);
        assertThat(tracking.runs("bench")).hasSize(51);
      }
    }
  }

  private static Database open(BenchPostgres postgres) {
    return Database.open(DatabaseAddress.parse(postgres.address(), BenchPostgres.environment()));
  }

  private static List<String> texts(Database database, String sql) {
    return database.read(handle -> handle.createQuery(sql).mapTo(String.class).list());
  }
}
