package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Asks SQLite how it would do everything that a tick and the evidence ask: never by reading all.
 */
class ScanTest {
  private static final Set<String> BIG = Set.of("prediction", "feedback");

  /** Indexes over the few rows that wait for something: reading one whole is what they are for. */
  private static final Set<String> SMALL = Set.of("feedback_quarantine", "feedback_due");

  private static final int READERS = 4;
  @TempDir Path folder;

  private static final class Heard implements SqlLogger {
    final Set<String> statements = new ConcurrentSkipListSet<>();

    @Override
    public void logAfterExecution(StatementContext context) {
      var parsed = context.getParsedSql();
      if (parsed != null) {
        statements.add(parsed.getSql());
      }
    }
  }

  private static void listen(World world, Heard heard) {
    for (int i = 0; i < READERS; i++) {
      world.database.read(handle -> {
        handle.getConfig(SqlStatements.class).setSqlLogger(heard);
        return i(handle);
      });
    }
    world.database.write(handle -> {
      handle.getConfig(SqlStatements.class).setSqlLogger(heard);
      return i(handle);
    });
  }

  private static int i(Handle handle) {
    return handle.isClosed() ? 1 : 0;
  }

  private static List<String> plan(Handle handle, String sql) {
    List<String> lines = new ArrayList<>();
    try (Statement statement = handle.getConnection().createStatement();
        var rows = statement.executeQuery("EXPLAIN QUERY PLAN " + sql.replace("?", "1"))) {
      while (rows.next()) {
        lines.add(rows.getString("detail"));
      }
      return lines;
    } catch (SQLException failure) {
      throw new IllegalStateException(sql, failure);
    }
  }

  @Test
  void no_statement_of_a_tick_reads_a_whole_log_or_all_labels() {
    try (World world = new World(folder)) {
      for (int i = 0; i < 400; i++) {
        Instant at = World.START.plus(Duration.ofHours(i));
        world.at(at);
        world.monitoring.accept(World.answer("p" + i, at, i % 3 == 0 ? "spam" : "ham", "1.0.0"));
        world.monitoring.feedback("p" + i, "ham", at, "person");
      }
      world.monitoring.feedback("p1", "spam", World.START, "another");
      world.monitoring.feedback("nobody", "spam", World.START, "another");
      world.monitoring.release(World.PRODUCT, "1.0.0", World.START);
      world.tick();
      Heard heard = new Heard();
      listen(world, heard);

      world.monitoring.accept(World.answer("late", World.START, "ham", "1.0.0"));
      world.at(World.START.plus(Duration.ofDays(60)));
      world.tick();
      var evidence =
          new MonitoringEvidence(
              world.monitoring, (_, _, _) -> Optional.of(0.1), _ -> new java.util.TreeMap<>());
      assertThat(evidence.observe(World.PRODUCT, world.canvas, world.clocks.now(World.PRODUCT)))
          .isNotEmpty();
      world.monitoring.outcomes(World.PRODUCT, "1.0.0", World.START);
      world.monitoring.feedback("p2", "spam", World.START, "person");
      world.monitoring.pending(World.PRODUCT);
      world.monitoring.view(World.PRODUCT);

      assertThat(heard.statements).hasSizeGreaterThan(30);
      List<String> scans = new ArrayList<>();
      world.database.read(handle -> {
        for (String sql : heard.statements) {
          plan(handle, sql).stream()
              .filter(line -> BIG.stream().anyMatch(big -> line.startsWith("SCAN " + big)))
              .filter(line -> SMALL.stream().noneMatch(line::endsWith))
              .forEach(line -> scans.add(line + " <- " + sql));
        }
        return scans.size();
      });
      assertThat(scans).isEmpty();
    }
  }

  @Test
  void the_hours_say_what_the_log_says() {
    try (World world = new World(folder)) {
      for (int i = 0; i < 300; i++) {
        Instant at = World.START.plus(Duration.ofMinutes(i * 17L));
        world.monitoring.accept(
            World.answer("p" + i, at, i % 3 == 0 ? "spam" : "ham", "1." + i % 2));
        world.monitoring.accept(World.answer("p" + i, at, "ham", "1.0"));
        if (i % 2 == 0) {
          world.monitoring.feedback("p" + i, "ham", at, "a");
          world.monitoring.feedback("p" + i, "spam", at.plusSeconds(1), "b");
        }
      }
      world.monitoring.flush();
      List<Long> log =
          world.database.read(handle ->
              handle
                  .createQuery(
                      """
                      SELECT count(*) FROM prediction UNION ALL SELECT count(actual) FROM prediction
                      UNION ALL SELECT sum(served) FROM log_hour
                      UNION ALL SELECT sum(labelled) FROM log_hour
                      """)
                  .mapTo(Long.class)
                  .list());
      assertThat(log).containsExactly(300L, 150L, 300L, 150L);
      Instant from = World.START.plus(Duration.ofHours(3));
      Instant to = World.START.plus(Duration.ofHours(40));
      assertThat(world.monitoring.hours().coverage(World.PRODUCT, "1.1", from, to))
          .isEqualTo(world.monitoring.store().coverage(World.PRODUCT, "1.1", from, to));
    }
  }

  @Test
  void retention_forgets_predictions_and_labels_and_keeps_the_counts() {
    try (World world = new World(folder)) {
      for (int i = 0; i < 100; i++) {
        Instant at = World.START.plus(Duration.ofHours(i));
        world.monitoring.accept(World.answer("p" + i, at, "ham", "1.0"));
        world.monitoring.feedback("p" + i, "ham", at, "a");
      }
      world.monitoring.flush();
      assertThat(
              world.monitoring.store().forget(World.PRODUCT, World.START.plus(Duration.ofDays(2))))
          .isEqualTo(48);
      assertThat(world.monitoring.labels().of("p3")).isEmpty();
      assertThat(world.monitoring.labels().of("p60")).hasSize(1);
      assertThat(world.monitoring.view(World.PRODUCT).labels().logged()).isEqualTo(100);
    }
  }
}
