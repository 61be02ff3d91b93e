package dev.espalier.bench;

import dev.espalier.platform.Database;
import dev.espalier.platform.DatabaseAddress;
import dev.espalier.platform.PostgresCluster;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What a write costs beside a thousand runs and beside a million, on both databases. The servers of
 * all sizes run at the same time and are written in turn, so that whatever else the machine does
 * meets each of them.
 */
final class GrowthBench implements Bench {
  /** How far apart the writes of a thousand runs and of more may be. */
  private static final double FLAT = 1.3;

  /** Calls of one kind to one server before the next one's turn. */
  private static final int CALLS = 40;

  /** What is written. */
  private enum Work {
    NEW_METRIC("log-metric, a new run", "new-metric"),
    OLD_METRIC("log-metric, any of the runs", "old-metric"),
    NEW_BATCH("log-batch of 1,000, a new run", "new-batch"),
    OLD_BATCH("log-batch of 1,000, any of the runs", "old-batch");

    private final String title;
    private final String key;

    Work(String title, String key) {
      this.title = title;
      this.key = key;
    }

    String figure(int runs) {
      return key + "-" + runs;
    }
  }

  private static List<Integer> sizes(boolean quick) {
    return quick ? List.of(1_000, 10_000, 100_000) : List.of(1_000, 10_000, 100_000, 1_000_000);
  }

  @Override
  public Section measure(Setting setting) throws Exception {
    Path kept =
        setting.root().resolve("bench/target/growth-" + (setting.quick() ? "quick" : "full"));
    List<Integer> sizes = sizes(setting.quick());
    TrackingSide sqlite = TrackingSide.of("growth-sqlite", kept, setting.resume());
    TrackingSide postgres = TrackingSide.of("growth-postgres", kept, setting.resume());
    if (!sqlite.has(figures(sizes))) {
      sqlite(setting, sizes, sqlite);
    }
    if (!postgres.has(figures(sizes)) && PostgresCluster.installed().isPresent()) {
      postgres(setting, sizes, postgres);
    }
    return section(setting, sizes, sqlite, postgres);
  }

  private static int roundsOf(Setting setting) {
    return setting.quick() ? 10 : 25;
  }

  private static List<String> figures(List<Integer> sizes) {
    List<String> figures = new ArrayList<>();
    for (Work work : Work.values()) {
      sizes.forEach(runs -> figures.add(work.figure(runs)));
    }
    return figures;
  }

  private static void sqlite(Setting setting, List<Integer> sizes, TrackingSide side)
      throws Exception {
    List<Program> servers = new ArrayList<>();
    try {
      for (int runs : sizes) {
        Path home = Files.createDirectories(setting.work().resolve("sqlite-" + runs));
        try (Database database = Database.open(home.resolve("espalier.db"))) {
          filled(side, runs, RunFill.fill(database, runs));
        }
        servers.add(Program.server(setting.program(), home));
      }
      rounds(setting, sizes, servers, side);
    } finally {
      servers.forEach(Program::close);
    }
  }

  private static void postgres(Setting setting, List<Integer> sizes, TrackingSide side)
      throws Exception {
    Path folder = Files.createTempDirectory("espalier-bench-postgresql-");
    try (PostgresCluster cluster = PostgresCluster.start(folder, PostgresBench.SETTINGS)) {
      List<Program> servers = new ArrayList<>();
      try {
        for (int runs : sizes) {
          String address = cluster.schema("runs_" + runs);
          try (Database database =
              Database.open(DatabaseAddress.parse(address, PostgresCluster.environment()))) {
            filled(side, runs, RunFill.fill(database, runs));
          }
          servers.add(
              Program.server(
                  setting.program(),
                  setting.work().resolve("postgres-" + runs),
                  address,
                  PostgresCluster.environment()));
        }
        rounds(setting, sizes, servers, side);
      } finally {
        servers.forEach(Program::close);
      }
    }
  }

  private static void filled(TrackingSide side, int runs, double seconds) throws IOException {
    side.measure("fill-" + runs, () -> new double[] {seconds});
  }

  /** One server's part of every round. */
  private static final class Writer {
    private final TrackingLoad load;
    private final int runs;
    private final SplittableRandom random;
    private final String metricRun;
    private final String batchRun;

    /** Later than everything the filled runs hold: what is logged is new, as a client's is. */
    private long moment = 1_900_000_000_000L;

    private int batch;

