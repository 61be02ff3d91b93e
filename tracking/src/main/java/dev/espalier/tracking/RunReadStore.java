package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.platform.Dialect;
import dev.espalier.tracking.RunInfo.Dataset;
import dev.espalier.tracking.RunInfo.DatasetInput;
import dev.espalier.tracking.RunInfo.Latest;
import dev.espalier.tracking.RunInfo.ModelLink;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** Reads whole runs: a page of them costs five queries, however many runs it has. */
final class RunReadStore {
  private final Database database;
  private final MetricStore metrics = new MetricStore();

  RunReadStore(Database database) {
    this.database = database;
  }

  Optional<RunInfo> info(String id) {
    return database.read(handle -> RunStore.find(handle, id));
  }

  /** The run with everything; NOT_FOUND. */
  RunInfo.Full full(String id) {
    return database.read(handle -> {
      RunInfo info = RunStore.require(handle, id);
      return full(handle, List.of(new Row(RunStore.key(handle, id).run(), info))).getFirst();
    });
  }

  /** A key's points in order of time; NOT_FOUND for the run. */
  List<MetricPoint> history(String id, String key, Optional<MetricPoint> after, int limit) {
    return database.read(
        handle -> metrics.history(handle, RunStore.key(handle, id).run(), key, after, limit));
  }

  /** A run and its key in the tables. */
  record Row(long run, RunInfo info) {}

  /** What belongs to the runs of one page, by run. */
  private static final class Parts {
    private final List<Latest> metrics = new ArrayList<>();
    private final SortedMap<String, String> params = new TreeMap<>();
    private final SortedMap<String, String> tags = new TreeMap<>();
    private final Map<Long, DatasetInput> datasets = new LinkedHashMap<>();
    private final List<ModelLink> inputs = new ArrayList<>();
    private final List<ModelLink> outputs = new ArrayList<>();
  }

  /** The runs with everything that belongs to them, in the given order. */
  static List<RunInfo.Full> full(Handle handle, List<Row> rows) {
    Map<Long, Parts> parts = new HashMap<>();
    rows.forEach(row -> parts.put(row.run(), new Parts()));
    String runs = Dialect.of(handle).numbers(rows.stream().map(Row::run).toList());
    read(
        handle,
        "SELECT run, name, text FROM run_tag",
        runs,
        row -> of(parts, row).tags.put(row.getString(2), row.getString(3)));
    read(
        handle,
        "SELECT run, name, text FROM run_param",
        runs,
        row -> of(parts, row).params.put(row.getString(2), row.getString(3)));
    read(
        handle,
        "SELECT run, name, number, nan, step, at, low, high FROM run_metric",
        runs,
        row -> {
          double number = row.getInt(4) == 1 ? Double.NaN : row.getDouble(3);
          MetricPoint point = new MetricPoint(row.getLong(6), row.getLong(5), number);
          of(parts, row)
              .metrics
              .add(
                  new Latest(
                      row.getString(2),
                      point,
                      MetricStore.range(row)
                          .orElseGet(() -> MetricRange.NOTHING.with(List.of(point)))));
        });
    read(
        handle,
        "SELECT run, role, model, step FROM run_model",
        runs,
        row -> {
          ModelLink link = new ModelLink(row.getString(3), row.getLong(4));
          Parts part = of(parts, row);
          (row.getString(2).equals("input") ? part.inputs : part.outputs).add(link);
        });
    read(
        handle,
        """
        SELECT l.run, d.seq, d.name, d.digest, d.source_type, d.source, d.data_schema, d.profile
        FROM run_dataset l JOIN input_dataset d ON d.seq = l.dataset
        """,
        runs,
        row ->
            of(parts, row)
                .datasets
                .put(row.getLong(2), new DatasetInput(dataset(row), new TreeMap<>())));
    read(
        handle,
        "SELECT run, dataset, name, text FROM run_dataset_tag",
        runs,
        row -> {
          DatasetInput input = of(parts, row).datasets.get(row.getLong(2));
          if (input != null) {
            input.tags().put(row.getString(3), row.getString(4));
          }
        });
    List<RunInfo.Full> full = new ArrayList<>(rows.size());
    for (Row row : rows) {
      Parts part = parts.get(row.run());
      if (part != null) {
        full.add(
            new RunInfo.Full(
                row.info(),
                part.metrics,
                part.params,
                part.tags,
                List.copyOf(part.datasets.values()),
                part.inputs,
                part.outputs));
      }
    }
    return full;
  }

  private static Dataset dataset(ResultSet row) throws SQLException {
    return new Dataset(
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        Optional.ofNullable(row.getString(7)),
        Optional.ofNullable(row.getString(8)));
  }

  private static Parts of(Map<Long, Parts> parts, ResultSet row) throws SQLException {
    return parts.getOrDefault(row.getLong(1), new Parts());
  }

  /** What is done with each row. */
  @FunctionalInterface
  private interface Each {
    void read(ResultSet row) throws SQLException;
  }

  private static void read(Handle handle, String select, String runs, Each each) {
    String sql = Dialect.of(handle).sql(select + " WHERE run {among} ORDER BY 1, 2");
    try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
      statement.setString(1, runs);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          each.read(row);
        }
      }
    } catch (SQLException failure) {
      throw new UnableToExecuteStatementException(failure, null);
    }
  }
}
