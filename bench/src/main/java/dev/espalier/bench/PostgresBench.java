package dev.espalier.bench;

import dev.espalier.platform.Database;
import dev.espalier.platform.DatabaseAddress;
import dev.espalier.platform.PostgresCluster;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tracking with its rows in PostgreSQL: searches beside very many runs, and the cost of writes. */
final class PostgresBench implements Bench {
  private static final int FEW_RUNS = 1_000;
  private static final int QUICK_RUNS = 20_000;
  private static final int RUNS = 1_000_000;

  /** What a server of 24 GiB would have; commits are durable. */
  static final String[] SETTINGS = {
    "shared_buffers=2GB",
    "maintenance_work_mem=1GB",
    "max_wal_size=8GB",
    "random_page_cost=1.1",
    "effective_cache_size=8GB"
  };

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
    Path folder = Files.createTempDirectory("espalier-bench-postgresql-");
    try (PostgresCluster postgres = PostgresCluster.start(folder, SETTINGS)) {
      String address = postgres.schema("espalier");
      side.measure(
          "fill",
          () -> {
            try (Database database =
                Database.open(DatabaseAddress.parse(address, PostgresCluster.environment()))) {
              return new double[] {RunFill.fill(database, runs)};
            }
          });
      try (Program server =
          Program.server(
              setting.program(),
              setting.work().resolve("home-" + runs),
              address,
              PostgresCluster.environment())) {
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
