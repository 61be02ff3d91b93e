package dev.espalier.bench;

import dev.espalier.platform.Database;
import dev.espalier.platform.DatabaseAddress;
import dev.espalier.tracking.Tracking;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tracking with its rows in PostgreSQL: searches beside very many runs, and the cost of writes. */
final class PostgresBench implements Bench {
  private static final int FEW_RUNS = 1_000;
  private static final int QUICK_RUNS = 20_000;
  private static final int RUNS = 1_000_000;

  /**
   * Fills the tables without their indexes, which are made afterwards: the quickest way, and the
   * one after which the planner knows its statistics.
   */
  private static final List<String> FILL =
      List.of(
          "SET LOCAL session_replication_role = replica",
          "ALTER TABLE run_metric DROP CONSTRAINT run_metric_pkey",
          "ALTER TABLE run_param DROP CONSTRAINT run_param_pkey",
          "ALTER TABLE run_tag DROP CONSTRAINT run_tag_pkey",
          "DROP INDEX run_metric_number",
          "DROP INDEX run_param_text",
          "DROP INDEX run_tag_text",
          "DROP INDEX experiment_run_recent",
          "DROP INDEX experiment_run_ended",
          "DROP INDEX experiment_run_named",
          "SELECT setseed(0.42)",
          """
          INSERT INTO experiment (id, name, artifact_location, stage, created_at, updated_at)
          VALUES (7, 'bench', 'mlflow-artifacts:/7', 'active', 1767225600000, 1767225600000)
          """,
          """
          INSERT INTO experiment_run (seq, id, experiment, name, user_id, status, start_time,
            end_time, artifact_uri, stage)
          SELECT 1000 + i, 'bench_' || i, 7, 'run ' || i, 'local', 'FINISHED',
            1767225600000 + 1000 * i, 1767225600000 + 1000 * i,
            'mlflow-artifacts:/7/bench_' || i || '/artifacts', 'active'
          FROM generate_series(1, %1$d) AS i
          """,
          """
          INSERT INTO run_tag (run, name, text, experiment)
          SELECT 1000 + i, 'mlflow.runName', 'run ' || i, 7 FROM generate_series(1, %1$d) AS i
          """,
          """
          INSERT INTO run_param (run, name, text, experiment)
          SELECT 1000 + i, 'p' || k,
            CASE k WHEN 0 THEN 'v' || floor(random() * 10) WHEN 1 THEN 'w' || i ELSE 'x' END, 7
          FROM generate_series(1, %1$d) AS i, generate_series(0, 4) AS k
          """,
          """
          INSERT INTO run_metric (run, name, number, nan, step, at, last_step, last_at, blocks,
            experiment)
          SELECT 1000 + i, 'm' || k, random(), 0, 1, 1767225600000 + 1000 * i, 1,
            1767225600000 + 1000 * i, 0, 7
          FROM generate_series(1, %1$d) AS i, generate_series(0, 9) AS k
          """,
          "ALTER TABLE run_metric ADD PRIMARY KEY (run, name)",
          "ALTER TABLE run_param ADD PRIMARY KEY (run, name)",
          "ALTER TABLE run_tag ADD PRIMARY KEY (run, name)",
          "CREATE INDEX run_metric_number ON run_metric (experiment, name, nan, number, run)",
          "CREATE INDEX run_param_text ON run_param (experiment, name, text, run)",
          "CREATE INDEX run_tag_text ON run_tag (experiment, name, text, run)",
          "CREATE INDEX experiment_run_recent ON experiment_run (experiment, start_time DESC, id)",
          "CREATE INDEX experiment_run_ended ON experiment_run (experiment, end_time)",
          "CREATE INDEX experiment_run_named ON experiment_run (experiment, name)",
          "SELECT setval(pg_get_serial_sequence('experiment_run', 'seq'), 1000 + %1$d)",
          "SELECT setval(pg_get_serial_sequence('experiment', 'id'), 7)",
          "ANALYZE");