    Writer(TrackingLoad load, int runs) throws Exception {
      this.load = load;
      this.runs = runs;
      this.random = new SplittableRandom(runs);
      this.metricRun = load.run();
      this.batchRun = load.run();
    }

    double write(Work work) throws Exception {
      return switch (work) {
        case NEW_METRIC -> load.logMetric(metricRun, "loss", random.nextDouble(), moment++);
        case OLD_METRIC ->
            load.logMetric(any(), "m" + random.nextInt(10), random.nextDouble(), moment++);
        case NEW_BATCH -> load.logBatch(batchRun, batch++);
        case OLD_BATCH -> load.logBatch(any(), batch++);
      };
    }

    private String any() {
      return "bench_" + (1 + random.nextInt(runs));
    }
  }

  private static void rounds(
      Setting setting, List<Integer> sizes, List<Program> servers, TrackingSide side)
      throws Exception {
    int rounds = roundsOf(setting);
    List<Writer> writers = new ArrayList<>();
    Map<Work, double[][]> millis = new EnumMap<>(Work.class);
    for (Work work : Work.values()) {
      millis.put(work, new double[sizes.size()][rounds * CALLS]);
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (int i = 0; i < sizes.size(); i++) {
        writers.add(new Writer(new TrackingLoad(http, servers.get(i).url()), sizes.get(i)));
      }
      // The first rounds are not counted: they compile the servers.
      for (int round = -rounds / 3; round < rounds; round++) {
        for (Map.Entry<Work, double[][]> measured : millis.entrySet()) {
          for (int i = 0; i < sizes.size(); i++) {
            for (int each = 0; each < CALLS; each++) {
              measured.getValue()[i][Math.max(0, round) * CALLS + each] =
                  writers.get(i).write(measured.getKey());
            }
          }
        }
      }
    }
    for (Map.Entry<Work, double[][]> measured : millis.entrySet()) {
      for (int i = 0; i < sizes.size(); i++) {
        double[] values = measured.getValue()[i];
        side.measure(measured.getKey().figure(sizes.get(i)), () -> values);
      }
    }
  }

  private static Section section(
      Setting setting, List<Integer> sizes, TrackingSide sqlite, TrackingSide postgres) {
    List<String> columns = new ArrayList<>(List.of("what, p50 / p99, ms"));
    sizes.forEach(runs -> columns.add("beside %,d runs".formatted(runs)));
    columns.add("most to least runs");
    columns.add("goal");
    List<List<String>> rows = new ArrayList<>();
    for (Work work : Work.values()) {
      rows.add(row("SQLite: " + work.title, work, sizes, sqlite));
    }
    for (Work work : Work.values()) {
      rows.add(row("PostgreSQL: " + work.title, work, sizes, postgres));
    }
    List<String> missing = new ArrayList<>(sqlite.missing());
    missing.addAll(postgres.missing());
    return new Section(
        "growth",
        "What a write costs as runs come in",
        columns,
        rows,
        ("Over HTTP, from one client on the same cores, one call after the other; each size has a server"
                + " of its own, and they are written in turn, %d calls of each kind in all. The ratio is of"
                + " the medians. Any of the runs: one by chance. Filled by SQL in %s s (SQLite) and %s s"
                + " (PostgreSQL) for the most runs.%s")
            .formatted(
                roundsOf(setting) * CALLS,
                seconds(sqlite, sizes.getLast()),
                seconds(postgres, sizes.getLast()),
                missing.isEmpty() ? "" : " Not measured: " + String.join("; ", missing) + "."));
  }

  private static String seconds(TrackingSide side, int runs) {
    return side.sample("fill-" + runs).map(each -> Sample.number(each.median())).orElse("?");
  }

  private static List<String> row(String what, Work work, List<Integer> sizes, TrackingSide side) {
    List<String> cells = new ArrayList<>(List.of(what));
    double first = median(side, work.figure(sizes.getFirst()));
    for (int runs : sizes) {
      cells.add(
          side.sample(work.figure(runs))
              .map(sample ->
                  "%s / %s"
                      .formatted(Sample.number(sample.median()), Sample.number(sample.at(0.99))))
              .orElse(""));
    }
    double most = median(side, work.figure(sizes.getLast()));
    cells.add(first > 0 && most > 0 ? String.format(Locale.ROOT, "%.2f ×", most / first) : "");
    cells.add("≤ %s ×".formatted(FLAT));
    return cells;
  }

  /** 0 where it is missing. */
  private static double median(TrackingSide side, String figure) {
    return side.sample(figure).map(Sample::median).orElse(0.0);
  }
}
