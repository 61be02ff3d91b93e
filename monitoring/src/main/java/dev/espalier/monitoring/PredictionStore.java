package dev.espalier.monitoring;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.espalier.deployment.Outcome;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import dev.espalier.serving.InferenceRecord;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The inference log's table. */
final class PredictionStore {
  private static final TypeReference<SortedMap<String, Double>> SCORES = new TypeReference<>() {};
  private final Database database;

  PredictionStore(Database database) {
    this.database = database;
    database.migrate("monitoring");
  }

  /** A record with its place in the product's log and what of its text is kept. */
  record Entry(InferenceRecord record, String payloadLog) {}

  /** Stores a batch and the counts of what was dropped, in one commit. */
  void append(List<Entry> entries, Map<String, Long> dropped) {
    database.write(handle -> {
      insert(handle, entries);
      dropped.forEach((product, n) -> count(handle, product, n));
      return entries.size();
    });
  }

  private static void insert(Handle handle, List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO prediction (id, product, seq, at, received_at, unit, payload, payload_hash,
              label, probabilities, model_version, routed_version, arm, served_by, fallback_reason,
              latency_micros, error, consumer, candidate_weight)
            VALUES (:id, :product,
              (SELECT coalesce(max(seq), 0) + 1 FROM prediction WHERE product = :product),
              :at, :receivedAt, :unit, :payload, :hash,
              :label, :probabilities, :modelVersion, :routedVersion, :arm, :servedBy, :reason,
              :latency, :error, :consumer, :weight)
            ON CONFLICT (id) DO NOTHING
            """);
    for (Entry entry : entries) {
      InferenceRecord record = entry.record();
      boolean hashed = !entry.payloadLog().equals("none");
      batch
          .bind("id", record.predictionId())
          .bind("product", record.product())
          .bind("at", EventTime.text(record.at()))
          .bind("receivedAt", EventTime.text(record.receivedAt()))
          .bind("unit", record.unit())
          .bind(
              "payload", Optional.of(record.text()).filter(_ -> entry.payloadLog().equals("full")))
          .bind(
              "hash", Optional.of(record.text()).filter(_ -> hashed).map(t -> Digest.of(t).text()))
          .bind("label", record.label())
          .bind("probabilities", Json.write(record.probabilities()))
          .bind("modelVersion", record.modelVersion())
          .bind("routedVersion", record.routedVersion())
          .bind("arm", record.arm())
          .bind("servedBy", record.servedBy())
          .bind("reason", record.fallbackReason())
          .bind("latency", record.latencyMicros())
          .bind("error", record.error())
          .bind("consumer", record.consumer())
          .bind("weight", record.candidateWeight())
          .add();
    }
    batch.execute();
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
    return database
        .read(handle ->
            handle
                .createQuery(
                    """
                    SELECT min(at) AS at FROM prediction
                    WHERE product = :product AND (:any = 1 OR model_version = :version)
                    """)
                .bind("product", product)
                .bind("any", version.isEmpty() ? 1 : 0)
                .bind("version", version.orElse(""))
                .map((row, _) -> Optional.ofNullable(row.getString("at")))
                .one())
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

  /** Forgets predictions older than {@code before}; their counts stay in windows. */
  int forget(String product, Instant before) {
    return database.write(handle ->
        handle
            .createUpdate("DELETE FROM prediction WHERE product = :product AND at < :before")
            .bind("product", product)
            .bind("before", EventTime.text(before))
            .execute());
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
