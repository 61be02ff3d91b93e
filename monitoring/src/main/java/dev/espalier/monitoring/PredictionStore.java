package dev.espalier.monitoring;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.espalier.deployment.Outcome;
import dev.espalier.platform.Database;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** The inference log's table. */
final class PredictionStore {
  private static final TypeReference<SortedMap<String, Double>> SCORES = new TypeReference<>() {};
  private static final JsonFactory PARSERS = new JsonFactory();
  private final Database database;

  PredictionStore(Database database) {
    this.database = database;
    database.migrate("monitoring");
  }

  /** Stores a batch and the counts of what was dropped, in one commit. */
  void append(List<LogRow> rows, Map<String, Long> dropped) {
    database.write(handle -> {
      insert(handle, rows);
      dropped.forEach((product, n) -> count(handle, product, n));
      return rows.size();
    });
  }

  private static void insert(Handle handle, List<LogRow> rows) {
    if (rows.isEmpty()) {
      return;
    }
    int[] stored;
    try (PreparedStatement insert =
        handle
            .getConnection()
            .prepareStatement(
                """
                INSERT INTO prediction (id, product, seq, at, received_at, unit, payload,
                  payload_hash, label, probabilities, model_version, routed_version, arm, served_by,
                  fallback_reason, latency_micros, error, consumer, candidate_weight, properties)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO NOTHING
                """)) {
      Map<String, Long> places = new HashMap<>();
      for (LogRow row : rows) {
        long place = places.computeIfAbsent(row.product(), one -> lastPlace(handle, one)) + 1;
        places.put(row.product(), place);
        bind(insert, row, place);
        insert.addBatch();
      }
      stored = insert.executeBatch();
    } catch (SQLException failure) {
      throw new UnableToExecuteStatementException(failure, null);
    }
    Map<HourStore.Key, HourStore.Counts> counts = HourStore.none();
    for (int i = 0; i < stored.length; i++) {
      // An id that was known already is not logged, and not counted, again.
      if (stored[i] > 0) {
        counts.merge(key(rows.get(i)), one(rows.get(i)), HourStore.Counts::plus);
      }
    }
    HourStore.count(handle, counts);
  }

  /** The one writer of the database appends: nobody takes a place in between. */
  private static long lastPlace(Handle handle, String product) {
    return handle
        .createQuery("SELECT coalesce(max(seq), 0) FROM prediction WHERE product = :product")
        .bind("product", product)
        .mapTo(Long.class)
        .one();
  }

  /**
   * By hand: finding out how to bind each of twenty values cost more than storing them, and this
   * runs for every answer.
   */
  private static void bind(PreparedStatement insert, LogRow row, long place) throws SQLException {
    insert.setString(1, row.id());
    insert.setString(2, row.product());
    insert.setLong(3, place);
    insert.setString(4, EventTime.text(row.at()));
    insert.setString(5, EventTime.text(row.receivedAt()));
    insert.setString(6, row.unit());
    insert.setString(7, row.payload().orElse(null));
    insert.setString(8, row.payloadHash().orElse(null));
    insert.setString(9, row.label().orElse(null));
    insert.setString(10, row.probabilities());
    insert.setString(11, row.modelVersion());
    insert.setString(12, row.routedVersion());
    insert.setString(13, row.arm());
    insert.setString(14, row.servedBy());
    insert.setString(15, row.fallbackReason().orElse(null));
    insert.setLong(16, row.latencyMicros());
    insert.setString(17, row.error().orElse(null));
    insert.setString(18, row.consumer().orElse(null));
    insert.setDouble(19, row.candidateWeight());
    insert.setString(20, row.properties());
  }

  private static HourStore.Key key(LogRow row) {
    return new HourStore.Key(
        row.product(),
        HourStore.hour(row.at()),
        row.modelVersion(),
        row.servedBy(),
        row.label().orElse("none"));
  }

