package dev.espalier.canvas;

import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * The evidence and the changes of state that it caused. Thread-safe; this process is the database's
 * only writer, so the newest rows of each product stay in memory, within an eighth of the heap, and
 * change with each commit. Only the ledger writes, one call at a time.
 */
final class EvidenceStore {
  /** Read by place, not by name: the board reads some hundred rows at each look. */
  private static final String COLUMNS =
      "id, question, clause, kind, subject, observed_at, recorded_at, n, value, low, high, pass,"
          + " detail, source, ttl, answer_digest";

  private static final int TREND = 17;

  /** What part of the heap the newest rows may take. */
  static final int PART = 8;

  /**
   * Bytes that a newest row takes in memory, but for its detail and trend: 379 to 383, by the
   * difference of the used heap after collections, over 60 products of 169 to 201 rows.
   */
  private static final int HEAD = 380;

  /** Bytes that the state of a question takes, measured likewise: 121 to 125. */
  private static final int SAID = 125;

  /** Bytes of a point of a trend. */
  private static final int POINT = 48;

  private final Database database;
  private final Recent<String, Map<String, Head>> heads;
  private final Recent<String, Map<String, Said>> states;

  EvidenceStore(Database database) {
    this.database = database;
    long heap = Runtime.getRuntime().maxMemory();
    this.heads = new Recent<>(heap / PART, EvidenceStore::bytes);
    this.states = new Recent<>(heap / 64, each -> (long) SAID * (each.size() + 1));
  }

  static long bytes(Map<String, Head> heads) {
    long bytes = HEAD;
    for (Head each : heads.values()) {
      bytes += HEAD + each.last().seen().detail().length() + POINT * each.trend().points().size();
    }
    return bytes;
  }

  /**
   * Saves all rows, or none; each becomes the newest of its clause.
   *
   * @param known the heads that the rows follow
   */
  void save(String product, List<Evidence> rows, Map<String, Head> known) {
    Map<String, Head> now = new HashMap<>(known);
    database.write(handle -> {
      PreparedBatch all =
          handle.prepareBatch(
              """
              INSERT INTO evidence (id, product, question, clause, kind, subject, observed_at,
                recorded_at, ttl, n, value, low, high, pass, detail, source, answer_digest, digest)
              VALUES (:id, :product, :question, :clause, :kind, :subject, :observedAt,
                :recordedAt, :ttl, :n, :value, :low, :high, :pass, :detail, :source, :answer, :digest)
              """);
      PreparedBatch newest =
          handle.prepareBatch(
              """
              INSERT INTO evidence_head (id, product, question, clause, kind, subject, observed_at,
                recorded_at, ttl, n, value, low, high, pass, detail, source, answer_digest, trend)
              VALUES (:id, :product, :question, :clause, :kind, :subject, :observedAt,
                :recordedAt, :ttl, :n, :value, :low, :high, :pass, :detail, :source, :answer, :trend)
              ON CONFLICT (product, question, clause) DO UPDATE SET id = excluded.id,
                kind = excluded.kind, subject = excluded.subject,
                observed_at = excluded.observed_at, recorded_at = excluded.recorded_at,
                ttl = excluded.ttl, n = excluded.n, value = excluded.value, low = excluded.low,
                high = excluded.high, pass = excluded.pass, detail = excluded.detail,
                source = excluded.source, answer_digest = excluded.answer_digest,
                trend = excluded.trend
              """);
      for (Evidence row : rows) {
        String clause = key(row.seen().question(), row.seen().clause());
        Head head = new Head(row, trend(row, Optional.ofNullable(now.get(clause))));
        now.put(clause, head);
        bound(all, product, row).bind("digest", CanonicalJson.digest(row).text()).add();
        bound(newest, product, row).bind("trend", head.trend().text()).add();
      }
      all.execute();
      newest.execute();
      database.afterCommit(() -> heads.put(product, Collections.unmodifiableMap(now)));
      return rows.size();
    });
  }

