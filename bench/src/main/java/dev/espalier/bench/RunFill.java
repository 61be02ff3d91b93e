package dev.espalier.bench;

import dev.espalier.platform.Database;
import dev.espalier.platform.Dialect;
import dev.espalier.tracking.Tracking;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Very many finished runs of one experiment, each with five params, ten metrics and a name, put
 * into the tables past the stores: in the order of their keys, with the indexes made afterwards. A
 * million runs take minutes so, and hours over HTTP. The tables end up as the migrations made them.
 */
final class RunFill {
  /** The experiment's key; its name is {@code bench}. */
  static final long EXPERIMENT = 7;

  /** Keys below it are left to whatever else is in the database. */
  private static final long FIRST = 1_000;

  private static final List<String> TABLES =
      List.of("experiment_run", "run_tag", "run_param", "run_metric");

  /** Runs of one statement: what SQLite keeps in its log at a time. */
  private static final int STRETCH = 100_000;

  private RunFill() {}

  /** Makes the tables and fills them; seconds that it took. */
  static double fill(Database database, int runs) {
    long from = System.nanoTime();
    Tracking _ = new Tracking(database);
    boolean postgres = database.read(handle -> Dialect.of(handle) == Dialect.POSTGRESQL);
    List<String> indexes = database.read(handle -> indexes(handle, postgres));
    execute(database, opening(postgres, indexes));
    for (int first = 0; first < runs; first += STRETCH) {
      execute(database, stretch(postgres, first, Math.min(runs, first + STRETCH)));
    }
    execute(database, closing(postgres, indexes, runs));
    return (System.nanoTime() - from) / 1e9;
  }

  private static void execute(Database database, List<String> statements) {
    boolean _ =
        database.write(handle -> {
          statements.forEach(handle::execute);
          return true;
        });
  }

  /** The statements that made the indexes which no constraint needs. */
  private static List<String> indexes(Handle handle, boolean postgres) {
    return handle
        .createQuery(
            postgres
                ? """
                SELECT indexdef FROM pg_indexes
                WHERE schemaname = current_schema() AND tablename IN (<tables>)
                  AND indexdef NOT LIKE 'CREATE UNIQUE %'
                """
                : """
                SELECT sql FROM sqlite_master
                WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (<tables>)
                """)
        .bindList("tables", TABLES)
        .mapTo(String.class)
        .list();
  }

  private static String name(String index) {
    return index.split("\\s+", 4)[2];
  }

  private static List<String> opening(boolean postgres, List<String> indexes) {
    List<String> statements = new ArrayList<>();
    indexes.forEach(index -> statements.add("DROP INDEX " + name(index)));
    if (postgres) {
      for (String table : TABLES.subList(1, TABLES.size())) {
        statements.add("ALTER TABLE %1$s DROP CONSTRAINT %1$s_pkey".formatted(table));
      }
    }
    statements.add(
        """
        INSERT INTO experiment (id, name, artifact_location, stage, created_at, updated_at)
        VALUES (%1$d, 'bench', 'mlflow-artifacts:/%1$d', 'active', 1767225600000, 1767225600000)
        """
            .formatted(EXPERIMENT));
    return statements;
  }

  private static List<String> stretch(boolean postgres, int first, int last) {
    String share = postgres ? "random()" : "(random() / 18446744073709551616.0 + 0.5)";
    String oneOfTen =
        postgres
            ? "CAST(floor(random() * 10) AS int)"
            : "CAST(%s * 10 AS integer)".formatted(share);
    String numbers =
        "WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
            .formatted(first + 1, last);
    List<String> statements = new ArrayList<>();
    if (postgres) {
      // Foreign keys are left alone until the transaction ends.
      statements.add("SET LOCAL session_replication_role = replica");
      statements.add("SELECT setseed(0.42)");
    }
    statements.add(
        """
        INSERT INTO experiment_run (seq, id, experiment, name, user_id, status, start_time,
          end_time, artifact_uri, stage)
        %s SELECT %d + i, 'bench_' || i, %3$d, 'run ' || i, 'local', 'FINISHED',
          1767225600000 + 1000 * i, 1767225600000 + 1000 * i,
          'mlflow-artifacts:/%3$d/bench_' || i || '/artifacts', 'active' FROM n
        """
            .formatted(numbers, FIRST, EXPERIMENT));
    statements.add(
        """
        INSERT INTO run_tag (run, name, text, experiment)
        %s SELECT %d + i, 'mlflow.runName', 'run ' || i, %d FROM n
        """
            .formatted(numbers, FIRST, EXPERIMENT));
    statements.add(
        """
        INSERT INTO run_param (run, name, text, experiment)
        %s SELECT %d + i, 'p' || k.column1,
          CASE k.column1 WHEN 0 THEN 'v' || %s WHEN 1 THEN 'w' || i ELSE 'x' END, %d
        FROM n CROSS JOIN (VALUES (0), (1), (2), (3), (4)) AS k
        """
            .formatted(numbers, FIRST, oneOfTen, EXPERIMENT));
    statements.add(
        """
        INSERT INTO run_metric (run, name, number, nan, step, at, last_step, last_at, blocks,
          experiment)
        %s SELECT %d + i, 'm' || k.column1, %s, 0, 1, 1767225600000 + 1000 * i, 1,
          1767225600000 + 1000 * i, 0, %d
        FROM n CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS k
        """
            .formatted(numbers, FIRST, share, EXPERIMENT));
    return statements;
  }

  private static List<String> closing(boolean postgres, List<String> indexes, int runs) {
    List<String> statements = new ArrayList<>();
    if (postgres) {
      for (String table : TABLES.subList(1, TABLES.size())) {
        statements.add("ALTER TABLE %s ADD PRIMARY KEY (run, name)".formatted(table));
      }
    } else {
      // Pages for sorting a hundred megabytes of an index at a time.
      statements.add("PRAGMA cache_size = -200000");
    }
    statements.addAll(indexes);
    if (postgres) {
      statements.add(
          "SELECT setval(pg_get_serial_sequence('experiment_run', 'seq'), %d)"
              .formatted(FIRST + runs));
      statements.add(
          "SELECT setval(pg_get_serial_sequence('experiment', 'id'), %d)".formatted(EXPERIMENT));
      statements.add("ANALYZE");
    } else {
      statements.add("PRAGMA cache_size = -2000");
    }
    return statements;
  }
}