  @Override
  public Section measure(Setting setting) throws Exception {
    int runs = setting.quick() ? QUICK_RUNS : RUNS;
    Path kept =
        setting.root().resolve("bench/target/postgres-" + (setting.quick() ? "quick" : "full"));
    TrackingSide few = TrackingSide.of("postgres-few", kept, setting.resume());
    TrackingSide many = TrackingSide.of("postgres-many", kept, setting.resume());
    try (HttpClient http = HttpClient.newHttpClient()) {
      side(setting, http, FEW_RUNS, few);
      side(setting, http, runs, many);
    }
    return section(setting, runs, few, many);
  }

  private static void side(Setting setting, HttpClient http, int runs, TrackingSide side)
      throws Exception {
    if (side.has(List.of("memory"))) {
      return;
    }
    try (BenchPostgres postgres = BenchPostgres.start()) {
      side.measure("fill", () -> new double[] {fill(postgres, runs)});
      try (Program server =
          Program.server(
              setting.program(),
              setting.work().resolve("home-" + runs),
              postgres.address(),
              BenchPostgres.environment())) {
        TrackingLoad load = new TrackingLoad(http, server.url());
        side.measure("single", () -> load.logMetric(setting.quick() ? 200 : 1_000, 50).values());
        double _ = load.logBatch(1, 60, 10);
        side.measure("one", () -> new double[] {load.logBatch(1, 60, 10)});
        side.measure("sixteen", () -> new double[] {load.logBatch(16, 6, 10)});
        TrackingBench.searches(
            side, load, TrackingBench.QUERIES.size(), setting.quick() ? 20 : 100, 20);
        side.measure("memory", () -> new double[] {server.residentMebibytes()});
      }
    }
  }

  /** Seconds to make the tables and fill them. */
  static double fill(BenchPostgres postgres, int runs) {
    long from = System.nanoTime();
    try (Database database =
        Database.open(DatabaseAddress.parse(postgres.address(), BenchPostgres.environment()))) {
      Tracking _ = new Tracking(database);
      // One transaction: the setting that leaves foreign keys alone ends with it.
      boolean _ =
          database.write(handle -> {
            FILL.forEach(statement -> handle.execute(statement.formatted(runs)));
            return true;
          });
    }
    return (System.nanoTime() - from) / 1e9;
  }

  private static Section section(Setting setting, int runs, TrackingSide few, TrackingSide many) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(row("log-metric, p50 / p99, ms", few, many, "single", 0.99, "flat"));
    rows.add(row("log-batch, points/s", few, many, "one", 0, "flat"));
    rows.add(row("the same, 16 runs at once", few, many, "sixteen", 0, "flat"));
    for (int i = 0; i < TrackingBench.QUERIES.size(); i++) {
      TrackingBench.Query query = TrackingBench.QUERIES.get(i);
      rows.add(
          row(
              "search 100: `%s` by `%s`, p50 / p95, ms".formatted(query.filter(), query.order()),
              few,
              many,
              "search-" + i,
              0.95,
              "p95 ≤ 100"));
    }
    List<String> missing = new ArrayList<>(few.missing());
    missing.addAll(many.missing());
    return new Section(
        "postgres",
        "Tracking with PostgreSQL",
        List.of(
            "what",
            "beside %,d runs".formatted(FEW_RUNS),
            "beside %,d runs".formatted(runs),
            "goal"),
        rows,
        ("Over HTTP, from one client; server, database and client share the cores. A new PostgreSQL cluster"
                + " with durable commits and 2 GB of shared buffers, filled by SQL in %s s: 5 params, 10 metrics"
                + " and a name for each run, no histories. Searches: %d rounds each.%s")
            .formatted(
                many.sample("fill").map(each -> Sample.number(each.median())).orElse("?"),
                setting.quick() ? 20 : 100,
                missing.isEmpty() ? "" : " Not measured: " + String.join("; ", missing) + "."));
  }

  /**
   * @param upper the percentile beside the median; 0 for none
   */
  private static List<String> row(
      String what, TrackingSide few, TrackingSide many, String figure, double upper, String goal) {
    return List.of(what, cell(few, figure, upper), cell(many, figure, upper), goal);
  }

  private static String cell(TrackingSide side, String figure, double upper) {
    return side.sample(figure)
        .map(sample ->
            upper == 0
                ? Sample.number(sample.median())
                : String.format(
                    Locale.ROOT,
                    "%s / %s",
                    Sample.number(sample.median()),
                    Sample.number(sample.at(upper))))
        .orElse("");
  }
}