  private static Trend trend(Evidence row, Optional<Head> before) {
    Trend known = before.map(Head::trend).orElse(Trend.NONE);
    return row.seen().value().isPresent()
        ? known.and(row.seen().observedAt(), row.seen().value().getAsDouble())
        : known;
  }

  private static PreparedBatch bound(PreparedBatch batch, String product, Evidence row) {
    Observation seen = row.seen();
    return batch
        .bind("id", row.id())
        .bind("product", product)
        .bind("question", seen.question())
        .bind("clause", seen.clause())
        .bind("kind", row.kind().name())
        .bind("subject", seen.subject())
        .bind("observedAt", seen.observedAt().toString())
        .bind("recordedAt", row.recordedAt().toString())
        .bind("ttl", row.ttl().toString())
        .bind("n", seen.n())
        .bind("value", seen.value().isPresent() ? seen.value().getAsDouble() : null)
        .bind("low", seen.interval().map(Observation.Interval::low).orElse(null))
        .bind("high", seen.interval().map(Observation.Interval::high).orElse(null))
        .bind("pass", seen.pass().map(pass -> pass ? 1 : 0).orElse(null))
        .bind("detail", seen.detail())
        .bind("source", seen.source())
        .bind("answer", row.answerDigest().text());
  }

  /** What is known of each clause now, by {@code question + " " + clause}. */
  Map<String, Head> heads(String product) {
    return heads.get(product, () -> stored(product));
  }

  private Map<String, Head> stored(String product) {
    return database.read(handle -> {
      Map<String, Head> found = new HashMap<>();
      Parsed parsed = new Parsed();
      handle
          .createQuery("SELECT " + COLUMNS + ", trend FROM evidence_head WHERE product = :product")
          .bind("product", product)
          .map((row, _) -> new Head(evidence(row, parsed), Trend.parse(row.getString(TREND))))
          .forEach(head ->
              found.put(key(head.last().seen().question(), head.last().seen().clause()), head));
      return Collections.unmodifiableMap(found);
    });
  }

  /** The one text that stands for a clause here and in each {@link Layout}; a program has few. */
  static String key(String question, String clause) {
    return (question + " " + clause).intern();
  }

  /** The newest row of one clause. */
  Optional<Evidence> last(String product, String question, String clause) {
    return Optional.ofNullable(heads(product).get(key(question, clause))).map(Head::last);
  }

