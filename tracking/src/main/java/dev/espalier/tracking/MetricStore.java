package dev.espalier.tracking;

import dev.espalier.platform.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/**
 * Metrics as append-only blocks of points by run and key, beside one row with the latest value.
 * Appends run inside the caller's write transaction; the database's one writer is what keeps a
 * key's blocks in order.
 *
 * <p>A point equal in time, step and value to a stored one is dropped. Only points that are not
 * beyond everything stored are looked for, and only in blocks whose bounds hold them, so a steady
 * series never reads its history. Small appends fill the last block up to {@link #SMALL} points;
 * the series of one run then costs a row per {@code SMALL} points however it was logged.
 */
final class MetricStore {
  /** A last block of fewer points is filled up rather than followed by another. */
  private static final int SMALL = 128;

  /** The most points of one block. */
  private static final int LARGE = 4_096;

  /** The row of one key. */
  private record Head(
      MetricPoint latest, long lastStep, long lastAt, int blocks, MetricRange range) {}

  /** A run as the tables key it. */
  record RunKey(long run, long experiment) {}

  /** Appends points by key. */
  void append(Handle handle, RunKey key, Map<String, List<MetricPoint>> points) {
    try (Statements statements = new Statements(handle.getConnection())) {
      for (Map.Entry<String, List<MetricPoint>> series : points.entrySet()) {
        append(statements, key, series.getKey(), series.getValue());
      }
    } catch (SQLException failure) {
      throw new UnableToExecuteStatementException(failure, null);
    }
  }

  /** The statements of one batch: each is parsed once, however many keys it has. */
  private static final class Statements implements AutoCloseable {
    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    Statements(Connection connection) {
      this.connection = connection;
    }

    PreparedStatement of(String sql) throws SQLException {
      PreparedStatement known = prepared.get(sql);
      if (known == null) {
        known = connection.prepareStatement(sql);
        prepared.put(sql, known);
      }
      return known;
    }

    @Override
    public void close() throws SQLException {
      for (PreparedStatement each : prepared.values()) {
        each.close();
      }
    }
  }

  private static void append(
      Statements statements, RunKey key, String name, List<MetricPoint> points)
      throws SQLException {
    Optional<Head> head = head(statements, key, name);
    List<MetricPoint> fresh = fresh(statements, key, name, head, points);
    if (fresh.isEmpty()) {
      return;
    }
    int blocks = store(statements, key, name, head.map(Head::blocks).orElse(0), fresh);
    MetricPoint latest = head.map(Head::latest).orElse(fresh.getFirst());
    long lastStep = head.map(Head::lastStep).orElse(Long.MIN_VALUE);
    long lastAt = head.map(Head::lastAt).orElse(Long.MIN_VALUE);
    for (MetricPoint point : fresh) {
      latest = MetricPoint.BY_STEP.compare(point, latest) > 0 ? point : latest;
      lastStep = Math.max(lastStep, point.step());
      lastAt = Math.max(lastAt, point.at());
    }
    MetricRange range = head.map(Head::range).orElse(MetricRange.NOTHING).with(fresh);
    write(statements, key, name, new Head(latest, lastStep, lastAt, blocks, range));
  }

  private static Optional<Head> head(Statements statements, RunKey key, String name)
      throws SQLException {
    PreparedStatement select =
        statements.of(
            """
            SELECT number, nan, step, at, last_step, last_at, blocks, low, high
            FROM run_metric WHERE run = ? AND name = ?
            """);
    select.setLong(1, key.run());
    select.setString(2, name);
    try (ResultSet row = select.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      double number = row.getInt("nan") == 1 ? Double.NaN : row.getDouble("number");
      MetricPoint latest = new MetricPoint(row.getLong("at"), row.getLong("step"), number);
      return Optional.of(
          new Head(
              latest,
              row.getLong("last_step"),
              row.getLong("last_at"),
              row.getInt("blocks"),
              range(row).orElseGet(() -> MetricRange.NOTHING.with(List.of(latest)))));
    }
  }

  /** The range that a row of {@code run_metric} keeps; empty where the row was put in past it. */
  static Optional<MetricRange> range(ResultSet row) throws SQLException {
    double low = row.getDouble("low");
    double high = row.getDouble("high");
    return row.wasNull() ? Optional.empty() : Optional.of(new MetricRange(low, high));
  }

