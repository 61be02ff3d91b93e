package dev.espalier.data;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The tables of datasets: additions, labelled production rows, snapshots. */
final class DatasetStore {
  /** Segments of one addition. */
  record Addition(long seq, Added added, List<Digest> segments) {}

  /** A snapshot and the last addition that it covers. */
  record Frozen(Snapshot snapshot, long additions) {}

  private final Database database;

  DatasetStore(Database database) {
    this.database = database;
    database.migrate("data");
  }

  /** Records an addition; the same source again gives the first one's record. */
  Added add(Added added, List<Digest> segments, long newestSecond, Instant at) {
    return database.write(handle -> {
      Optional<Added> before =
          handle
              .createQuery(
                  "SELECT added FROM dataset_addition WHERE dataset = :dataset AND source = :source")
              .bind("dataset", added.dataset())
              .bind("source", added.source().text())
              .map((row, _) -> Json.read(row.getString("added"), Added.class))
              .findOne();
      if (before.isPresent()) {
        return before.get();
      }
      handle
          .createUpdate(
              """
              INSERT INTO dataset_addition (dataset, seq, source, added, segments, created_at,
                newest_second)
              SELECT :dataset, coalesce(max(seq), 0) + 1, :source, :added, :segments, :at, :newest
              FROM dataset_addition WHERE dataset = :dataset
              """)
          .bind("dataset", added.dataset())
          .bind("source", added.source().text())
          .bind("added", Json.write(added))
          .bind("segments", Json.write(segments))
          .bind("at", at.toString())
          .bind("newest", newestSecond)
          .execute();
      return added;
    });
  }

  List<Addition> additions(String dataset) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT seq, added, segments FROM dataset_addition
                WHERE dataset = :dataset ORDER BY seq
                """)
            .bind("dataset", dataset)
            .map((row, _) ->
                new Addition(
                    row.getLong("seq"),
                    Json.read(row.getString("added"), Added.class),
                    Json.read(row.getString("segments"), new TypeReference<List<Digest>>() {})))
            .list());
  }

  @SuppressWarnings("JavaInstantGetSecondsGetNano") // Two columns, so that SQL sorts by time.
  void label(String dataset, Row row) {
    long second = row.at().getEpochSecond();
    int nano = row.at().getNano();
    database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO dataset_labelled (dataset, id, at_second, at_nano, content)
                VALUES (:dataset, :id, :second, :nano, :content)
                ON CONFLICT (dataset, id) DO UPDATE
                SET at_second = excluded.at_second, at_nano = excluded.at_nano,
                    content = excluded.content
                """)
            .bind("dataset", dataset)
            .bind("id", row.id())
            .bind("second", second)
            .bind("nano", nano)
            .bind("content", Json.write(row))
            .execute());
  }

  /** Hands the labelled rows in the order of (at, id), streamed. */
  <T> T labelled(String dataset, Function<Iterator<Row>, T> work) {
    return database.read(handle -> {
      try (var rows =
          handle
              .createQuery(
                  """
                  SELECT content FROM dataset_labelled WHERE dataset = :dataset
                  ORDER BY at_second, at_nano, id
                  """)
              .bind("dataset", dataset)
              .map((row, _) -> Json.read(row.getString("content"), Row.class))
              .iterator()) {
        return work.apply(rows);
      }
    });
  }

  /** Records a snapshot unless the newest one has the same digest. */
  Snapshot freeze(Frozen frozen) {
    return database.write(handle -> {
      Snapshot snapshot = frozen.snapshot();
      Optional<Frozen> newest = newest(handle, snapshot.dataset());
      if (newest.isPresent()
          && newest.get().snapshot().digest().equals(snapshot.digest())
          && newest.get().snapshot().rejected() == snapshot.rejected()) {
        return newest.get().snapshot();
      }
      handle
          .createUpdate(
              """
              INSERT INTO dataset_snapshot (dataset, seq, digest, content, additions)
              SELECT :dataset, coalesce(max(seq), 0) + 1, :digest, :content, :additions
              FROM dataset_snapshot WHERE dataset = :dataset
              """)
          .bind("dataset", snapshot.dataset())
          .bind("digest", snapshot.digest().text())
          .bind("content", Json.write(snapshot))
          .bind("additions", frozen.additions())
          .execute();
      return snapshot;
    });
  }

  Optional<Frozen> newest(String dataset) {
    return database.read(handle -> newest(handle, dataset));
  }

  private static Optional<Frozen> newest(org.jdbi.v3.core.Handle handle, String dataset) {
    return handle
        .createQuery(
            """
            SELECT content, additions FROM dataset_snapshot
            WHERE dataset = :dataset ORDER BY seq DESC LIMIT 1
            """)
        .bind("dataset", dataset)
        .map((row, _) ->
            new Frozen(
                Json.read(row.getString("content"), Snapshot.class), row.getLong("additions")))
        .findOne();
  }

  /**
   * The newest label, addition and snapshot that are not of the future, as far as there are any.
   */
  List<Newest> newestTimes(String dataset, Instant now) {
    List<Newest> found =
        new ArrayList<>(
            database
                .read(handle ->
                    handle
                        .createQuery(
                            """
                            SELECT 'UPLOAD' AS origin, max(newest_second) AS second
                            FROM dataset_addition
                            WHERE dataset = :dataset AND newest_second <= :now
                            UNION ALL
                            SELECT 'LABEL', max(at_second) FROM dataset_labelled
                            WHERE dataset = :dataset AND at_second <= :now
                            """)
                        .bind("dataset", dataset)
                        .bind("now", now.getEpochSecond())
                        .map((row, _) -> {
                          long second = row.getLong("second");
                          return row.wasNull()
                              ? Optional.<Newest>empty()
                              : Optional.of(
                                  new Newest(
                                      Instant.ofEpochSecond(second),
                                      Newest.Origin.valueOf(row.getString("origin"))));
                        })
                        .list())
                .stream()
                .flatMap(Optional::stream)
                .toList());
    newest(dataset)
        .flatMap(frozen -> frozen.snapshot().to())
        .filter(at -> !at.isAfter(now))
        .ifPresent(at -> found.add(new Newest(at, Newest.Origin.SNAPSHOT)));
    return found;
  }

  /** How many characters the labelled rows have, in the database; reads them all. */
  long labelledBytes(String dataset) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT coalesce(sum(length(content)), 0) FROM dataset_labelled
                WHERE dataset = :dataset
                """)
            .bind("dataset", dataset)
            .mapTo(Long.class)
            .one());
  }

  /** How many labelled rows are younger than {@code after}. */
  long labelledAfter(String dataset, Instant after) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT count(*) FROM dataset_labelled
                WHERE dataset = :dataset AND at_second > :after
                """)
            .bind("dataset", dataset)
            .bind("after", after.getEpochSecond())
            .mapTo(Long.class)
            .one());
  }

  List<Snapshot> history(String dataset) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT content FROM dataset_snapshot WHERE dataset = :dataset ORDER BY seq")
            .bind("dataset", dataset)
            .map((row, _) -> Json.read(row.getString("content"), Snapshot.class))
            .list());
  }

  /** Every dataset that has something in it. */
  List<String> names() {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT dataset FROM dataset_addition UNION SELECT dataset FROM dataset_labelled
                ORDER BY dataset
                """)
            .mapTo(String.class)
            .list());
  }
}