  private static HourStore.Counts one(LogRow row) {
    return new HourStore.Counts(
        1,
        row.error().isPresent() ? 1 : 0,
        row.refused() ? 1 : 0,
        row.consumer().isPresent() ? 1 : 0);
  }

  private static void count(Handle handle, String product, long n) {
    handle
        .createUpdate(
            """
            INSERT INTO log_count (product, name, n) VALUES (:product, 'dropped', :n)
            ON CONFLICT (product, name) DO UPDATE SET n = log_count.n + excluded.n
            """)
        .bind("product", product)
        .bind("n", n)
        .execute();
  }

  Optional<PredictionView> find(String id) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM prediction WHERE id = :id")
            .bind("id", id)
            .map((row, _) -> view(row))
            .findOne());
  }

  List<PredictionView> after(String product, long seq, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM prediction WHERE product = :product AND seq > :seq
                ORDER BY seq LIMIT :limit
                """)
            .bind("product", product)
            .bind("seq", seq)
            .bind("limit", limit)
            .map((row, _) -> view(row))
            .list());
  }

  /** How many requests each consumer sent; those that named none stand under the empty name. */
  SortedMap<String, Long> consumers(String product) {
    return database.read(handle -> {
      SortedMap<String, Long> asked = new TreeMap<>();
      handle
          .createQuery(
              """
              SELECT coalesce(consumer, '') AS consumer, count(*) AS n FROM prediction
              WHERE product = :product GROUP BY consumer
              """)
          .bind("product", product)
          .map((row, _) -> Map.entry(row.getString("consumer"), row.getLong("n")))
          .forEach(entry -> asked.put(entry.getKey(), entry.getValue()));
      return asked;
    });
  }

  List<Asked> asked(String product) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT unit, id, at, actual FROM prediction WHERE product = :product ORDER BY seq")
            .bind("product", product)
            .map((row, _) ->
                new Asked(
                    row.getString("unit"),
                    row.getString("id"),
                    Instant.parse(row.getString("at")),
                    row.getString("actual") != null))
            .list());
  }

  /** What {@code version} answered in {@code [from, to)}, by event time and id. */
  List<PredictionView> window(String product, String version, Instant from, Instant to) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM prediction
                WHERE product = :product AND model_version = :version AND at >= :from AND at < :to
                ORDER BY at, id
                """)
            .bind("product", product)
            .bind("version", version)
            .bind("from", EventTime.text(from))
            .bind("to", EventTime.text(to))
            .map((row, _) -> view(row))
            .list());
  }

  /** How many answers a window holds, and how many of them have their label. */
  record Coverage(long rows, long labelled) {}

  Coverage coverage(String product, String version, Instant from, Instant to) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT count(*) AS n, count(actual) AS labelled FROM prediction
                WHERE product = :product AND model_version = :version AND at >= :from AND at < :to
                """)
            .bind("product", product)
            .bind("version", version)
            .bind("from", EventTime.text(from))
            .bind("to", EventTime.text(to))
            .map((row, _) -> new Coverage(row.getLong("n"), row.getLong("labelled")))
            .one());
  }

  /** The newest labelled answers of a version since a time, newest first. */
  List<PredictionView> labelled(String product, String version, Instant since, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM prediction
                WHERE product = :product AND model_version = :version AND at >= :since
                  AND actual IS NOT NULL
                ORDER BY at DESC LIMIT :limit
                """)
            .bind("product", product)
            .bind("version", version)
            .bind("since", EventTime.text(since))
            .bind("limit", limit)
            .map((row, _) -> view(row))
            .list());
  }

  /** How sure a version was of an answer. */
  record Sure(Instant at, double confidence) {}

  /** How sure a version was of its newest answers since a time, newest first. */
  List<Sure> confidence(String product, String version, Instant since, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT at, probabilities FROM prediction
                WHERE product = :product AND model_version = :version AND at >= :since
                ORDER BY at DESC LIMIT :limit
                """)
            .bind("product", product)
            .bind("version", version)
            .bind("since", EventTime.text(since))
            .bind("limit", limit)
            .map((row, _) -> Map.entry(row.getString(1), row.getString(2)))
            .stream()
            .mapMulti((Map.Entry<String, String> row, Consumer<Sure> sure) -> {
              OptionalDouble highest = highest(row.getValue());
              if (highest.isPresent()) {
                sure.accept(new Sure(Instant.parse(row.getKey()), highest.getAsDouble()));
              }
            })
            .toList());
  }

  /** The highest number of a flat JSON object; thousands are looked at with each tick. */
  static OptionalDouble highest(String probabilities) {
    try (JsonParser json = PARSERS.createParser(probabilities)) {
      OptionalDouble highest = OptionalDouble.empty();
      for (JsonToken next = json.nextToken(); next != null; next = json.nextToken()) {
        if (next.isNumeric()) {
          highest = OptionalDouble.of(Math.max(highest.orElse(0), json.getDoubleValue()));
        }
      }
      return highest;
    } catch (IOException broken) {
      throw new EspalierException(ErrorCode.INTERNAL, "A stored answer is not JSON", broken);
    }
  }

  /** Up to {@code limit} labelled answers of {@code [from, to)}, the oldest first. */
  List<PredictionView> sample(String product, String version, Instant from, Instant to, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM prediction
                WHERE product = :product AND model_version = :version AND at >= :from AND at < :to
                  AND actual IS NOT NULL
                ORDER BY at LIMIT :limit
                """)
            .bind("product", product)
            .bind("version", version)
            .bind("from", EventTime.text(from))
            .bind("to", EventTime.text(to))
            .bind("limit", limit)
            .map((row, _) -> view(row))
            .list());
  }

  /** What the newest texts that a version answered since a time were like. */
  List<TextProperties> properties(String product, String version, Instant since, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT properties FROM prediction
                WHERE product = :product AND model_version = :version AND at >= :since
                ORDER BY at DESC LIMIT :limit
                """)
            .bind("product", product)
            .bind("version", version)
            .bind("since", EventTime.text(since))
            .bind("limit", limit)
            .map((row, _) ->
                Optional.ofNullable(row.getString("properties")).flatMap(TextProperties::parse))
            .list()
            .stream()
            .flatMap(Optional::stream)
            .toList());
  }

  /** The place of a product's newest prediction in the log; 0 for none. */
  long newest(String product) {
    return database.read(handle ->
        handle
            .createQuery("SELECT coalesce(max(seq), 0) FROM prediction WHERE product = :product")
            .bind("product", product)
            .mapTo(Long.class)
            .one());
  }

  /** What a text was like that a version answered. */
  record Told(Instant at, String version, TextProperties properties) {}

  /** What the newest texts since a time were like, newest first. */
  List<Told> told(String product, Instant since, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT at, model_version, properties FROM prediction
                WHERE product = :product AND at >= :since AND properties IS NOT NULL
                ORDER BY at DESC LIMIT :limit
                """)
            .bind("product", product)
            .bind("since", EventTime.text(since))
            .bind("limit", limit)
            .map((row, _) -> {
              Instant at = Instant.parse(row.getString("at"));
              String version = row.getString("model_version");
              return TextProperties.parse(row.getString("properties"))
                  .map(properties -> new Told(at, version, properties));
            })
            .list()
            .stream()
            .flatMap(Optional::stream)
            .toList());
  }

  /** When an answer was given and, where it has come, when its label was known. */
  record Waiting(Instant at, Optional<Instant> labelledAt) {}

  /** The newest answers with the times of their labels. */
  List<Waiting> waiting(String product, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT at, actual_at FROM prediction WHERE product = :product
                ORDER BY seq DESC LIMIT :limit
                """)
            .bind("product", product)
            .bind("limit", limit)
            .map((row, _) ->
                new Waiting(
                    Instant.parse(row.getString("at")),
                    Optional.ofNullable(row.getString("actual_at")).map(Instant::parse)))
            .list());
  }

  /** The versions that were asked since a time. */
  List<String> versionsSince(String product, Instant since) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT DISTINCT version FROM log_hour
                WHERE product = :product AND hour >= :since ORDER BY 1
                """)
            .bind("product", product)
            .bind("since", HourStore.hour(since))
            .mapTo(String.class)
            .list());
  }

  /** The version that was champion for the last request before {@code to}. */
  Optional<String> champion(String product, Instant to) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT routed_version FROM prediction
                WHERE product = :product AND at < :to AND arm = 'champion'
                ORDER BY at DESC, seq DESC LIMIT 1
                """)
            .bind("product", product)
            .bind("to", EventTime.text(to))
            .mapTo(String.class)
            .findOne());
  }

  /** When a product's first, or a version's first, answer was. */
  Optional<Instant> first(String product, Optional<String> version) {
    String which = version.isPresent() ? "AND model_version = :version" : "";
    return database
        .read(handle -> {
          var query =
              handle
                  .createQuery(
                      "SELECT at FROM prediction WHERE product = :product %s ORDER BY at LIMIT 1"
                          .formatted(which))
                  .bind("product", product);
          version.ifPresent(known -> query.bind("version", known));
          return query.mapTo(String.class).findOne();
        })
        .map(Instant::parse);
  }

  List<Outcome> outcomes(String product, String version, Instant since, int limit) {
    List<Outcome> newest =
        database.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT * FROM prediction
                    WHERE product = :product AND routed_version = :version AND at >= :since
                    ORDER BY seq DESC LIMIT :limit
                    """)
                .bind("product", product)
                .bind("version", version)
                .bind("since", EventTime.text(since))
                .bind("limit", limit)
                .map((row, _) -> outcome(row, version))
                .list());
    return newest.reversed();
  }

  /** The text of a prediction, where the canvas lets it be kept. */
  Optional<String> payload(String id) {
    return database.read(handle ->
        handle
            .createQuery("SELECT payload FROM prediction WHERE id = :id")
            .bind("id", id)
            .map((row, _) -> Optional.ofNullable(row.getString("payload")))
            .findOne()
            .flatMap(text -> text));
  }

  /** Forgets predictions older than {@code before}, and their labels; counts and windows stay. */
  int forget(String product, Instant before) {
    return database.write(handle -> {
      handle
          .createUpdate(
              """
              DELETE FROM feedback WHERE prediction_id IN (
                SELECT id FROM prediction WHERE product = :product AND at < :before)
              """)
          .bind("product", product)
          .bind("before", EventTime.text(before))
          .execute();
      return handle
          .createUpdate("DELETE FROM prediction WHERE product = :product AND at < :before")
          .bind("product", product)
          .bind("before", EventTime.text(before))
          .execute();
    });
  }

  private static Outcome outcome(ResultSet row, String version) throws SQLException {
    boolean own = version.equals(row.getString("model_version"));
    boolean error = row.getString("error") != null;
    return new Outcome(
        row.getString("id"),
        Instant.parse(row.getString("at")),
        row.getString("unit"),
        row.getDouble("candidate_weight"),
        error,
        !error && !own,
        row.getLong("latency_micros"),
        own ? scores(row) : new java.util.TreeMap<>(),
        Optional.ofNullable(row.getString("label")),
        Optional.ofNullable(row.getString("actual")));
  }

  private static SortedMap<String, Double> scores(ResultSet row) throws SQLException {
    return Json.read(row.getString("probabilities"), SCORES);
  }

  private static PredictionView view(ResultSet row) throws SQLException {
    return new PredictionView(
        row.getString("id"),
        row.getString("product"),
        Instant.parse(row.getString("at")),
        Optional.ofNullable(row.getString("label")),
        scores(row),
        row.getString("model_version"),
        row.getString("served_by"),
        row.getLong("latency_micros"),
        Optional.ofNullable(row.getString("actual")),
        row.getLong("seq"));
  }
}
