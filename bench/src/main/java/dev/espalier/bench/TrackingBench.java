package dev.espalier.bench;

import dev.espalier.platform.Database;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Tracking over MLflow's REST beside a stock MLflow server: the same calls, in turn, on the same
 * machine, both with SQLite and local files.
 */
final class TrackingBench implements Bench {
  private static final int FEW_RUNS = 1_000;

  record Query(String filter, String order) {}

  static final List<Query> QUERIES =
      List.of(
          new Query("metrics.m0 > 0.5", "metrics.m0 DESC"),
          new Query("params.p0 = 'v3'", "metrics.m2 DESC"),
          new Query("metrics.m0 > 0.5", "metrics.m1 ASC"),
          new Query("params.p0 = 'v3' AND metrics.m0 > 0.9", "start_time DESC"),
          new Query("metrics.m0 > 0.99", "params.p1"),
          new Query("", "metrics.m3 DESC"));

  /** How long the stock server's searches are waited for: beside many runs it takes minutes. */
  private static final Duration STOCK_LIMIT = Duration.ofSeconds(30);

  /** How much of everything. */
  private record Size(int runs, int points, int files, int singles, int rounds, int steps) {
    static Size of(boolean quick) {
      return quick
          ? new Size(10_000, 100_000, 1_000, 200, 20, 3_000)
          : new Size(100_000, 1_000_000, 10_000, 1_000, 100, 10_000);
    }

    /** How much of a history the stock server is asked for: each of its pages takes seconds. */
    int firstPoints() {
      return Math.min(points, 100_000);
    }
  }

  @Override
  public Section measure(Setting setting) throws Exception {
    Size size = Size.of(setting.quick());
    Path kept =
        setting.root().resolve("bench/target/tracking-" + (setting.quick() ? "quick" : "full"));
    TrackingSide few = TrackingSide.of("espalier-few", kept, setting.resume());
    TrackingSide many = TrackingSide.of("espalier-many", kept, setting.resume());
    TrackingSide stock = TrackingSide.of("stock", kept, setting.resume());
    try (HttpClient http = HttpClient.newHttpClient()) {
      espalier(setting, http, FEW_RUNS, size, few);
      espalier(setting, http, size.runs(), size, many);
      if (!stock.has(List.of("memory", "searched"))) {
        try (StockMlflow server = StockMlflow.start(setting, http, size.runs(), size.points())) {
          stock(server, http, size, stock);
          stockSearches(server, http, stock);
        }
      }
    }
    return section(size, few, many, stock);
  }

  private static void espalier(
      Setting setting, HttpClient http, int runs, Size size, TrackingSide side) throws Exception {
    if (side.has(List.of("memory"))) {
      return;
    }
    Path home = Files.createDirectories(setting.work().resolve("home-" + runs));
    try (Database database = Database.open(home.resolve("espalier.db"))) {
      double _ = RunFill.fill(database, runs);
    }
    try (Program server = Program.server(setting.program(), home)) {
      TrackingLoad load = new TrackingLoad(http, server.url());
      side.measure("single", () -> load.logMetric(size.singles(), 50).values());
      // The same work before, so that what is measured is compiled: batches come in hours of them.
      double _ = load.logBatch(1, 60, 10);
      side.measure("one", () -> one(load.logBatch(1, 60, 10)));
      side.measure("sixteen", () -> one(load.logBatch(16, 6, 10)));
      side.measure("hundred", () -> one(load.logBatch(100, size.steps() / TrackingLoad.BATCH, 1)));
      searches(side, load, QUERIES.size(), size.rounds(), 20);
      String run = load.longRun(size.points());
      side.measure("history", () -> one(load.history(run, size.points())));
      side.measure("first", () -> one(load.history(run, size.firstPoints())));
      side.measure("sampled", () -> one(load.sampled(run)));
      String files = load.files(size.files());
      side.measure("list", () -> load.list(files, size.files(), 5).values());
      side.measure("refused", () -> one(load.refused()));
      side.measure("memory", () -> one(server.residentMebibytes()));
    }
  }

