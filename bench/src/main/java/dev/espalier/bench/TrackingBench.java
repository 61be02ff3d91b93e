package dev.espalier.bench;

import dev.espalier.platform.Database;
import dev.espalier.tracking.Tracking;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Tracking over MLflow's REST beside a stock MLflow server: the same calls, in turn, on the same
 * machine, both with SQLite and local files.
 */
final class TrackingBench implements Bench {
  private static final int FEW_RUNS = 1_000;

  private record Query(String filter, String order) {}

  private static final List<Query> QUERIES =
      List.of(
          new Query("metrics.m0 > 0.5", "metrics.m0 DESC"),
          new Query("params.p0 = 'v3'", "metrics.m2 DESC"),
          new Query("metrics.m0 > 0.5", "metrics.m1 ASC"),
          new Query("params.p0 = 'v3' AND metrics.m0 > 0.9", "start_time DESC"),
          new Query("metrics.m0 > 0.99", "params.p1"),
          new Query("", "metrics.m3 DESC"));

  /** How many of the queries the stock server is asked, once each: it needs minutes for them. */
  private static final int STOCK_QUERIES = 2;

  /** How much of everything. */
  private record Size(int runs, int points, int files, int singles, int rounds) {
    static Size of(boolean quick) {
      return quick
          ? new Size(10_000, 100_000, 1_000, 200, 20)
          : new Size(100_000, 1_000_000, 10_000, 1_000, 100);
    }
  }

  /** What one side was measured at. */
  private record Figures(
      Sample single,
      double oneWriter,
      double sixteen,
      double hundred,
      List<Sample> searches,
      double history,
      double sampled,
      Sample list,
      double memory,
      int refused) {}

  @Override
  public Section measure(Setting setting) throws Exception {
    Size size = Size.of(setting.quick());
    try (HttpClient http = HttpClient.newHttpClient()) {
      Figures few = espalier(setting, http, FEW_RUNS, size);
      Figures many = espalier(setting, http, size.runs(), size);
      Figures stock;
      try (StockMlflow server = StockMlflow.start(setting, http, size.runs(), size.points())) {
        stock = stock(server, http, size);
      }
      return section(size, few, many, stock);
    }
  }

  private static Figures espalier(Setting setting, HttpClient http, int runs, Size size)
      throws Exception {
    Path home = Files.createDirectories(setting.work().resolve("home-" + runs));
    try (Database database = Database.open(home.resolve("espalier.db"))) {
      fill(new Tracking(database), database, runs);
    }
    try (Program server = Program.server(setting.program(), home)) {
      TrackingLoad load = new TrackingLoad(http, server.url());
      Sample single = load.logMetric(size.singles(), 50);
      // The same work before, so that what is measured is compiled: batches come in hours of them.
      double _ = load.logBatch(1, 60);
      double one = load.logBatch(1, 60);
      double sixteen = load.logBatch(16, 6);
      double hundred = load.logBatch(100, 3);
      List<Sample> searches = new ArrayList<>();
      String experiment = load.experiment();
      for (Query query : QUERIES) {
        searches.add(load.search(experiment, query.filter(), query.order(), size.rounds(), 20));
      }
      String run = load.longRun(size.points());
      return new Figures(
          single,
          one,
          sixteen,
          hundred,
          searches,
          load.history(run, size.points()),
          load.sampled(run),
          load.list(load.files(size.files()), size.files(), 5),
          server.residentMebibytes(),
          load.refused());
    }
  }

  private static Figures stock(StockMlflow server, HttpClient http, Size size) throws Exception {
    TrackingLoad load = new TrackingLoad(http, server.url());
    Sample single = load.logMetric(size.singles() / 10, 10);
    double one = load.logBatch(1, 10);
    double sixteen = load.logBatch(16, 2);
    double hundred = load.logBatch(100, 1);
    List<Sample> searches = new ArrayList<>();
    String experiment = load.experiment();
    for (Query query : QUERIES.subList(0, STOCK_QUERIES)) {
      searches.add(load.search(experiment, query.filter(), query.order(), 1, 0));
    }
    double history = load.history("long", size.points());
    double sampled = load.sampled("long");
    Sample list = load.list(load.files(size.files()), size.files(), 5);
    return new Figures(
        single,
        one,
        sixteen,
        hundred,
        searches,
        history,
        sampled,
        list,
        server.residentMebibytes(),
        load.refused());
  }

