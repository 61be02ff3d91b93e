package dev.espalier.canvas;

import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The evidence and the changes of state that it caused. */
final class EvidenceStore {
  private final Database database;

  EvidenceStore(Database database) {
    this.database = database;
  }

  /** Saves all rows, or none. */
  void save(String product, List<Evidence> rows) {
    database.write(handle -> {
      for (Evidence row : rows) {
        Observation seen = row.seen();
        handle
            .createUpdate(
                """
                INSERT INTO evidence (id, product, question, clause, kind, subject, observed_at,
                  recorded_at, ttl, n, value, low, high, pass, detail, source, answer_digest, digest)
                VALUES (:id, :product, :question, :clause, :kind, :subject, :observedAt,
                  :recordedAt, :ttl, :n, :value, :low, :high, :pass, :detail, :source, :answer, :digest)
                """)
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
            .bind("answer", row.answerDigest().text())
            .bind("digest", CanonicalJson.digest(row).text())
            .execute();
      }
      return rows.size();
    });
  }

  /** The newest rows of each clause, newest first, by {@code question + " " + clause}. */
  Map<String, List<Evidence>> recent(String product, int each) {
    return database.read(handle -> {
      Map<String, List<Evidence>> found = new HashMap<>();
      handle
          .createQuery(
              """
              SELECT * FROM (
                SELECT e.*, row_number() OVER (PARTITION BY question, clause ORDER BY id DESC) AS place
                FROM evidence e WHERE product = :product) AS ranked
              WHERE place <= :each ORDER BY place
              """)
          .bind("product", product)
          .bind("each", each)
          .map((row, _) -> evidence(row))
          .forEach(row ->
              found
                  .computeIfAbsent(
                      row.seen().question() + " " + row.seen().clause(),
                      _ -> new java.util.ArrayList<>())
                  .add(row));
      return found;
    });
  }

  /** The newest row of one clause. */
  Optional<Evidence> last(String product, String question, String clause) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM evidence
                WHERE product = :product AND question = :question AND clause = :clause
                ORDER BY id DESC LIMIT 1
                """)
            .bind("product", product)
            .bind("question", question)
            .bind("clause", clause)
            .map((row, _) -> evidence(row))
            .findOne());
  }

  private static Evidence evidence(ResultSet row) throws SQLException {
    double value = row.getDouble("value");
    OptionalDouble measured = row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(value);
    double low = row.getDouble("low");
    boolean exact = row.wasNull();
    Optional<Observation.Interval> interval =
        exact
            ? Optional.empty()
            : Optional.of(new Observation.Interval(low, row.getDouble("high")));
    int pass = row.getInt("pass");
    Optional<Boolean> verdict = row.wasNull() ? Optional.empty() : Optional.of(pass == 1);
    return new Evidence(
        row.getString("id"),
        Clause.Kind.valueOf(row.getString("kind")),
        new Observation(
            row.getString("question"),
            row.getString("clause"),
            row.getString("subject"),
            Instant.parse(row.getString("observed_at")),
            row.getLong("n"),
            measured,
            interval,
            verdict,
            row.getString("detail"),
            row.getString("source")),
        Instant.parse(row.getString("recorded_at")),
        Duration.parse(row.getString("ttl")),
        new Digest(row.getString("answer_digest")));
  }

  /** The last stored state of each question. */
  Map<String, State> states(String product) {
    return database.read(handle -> {
      Map<String, State> states = new HashMap<>();
      handle
          .createQuery(
              "SELECT question, state FROM conformance_state WHERE product = :product ORDER BY seq")
          .bind("product", product)
          .map((row, _) ->
              Map.entry(row.getString("question"), State.valueOf(row.getString("state"))))
          .forEach(entry -> states.put(entry.getKey(), entry.getValue()));
      return states;
    });
  }

  void changed(String product, List<Conformance.Change> changes) {
    database.write(handle -> {
      for (Conformance.Change change : changes) {
        handle
            .createUpdate(
                """
                INSERT INTO conformance_state (product, question, at, recorded_at, was, state, reason)
                VALUES (:product, :question, :at, :recordedAt, :was, :state, :reason)
                """)
            .bind("product", product)
            .bind("question", change.question())
            .bind("at", change.at().toString())
            .bind("recordedAt", change.recordedAt().toString())
            .bind("was", change.from().name())
            .bind("state", change.to().name())
            .bind("reason", change.reason())
            .execute();
      }
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