  /**
   * Reckons the ranges that an earlier version did not keep, a few hundred to a transaction; what
   * is done stays done when the program is stopped in between.
   */
  void carryOver(Database database) {
    int done;
    do {
      done = database.write(this::carryOver);
    } while (done > 0);
  }

  private int carryOver(Handle handle) {
    record Series(long run, String name) {}
    List<Series> series =
        handle
            .createQuery(
                """
                SELECT run, name FROM run_metric WHERE high IS NULL AND blocks > 0 LIMIT 500
                """)
            .map((row, _) -> new Series(row.getLong(1), row.getString(2)))
            .list();
    for (Series one : series) {
      MetricRange range =
          MetricRange.NOTHING.with(
              history(handle, one.run(), one.name(), Optional.empty(), Integer.MAX_VALUE - 1));
      handle
          .createUpdate(
              "UPDATE run_metric SET low = :low, high = :high WHERE run = :run AND name = :name")
          .bind("low", range.least())
          .bind("high", range.greatest())
          .bind("run", one.run())
          .bind("name", one.name())
          .execute();
    }
    return series.size();
  }

  private static List<MetricPoint> fresh(
      Statements statements, RunKey key, String name, Optional<Head> head, List<MetricPoint> points)
      throws SQLException {
    Set<MetricPoint> known = new HashSet<>();
    if (head.isPresent()) {
      long first = Long.MAX_VALUE;
      long last = Long.MIN_VALUE;
      for (MetricPoint point : points) {
        if (point.step() <= head.get().lastStep() && point.at() <= head.get().lastAt()) {
          first = Math.min(first, point.at());
          last = Math.max(last, point.at());
        }
      }
      if (first <= last) {
        known.addAll(between(statements, key, name, first, last));
      }
    }
    List<MetricPoint> fresh = new ArrayList<>(points.size());
    for (MetricPoint point : points) {
      if (known.add(point)) {
        fresh.add(point);
      }
    }
    return fresh;
  }