  /** The newest rows of one clause, newest first. */
  List<Evidence> rows(String product, String question, String clause, int limit) {
    Parsed parsed = new Parsed();
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT "
                    + COLUMNS
                    + " FROM evidence"
                    + " WHERE product = :product AND question = :question AND clause = :clause"
                    + " ORDER BY id DESC LIMIT :limit")
            .bind("product", product)
            .bind("question", question)
            .bind("clause", clause)
            .bind("limit", limit)
            .map((row, _) -> evidence(row, parsed))
            .list());
  }

  /** Texts that recur from row to row, read once. */
  private static final class Parsed {
    private final Map<String, Instant> instants = new HashMap<>();
    private final Map<String, Duration> durations = new HashMap<>();
    private final Map<String, Digest> digests = new HashMap<>();
    private final Map<String, String> texts = new HashMap<>();

    String text(String text) {
      return texts.computeIfAbsent(text, Function.identity());
    }

    Instant instant(String text) {
      return instants.computeIfAbsent(text, Instant::parse);
    }

    Duration duration(String text) {
      return durations.computeIfAbsent(text, Duration::parse);
    }

    Digest digest(String text) {
      return digests.computeIfAbsent(text, Digest::new);
    }
  }

  private static Evidence evidence(ResultSet row, Parsed parsed) throws SQLException {
    double value = row.getDouble(9);
    OptionalDouble measured = row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(value);
    double low = row.getDouble(10);
    boolean exact = row.wasNull();
    Optional<Observation.Interval> interval =
        exact ? Optional.empty() : Optional.of(new Observation.Interval(low, row.getDouble(11)));
    int pass = row.getInt(12);
    Optional<Boolean> verdict = row.wasNull() ? Optional.empty() : Optional.of(pass == 1);
    return new Evidence(
        row.getString(1),
        Clause.Kind.valueOf(row.getString(4)),
        new Observation(
            parsed.text(row.getString(2)),
            parsed.text(row.getString(3)),
            parsed.text(row.getString(5)),
            parsed.instant(row.getString(6)),
            row.getLong(8),
            measured,
            interval,
            verdict,
            parsed.text(row.getString(13)),
            parsed.text(row.getString(14))),
        parsed.instant(row.getString(7)),
        parsed.duration(row.getString(15)),
        parsed.digest(row.getString(16)));
  }

  /** A question as it was last said to be. */
  record Said(State state, boolean overdue) {}

  /** The last stored state of each question. */
  Map<String, Said> states(String product) {
    return states.get(product, () -> said(product));
  }

  private Map<String, Said> said(String product) {
    return database.read(handle -> {
      Map<String, Said> states = new HashMap<>();
      handle
          .createQuery(
              "SELECT question, state, overdue FROM conformance_head WHERE product = :product")
          .bind("product", product)
          .map((row, _) ->
              Map.entry(
                  row.getString("question"),
                  new Said(State.valueOf(row.getString("state")), row.getInt("overdue") == 1)))
          .forEach(entry -> states.put(entry.getKey(), entry.getValue()));
      return Collections.unmodifiableMap(states);
    });
  }

  /**
   * Stores changes of state, and how the questions stand now that changed in any way.
   *
   * @param before how all questions stood
   */
  void changed(
      String product,
      List<Conformance.Change> changes,
      Map<String, Said> before,
      Map<String, Said> now) {
    Map<String, Said> all = new HashMap<>(before);
    all.putAll(now);
    database.write(handle -> {
      PreparedBatch history =
          handle.prepareBatch(
              """
              INSERT INTO conformance_state (product, question, at, recorded_at, was, state, reason)
              VALUES (:product, :question, :at, :recordedAt, :was, :state, :reason)
              """);
      for (Conformance.Change change : changes) {
        history
            .bind("product", product)
            .bind("question", change.question())
            .bind("at", change.at().toString())
            .bind("recordedAt", change.recordedAt().toString())
            .bind("was", change.from().name())
            .bind("state", change.to().name())
            .bind("reason", change.reason())
            .add();
      }
      if (!changes.isEmpty()) {
        history.execute();
      }
      PreparedBatch heads =
          handle.prepareBatch(
              """
              INSERT INTO conformance_head (product, question, state, overdue)
              VALUES (:product, :question, :state, :overdue)
              ON CONFLICT (product, question) DO UPDATE SET state = excluded.state,
                overdue = excluded.overdue
              """);
      now.forEach((question, said) ->
          heads
              .bind("product", product)
              .bind("question", question)
              .bind("state", said.state().name())
              .bind("overdue", said.overdue() ? 1 : 0)
              .add());
      heads.execute();
      database.afterCommit(() -> states.put(product, Collections.unmodifiableMap(all)));
      return changes.size();
    });
  }

  /** Changes of one question, or of every question when none is named; oldest first. */
  List<Conformance.Change> history(String product, Optional<String> question) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM conformance_state
                WHERE product = :product AND (:question IS NULL OR question = :question)
                ORDER BY seq
                """)
            .bind("product", product)
            .bind("question", question.orElse(null))
            .map((row, _) ->
                new Conformance.Change(
                    Instant.parse(row.getString("at")),
                    Instant.parse(row.getString("recorded_at")),
                    row.getString("question"),
                    State.valueOf(row.getString("was")),
                    State.valueOf(row.getString("state")),
                    row.getString("reason")))
            .list());
  }
}
