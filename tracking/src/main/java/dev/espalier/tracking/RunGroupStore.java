package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.search.Clause;
import dev.espalier.tracking.search.Sql;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** Runs of an experiment put together by a value that they share, with the spread of metrics. */
final class RunGroupStore {
  /** The most groups; the smallest are left out. */
  static final int MAX_GROUPS = 500;

  private final Database database;

  RunGroupStore(Database database) {
    this.database = database;
  }

  /**
   * How a metric lies within a group, over the runs that measured it; NaN left out.
   *
   * @param deviation of the sample, n − 1 in the divisor; 0 for one value
   */
  record Spread(String metric, long n, double mean, double deviation) {}

  /**
   * Runs that share a value.
   *
   * @param value empty for those without one
   */
  record Group(Optional<String> value, long runs, List<Spread> metrics) {}

  /** Where the shared value is: a join, and the expression that reads it. */
  private record Key(Sql join, String expression) {
    static Key of(String by) {
      int dot = by.indexOf('.');
      String name = by.substring(dot + 1);
      return switch (dot < 0 ? "" : by.substring(0, dot)) {
        case "params" ->
            new Key(
                Sql.of(" LEFT JOIN run_param g ON g.run = r.seq AND g.name = ?", name), "g.text");
        case "tags" ->
            new Key(Sql.of(" LEFT JOIN run_tag g ON g.run = r.seq AND g.name = ?", name), "g.text");
        case "run" ->
            switch (name) {
              case "status" -> new Key(Sql.of(""), "r.status");
              case "user" -> new Key(Sql.of(""), "r.user_id");
              default -> throw unknown(by);
            };
        default -> throw unknown(by);
      };
    }

    private static EspalierException unknown(String by) {
      return EspalierException.invalidField(
          "by",
          "group",
          "Runs cannot be put together by '%s': name run.status, run.user, params.… or tags.…"
              .formatted(by.substring(0, Math.min(80, by.length()))),
          Optional.of("run.status"));
    }
  }

  /** The groups, largest first. */
  List<Group> groups(long experiment, List<Clause> clauses, String by, List<String> metrics) {
    Key key = Key.of(by);
    Sql where =
        Sql.of(" WHERE r.experiment = ? AND r.stage = 'active' AND ", experiment)
            .then(RunSearchStore.where(clauses));
    return database.read(handle -> {
      Map<Optional<String>, Long> sizes = new LinkedHashMap<>();
      read(
          handle,
          Sql.of("SELECT " + key.expression() + ", COUNT(*) FROM experiment_run r")
              .then(key.join())
              .then(where)
              .then(" GROUP BY 1 ORDER BY 2 DESC, 1 NULLS FIRST LIMIT ?", MAX_GROUPS),
          row -> sizes.put(Optional.ofNullable(row.getString(1)), row.getLong(2)));
      Map<Optional<String>, Map<String, Sum>> sums = new HashMap<>();
      if (!metrics.isEmpty()) {
        // One walk for all metrics: the runs and their shared value are looked up once.
        read(
            handle,
            Sql.of("SELECT " + key.expression() + ", m.name, m.number FROM experiment_run r")
                .then(key.join())
                .then(" JOIN run_metric m ON m.run = r.seq AND m.nan = 0 AND m.name IN ")
                .then(list(metrics))
                .then(where),
            row ->
                sums.computeIfAbsent(Optional.ofNullable(row.getString(1)), _ -> new HashMap<>())
                    .computeIfAbsent(row.getString(2), _ -> new Sum())
                    .add(row.getDouble(3)));
      }
      List<Group> groups = new ArrayList<>(sizes.size());
      sizes.forEach((value, runs) ->
          groups.add(new Group(value, runs, spreads(metrics, sums.getOrDefault(value, Map.of())))));
      return groups;
    });
  }

  private static Sql list(List<String> metrics) {
    Sql list = Sql.of("(?", metrics.getFirst());
    for (String metric : metrics.subList(1, metrics.size())) {
      list = list.then(", ?", metric);
    }
    return list.then(")");
  }

  private static List<Spread> spreads(List<String> metrics, Map<String, Sum> sums) {
    return metrics.stream()
        .distinct()
        .flatMap(
            metric -> Optional.ofNullable(sums.get(metric)).stream().map(sum -> sum.spread(metric)))
        .toList();
  }

  /** Mean and deviation in one pass, stable for large means (Welford 1962). */
  private static final class Sum {
    private long n;
    private double mean;
    private double squares;

    void add(double value) {
      n++;
      double before = value - mean;
      mean += before / n;
      squares += before * (value - mean);
    }

    Spread spread(String metric) {
      return new Spread(metric, n, mean, n < 2 ? 0 : Math.sqrt(squares / (n - 1)));
    }
  }

  /** What is done with each row. */
  @FunctionalInterface
  private interface Each {
    void read(ResultSet row) throws SQLException;
  }

  private static void read(Handle handle, Sql query, Each each) {
    try (PreparedStatement statement = PageStore.prepared(handle, query);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        each.read(row);
      }
    } catch (SQLException failure) {
      throw new UnableToExecuteStatementException(failure, null);
    }
  }
}