  private static List<MetricPoint> between(
      Statements statements, RunKey key, String name, long first, long last) throws SQLException {
    List<MetricPoint> points = new ArrayList<>();
    PreparedStatement select =
        statements.of(
            """
            SELECT content FROM metric_block
            WHERE run = ? AND name = ? AND last_at >= ? AND first_at <= ?
            """);
    select.setLong(1, key.run());
    select.setString(2, name);
    select.setLong(3, first);
    select.setLong(4, last);
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        points.addAll(MetricBlock.decode(row.getBytes("content")));
      }
    }
    return points;
  }

  /** Stores the points and returns how many blocks the key has then. */
  private static int store(
      Statements statements, RunKey key, String name, int blocks, List<MetricPoint> fresh)
      throws SQLException {
    List<MetricPoint> points = fresh;
    int next = blocks;
    if (blocks > 0 && fresh.size() < SMALL) {
      List<MetricPoint> tail = tail(statements, key, name, blocks - 1);
      if (tail.size() + fresh.size() <= SMALL) {
        points = new ArrayList<>(tail);
        points.addAll(fresh);
        next = blocks - 1;
      }
    }
    for (int from = 0; from < points.size(); from += LARGE) {
      List<MetricPoint> part = points.subList(from, Math.min(points.size(), from + LARGE));
      write(statements, key, name, next++, part);
    }
    return next;
  }

  private static List<MetricPoint> tail(Statements statements, RunKey key, String name, int block)
      throws SQLException {
    PreparedStatement select =
        statements.of(
            """
            SELECT content FROM metric_block
            WHERE run = ? AND name = ? AND block = ? AND points < ?
            """);
    select.setLong(1, key.run());
    select.setString(2, name);
    select.setInt(3, block);
    select.setInt(4, SMALL);
    try (ResultSet row = select.executeQuery()) {
      // A full block comes back as too many points to add to.
      return row.next()
          ? MetricBlock.decode(row.getBytes("content"))
          : java.util.Collections.nCopies(SMALL, new MetricPoint(0, 0, 0));
    }
  }

  private static void write(
      Statements statements, RunKey key, String name, int block, List<MetricPoint> points)
      throws SQLException {
    long firstAt = Long.MAX_VALUE;
    long lastAt = Long.MIN_VALUE;
    long firstStep = Long.MAX_VALUE;
    long lastStep = Long.MIN_VALUE;
    for (MetricPoint point : points) {
      firstAt = Math.min(firstAt, point.at());
      lastAt = Math.max(lastAt, point.at());
      firstStep = Math.min(firstStep, point.step());
      lastStep = Math.max(lastStep, point.step());
    }
    PreparedStatement insert =
        statements.of(
            """
            INSERT INTO metric_block (run, name, block, points, first_at, last_at, first_step,
              last_step, content)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run, name, block) DO UPDATE SET points = excluded.points,
              first_at = excluded.first_at, last_at = excluded.last_at,
              first_step = excluded.first_step, last_step = excluded.last_step,
              content = excluded.content
            """);
    insert.setLong(1, key.run());
    insert.setString(2, name);
    insert.setInt(3, block);
    insert.setInt(4, points.size());
    insert.setLong(5, firstAt);
    insert.setLong(6, lastAt);
    insert.setLong(7, firstStep);
    insert.setLong(8, lastStep);
    insert.setBytes(9, MetricBlock.encode(points));
    insert.executeUpdate();
  }

  private static void write(Statements statements, RunKey key, String name, Head head)
      throws SQLException {
    boolean nan = Double.isNaN(head.latest().value());
    PreparedStatement insert =
        statements.of(
            """
            INSERT INTO run_metric (run, name, number, nan, step, at, last_step, last_at, blocks,
              experiment, low, high)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run, name) DO UPDATE SET number = excluded.number, nan = excluded.nan,
              step = excluded.step, at = excluded.at, last_step = excluded.last_step,
              last_at = excluded.last_at, blocks = excluded.blocks, low = excluded.low,
              high = excluded.high
            """);
    insert.setLong(1, key.run());
    insert.setString(2, name);
    if (nan) {
      insert.setNull(3, java.sql.Types.DOUBLE);
    } else {
      insert.setDouble(3, head.latest().value());
    }
    insert.setInt(4, nan ? 1 : 0);
    insert.setLong(5, head.latest().step());
    insert.setLong(6, head.latest().at());
    insert.setLong(7, head.lastStep());
    insert.setLong(8, head.lastAt());
    insert.setInt(9, head.blocks());
    insert.setLong(10, key.experiment());
    insert.setDouble(11, head.range().least());
    insert.setDouble(12, head.range().greatest());
    insert.executeUpdate();
  }

  /**
   * A key's points in order of time.
   *
   * @param after only points beyond this one; empty for all
   * @param limit at least so many points are returned if there are so many
   */
  List<MetricPoint> history(
      Handle handle, long run, String name, Optional<MetricPoint> after, int limit) {
    List<MetricPoint> points = new ArrayList<>();
    Connection connection = handle.getConnection();
    try {
      for (Stored block : blocks(connection, run, name, after)) {
        if (points.size() > limit && complete(points, limit, block.firstAt())) {
          break;
        }
        for (MetricPoint point : content(connection, run, name, block.block())) {
          if (after.isEmpty() || MetricPoint.BY_TIME.compare(point, after.get()) > 0) {
            points.add(point);
          }
        }
      }
    } catch (SQLException failure) {
      throw new UnableToExecuteStatementException(failure, null);
    }
    points.sort(MetricPoint.BY_TIME);
    return points;
  }

  private record Stored(long firstAt, int block) {}

  /**
   * The blocks that may hold later points, in order of time. Without their content, which the
   * database would otherwise sort along: a page of a long history reads its own blocks only.
   */
  private static List<Stored> blocks(
      Connection connection, long run, String name, Optional<MetricPoint> after)
      throws SQLException {
    List<Stored> blocks = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT first_at, block FROM metric_block
            WHERE run = ? AND name = ? AND last_at >= ? ORDER BY first_at, block
            """)) {
      select.setLong(1, run);
      select.setString(2, name);
      select.setLong(3, after.map(MetricPoint::at).orElse(Long.MIN_VALUE));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          blocks.add(new Stored(row.getLong(1), row.getInt(2)));
        }
      }
    }
    return blocks;
  }

  private static List<MetricPoint> content(Connection connection, long run, String name, int block)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT content FROM metric_block WHERE run = ? AND name = ? AND block = ?")) {
      select.setLong(1, run);
      select.setString(2, name);
      select.setInt(3, block);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? MetricBlock.decode(row.getBytes(1)) : List.of();
      }
    }
  }

  /** Whether no later block can hold one of the first {@code limit} points. */
  private static boolean complete(List<MetricPoint> points, int limit, long nextFirstAt) {
    return points.stream().filter(point -> point.at() < nextFirstAt).limit(limit + 1L).count()
        > limit;
  }
}