  private static void stock(StockMlflow server, HttpClient http, Size size, TrackingSide side)
      throws Exception {
    TrackingLoad load = new TrackingLoad(http, server.url());
    side.measure("single", () -> load.logMetric(size.singles() / 10, 10).values());
    side.measure("one", () -> one(load.logBatch(1, 10, 10)));
    side.measure("sixteen", () -> one(load.logBatch(16, 2, 10)));
    side.measure("hundred", () -> one(load.logBatch(100, 1, 1)));
    side.measure("first", () -> one(load.history("long", size.firstPoints())));
    side.measure("sampled", () -> one(load.sampled("long")));
    side.measure(
        "list",
        () -> {
          var run = load.emptyRun();
          server.files(run.path("artifact_uri").asText(), size.files());
          return load.list(run.path("run_id").asText(), size.files(), 3).values();
        });
    side.measure("refused", () -> one(load.refused()));
    side.measure("memory", () -> one(server.residentMebibytes()));
  }

  /** Each once. A search that was not waited for goes on in the server, so that is started anew. */
  private static void stockSearches(StockMlflow server, HttpClient http, TrackingSide side)
      throws Exception {
    TrackingLoad load = new TrackingLoad(http, server.url(), STOCK_LIMIT);
    String experiment = load.experiment();
    for (int i = 0; i < QUERIES.size(); i++) {
      Query query = QUERIES.get(i);
      if (side.measureWithin(
          "search-" + i,
          STOCK_LIMIT,
          () -> load.search(experiment, query.filter(), query.order(), 1, 0).values())) {
        server.restart(http);
      }
    }
    side.measure("searched", () -> one(QUERIES.size()));
  }

  static void searches(TrackingSide side, TrackingLoad load, int queries, int rounds, int warmUp)
      throws Exception {
    String experiment = load.experiment();
    for (int i = 0; i < queries; i++) {
      Query query = QUERIES.get(i);
      side.measure(
          "search-" + i,
          () -> load.search(experiment, query.filter(), query.order(), rounds, warmUp).values());
    }
  }

  private static double[] one(double value) {
    return new double[] {value};
  }

  private static Section section(
      Size size, TrackingSide few, TrackingSide many, TrackingSide stock) {
    TrackingTable table = new TrackingTable(few, many, stock);
    table.millis("log-metric, p50, ms", "single", 0.5, "");
    table.millis("log-metric, p99, ms", "single", 0.99, "");
    table.rate("log-batch, points/s", "one");
    table.rate("the same, 16 runs at once", "sixteen");
    table.rate("the same, 100 runs of %,d steps at once".formatted(size.steps()), "hundred");
    for (int i = 0; i < QUERIES.size(); i++) {
      Query query = QUERIES.get(i);
      table.search(
          "search 100: `%s` by `%s`, p50 / p95, ms".formatted(query.filter(), query.order()),
          "search-" + i);
    }
    table.millis(
        "history of %,d points, by pages, ms".formatted(size.points()), "history", 0.5, "");
    table.millis("its first %,d points, ms".formatted(size.firstPoints()), "first", 0.5, "");
    table.millis("the same, thinned to 1,000, ms", "sampled", 0.5, "");
    table.millis("list of %,d artifacts, ms".formatted(size.files()), "list", 0.5, "");
    table.millis("resident afterwards, MiB", "memory", 0.5, "");
    return new Section(
        "tracking",
        "Tracking, beside a stock MLflow server",
        List.of(
            "what",
            "beside %,d runs".formatted(FEW_RUNS),
            "beside %,d runs".formatted(size.runs()),
            "stock, beside %,d".formatted(size.runs()),
            "times better",
            "goal"),
        table.rows(),
        ("Over HTTP, from one client on the same cores; both sides with SQLite and local files, each on"
                + " its own. Espalier commits with `synchronous=FULL`; a stock MLflow 3.17 server runs as its"
                + " documentation starts it. The many runs were put into both databases directly, and the stock"
                + " server's long history and files as well, because its API needs tens of milliseconds a call."
                + " Every run has 5 params and 10 metrics; a batch has 1,000 points. Searches: %d rounds each;"
                + " the stock server is asked each once, waited for %d s at most, and writes a tenth of the"
                + " steps. While many wrote at once, it refused %s calls because its database was locked, and"
                + " Espalier %s; they were sent again, as clients do.%s")
            .formatted(
                size.rounds(),
                STOCK_LIMIT.toSeconds(),
                table.count(stock),
                table.count(few, many),
                table.missing().isEmpty()
                    ? ""
                    : " Not measured: " + String.join("; ", table.missing()) + "."));
  }
}