  private static Section section(Size size, Figures few, Figures many, Figures stock) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(times("log-metric, p50, ms", few.single(), many.single(), stock.single(), 0.5, ""));
    rows.add(times("log-metric, p99, ms", few.single(), many.single(), stock.single(), 0.99, ""));
    rows.add(rates("log-batch, points/s", few.oneWriter(), many.oneWriter(), stock.oneWriter()));
    rows.add(rates("the same, 16 runs at once", few.sixteen(), many.sixteen(), stock.sixteen()));
    rows.add(rates("the same, 100 runs at once", few.hundred(), many.hundred(), stock.hundred()));
    for (int i = 0; i < QUERIES.size(); i++) {
      Query query = QUERIES.get(i);
      Sample own = many.searches().get(i);
      boolean asked = i < stock.searches().size();
      rows.add(
          List.of(
              "search 100: `%s` by `%s`, p50 / p95, ms".formatted(query.filter(), query.order()),
              pair(few.searches().get(i)),
              pair(own),
              asked ? Sample.number(stock.searches().get(i).median()) : "",
              asked ? ratio(stock.searches().get(i).median() / own.median()) : "",
              "p95 ≤ 50"));
    }
    rows.add(
        millis(
            "history of %,d points, by pages, ms".formatted(size.points()),
            few.history(),
            many.history(),
            stock.history()));
    rows.add(
        millis("the same, thinned to 1,000, ms", few.sampled(), many.sampled(), stock.sampled()));
    rows.add(
        millis(
            "list of %,d artifacts, ms".formatted(size.files()),
            few.list().median(),
            many.list().median(),
            stock.list().median()));
    rows.add(millis("resident afterwards, MiB", few.memory(), many.memory(), stock.memory()));
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
        rows,
        ("Over HTTP, from one client on the same cores; both sides with SQLite and local files, each on"
                + " its own. Espalier commits with `synchronous=FULL`; a stock MLflow %s server runs as its"
                + " documentation starts it. Every run has 5 params and 10 metrics; a batch has 1,000"
                + " points. Searches: %d rounds each; the stock server is asked two of them, once. While many"
                + " wrote at once, the stock server refused %d calls because its database was locked, and"
                + " Espalier %d; they were sent again, as clients do.")
            .formatted("3.17", size.rounds(), stock.refused(), few.refused() + many.refused()));
  }

  private static List<String> times(
      String what, Sample few, Sample many, Sample stock, double share, String goal) {
    return List.of(
        what,
        Sample.number(few.at(share)),
        Sample.number(many.at(share)),
        Sample.number(stock.at(share)),
        ratio(stock.at(share) / many.at(share)),
        goal);
  }

  private static List<String> rates(String what, double few, double many, double stock) {
    return List.of(
        what,
        Sample.number(few),
        Sample.number(many),
        Sample.number(stock),
        ratio(many / stock),
        "≥ 80,000, 20 ×");
  }

  private static List<String> millis(String what, double few, double many, double stock) {
    return List.of(
        what,
        Sample.number(few),
        Sample.number(many),
        Sample.number(stock),
        ratio(stock / many),
        "");
  }

  private static String pair(Sample sample) {
    return Sample.number(sample.median()) + " / " + Sample.number(sample.at(0.95));
  }

  private static String ratio(double times) {
    return Sample.number(times) + " ×";
  }

  /** Runs of one experiment, each with five params and ten metrics. */
  static void fill(Tracking tracking, Database database, int runs) {
    SplittableRandom random = new SplittableRandom(42);
    Instant begin = Instant.parse("2026-01-01T00:00:00Z");
    for (int from = 0; from < runs; from += 1_000) {
      int first = from;
      int _ =
          database.write(_ -> {
            for (int i = first; i < first + 1_000; i++) {
              String id = "bench_%07d".formatted(i);
              Instant at = begin.plusSeconds(i);
              tracking.start("bench", id, "run " + i, Map.of(), at);
              tracking.params(
                  id,
                  Map.of(
                      "p0",
                      "v" + random.nextInt(10),
                      "p1",
                      "w" + i,
                      "p2",
                      "x",
                      "p3",
                      "y",
                      "p4",
                      "z"));
              for (int metric = 0; metric < 10; metric++) {
                tracking.metric(id, "m" + metric, random.nextDouble(), 1, at);
              }
            }
            return 1;
          });
    }
  }
}
