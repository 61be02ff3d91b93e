package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.TraceInfo.Assessment;
import dev.espalier.tracking.search.Clause;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.search.Order;
import dev.espalier.tracking.search.SortKey;
import dev.espalier.tracking.search.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** The tables of traces and their assessments. */
final class TraceStore {
  private static final String COLUMNS =
      """
      SELECT t.seq, t.id, t.experiment, t.client_id, t.request_time, t.duration, t.state,
        t.request_preview, t.response_preview FROM trace t
      """;
  private static final String NAME = "mlflow.traceName";
  private final Database database;

  TraceStore(Database database) {
    this.database = database;
  }

  /** Adds a trace, or what a later report of the same trace says; nothing that is known goes. */
  TraceInfo put(TraceInfo trace) {
    return database.writeTogether(handle -> {
      Experiment home = ExperimentStore.requireActive(handle, trace.experiment());
      handle
          .createUpdate(
              """
              INSERT INTO trace (id, experiment, client_id, request_time, duration, state,
                request_preview, response_preview)
              VALUES (:id, :experiment, :client, :at, :duration, :state, :request, :response)
              ON CONFLICT (id) DO UPDATE SET
                client_id = CASE WHEN excluded.client_id = '' THEN trace.client_id
                  ELSE excluded.client_id END,
                request_time = excluded.request_time,
                duration = COALESCE(excluded.duration, trace.duration),
                state = excluded.state,
                request_preview = COALESCE(excluded.request_preview, trace.request_preview),
                response_preview = COALESCE(excluded.response_preview, trace.response_preview)
              """)
          .bind("id", trace.id())
          .bind("experiment", trace.experiment())
          .bind("client", trace.clientId())
          .bind("at", trace.requestTime())
          .bind("duration", trace.duration().isPresent() ? trace.duration().getAsLong() : null)
          .bind("state", trace.state())
          .bind("request", trace.requestPreview().orElse(null))
          .bind("response", trace.responsePreview().orElse(null))
          .execute();
      long seq = seq(handle, trace.id());
      trace.metadata().forEach((name, text) -> put(handle, "trace_metadata", seq, name, text));
      put(handle, "trace_metadata", seq, TraceInfo.FINALIZED, "true");
      trace.tags().forEach((name, text) -> put(handle, "trace_tag", seq, name, text));
      place(handle, seq, home, trace.id());
      trace.assessments().forEach(each -> insert(handle, seq, each));
      return find(handle, trace.id()).orElseThrow(() -> missing(trace.id()));
    });
  }

  /** Notes where the artifacts of a trace belong. */
  static void place(Handle handle, long seq, Experiment home, String id) {
    put(
        handle,
        "trace_tag",
        seq,
        TraceInfo.LOCATION,
        home.artifactLocation() + "/traces/" + id + "/artifacts");
  }

  static void put(Handle handle, String table, long seq, String name, String text) {
    handle
        .createUpdate(
            """
            INSERT INTO %s (trace, name, text) VALUES (:trace, :name, :text)
            ON CONFLICT (trace, name) DO UPDATE SET text = excluded.text
            """
                .formatted(table))
        .bind("trace", seq)
        .bind("name", name)
        .bind("text", text)
        .execute();
  }

  static long seq(Handle handle, String id) {
    return handle
        .createQuery("SELECT seq FROM trace WHERE id = :id")
        .bind("id", id)
        .mapTo(Long.class)
        .findOne()
        .orElseThrow(() -> missing(id));
  }

  private static EspalierException missing(String id) {
    return EspalierException.notFound("Trace with ID '%s' not found.".formatted(id));
  }

  TraceInfo require(String id) {
    return find(id).orElseThrow(() -> missing(id));
  }

  Optional<TraceInfo> find(String id) {
    return database.read(handle -> find(handle, id));
  }

  private static Optional<TraceInfo> find(Handle handle, String id) {
    return handle
        .createQuery(COLUMNS + "WHERE t.id = :id")
        .bind("id", id)
        .map((row, _) -> info(handle, row))
        .findOne();
  }

  private static TraceInfo info(Handle handle, ResultSet row) throws SQLException {
    long seq = row.getLong("seq");
    long duration = row.getLong("duration");
    OptionalLong known = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(duration);
    return new TraceInfo(
        row.getString("id"),
        row.getLong("experiment"),
        row.getString("client_id"),
        row.getLong("request_time"),
        known,
        row.getString("state"),
        Optional.ofNullable(row.getString("request_preview")),
        Optional.ofNullable(row.getString("response_preview")),
        TextStore.texts(handle, "SELECT name, text FROM trace_metadata WHERE trace = :id", seq),
        TextStore.texts(handle, "SELECT name, text FROM trace_tag WHERE trace = :id", seq),
        assessments(handle, seq));
  }

  private static List<Assessment> assessments(Handle handle, long seq) {
    return handle
        .createQuery(
            """
            SELECT id, name, text, content, created_at FROM trace_assessment
            WHERE trace = :trace ORDER BY created_at, id
            """)
        .bind("trace", seq)
        .map((row, _) ->
            new Assessment(
                row.getString("id"),
                row.getString("name"),
                row.getString("text"),
                row.getString("content"),
                row.getLong("created_at")))
        .list();
  }

  /** Sets a tag to what it becomes; empty where there was none. */
  void changeTag(String id, String name, UnaryOperator<String> change) {
    boolean _ =
        database.writeTogether(handle -> {
          long seq = seq(handle, id);
          String before =
              handle
                  .createQuery("SELECT text FROM trace_tag WHERE trace = :trace AND name = :name")
                  .bind("trace", seq)
                  .bind("name", name)
                  .mapTo(String.class)
                  .findOne()
                  .orElse("");
          put(handle, "trace_tag", seq, name, change.apply(before));
          return true;
        });
  }

  void setTag(String id, String name, String text) {
    boolean _ =
        database.writeTogether(handle -> {
          put(handle, "trace_tag", seq(handle, id), name, text);
          return true;
        });
  }

  void deleteTag(String id, String name) {
    int _ =
        database.writeTogether(handle -> {
          int deleted =
              handle
                  .createUpdate("DELETE FROM trace_tag WHERE trace = :trace AND name = :name")
                  .bind("trace", seq(handle, id))
                  .bind("name", name)
                  .execute();
          if (deleted == 0) {
            throw EspalierException.notFound(
                "No trace tag with key '%s' for trace with ID '%s'".formatted(name, id));
          }
          return deleted;
        });
  }

  /** Notes that the traces belong to a run: all of them, or none. */
  void link(List<String> ids, String run) {
    boolean _ =
        database.writeTogether(handle -> {
          RunStore.key(handle, run);
          ids.forEach(id -> link(handle, seq(handle, id), run));
          return true;
        });
  }

  static void link(Handle handle, long trace, String run) {
    handle
        .createUpdate(
            """
            INSERT INTO trace_run (trace, run) VALUES (:trace, :run)
            ON CONFLICT (trace, run) DO NOTHING
            """)
        .bind("trace", trace)
        .bind("run", run)
        .execute();
  }

  /**
   * Deletes traces of an experiment with all that belongs to them: those named, or the oldest.
   *
   * @param until only traces of this time and before
   * @param most at most so many, the oldest first
   * @return the ids of what went
   */
  List<String> delete(long experiment, OptionalLong until, long most, List<String> ids) {
    return database.write(handle -> {
      Sql wanted =
          ids.isEmpty()
              ? Sql.of(" AND t.request_time <= ?", until.orElse(Long.MAX_VALUE))
              : new Sql(
                  " AND t.id IN (" + String.join(", ", Collections.nCopies(ids.size(), "?")) + ")",
                  new ArrayList<>(ids));
      List<TraceKey> found =
          PageStore.keyed(
                  handle,
                  Sql.of("SELECT t.seq, t.id FROM trace t "),
                  List.of(Sql.of("t.experiment = ?", experiment).then(wanted)),
                  List.of(SortKey.ascending("t.request_time"), SortKey.ascending("t.id")),
                  (int) Math.min(most, Integer.MAX_VALUE),
                  row -> new TraceKey(row.getLong("seq"), row.getString("id")))
              .stream()
              .map(PageStore.Keyed::row)
              .toList();
      for (TraceKey trace : found) {
        for (String table :
            List.of("trace_span", "trace_assessment", "trace_run", "trace_metadata", "trace_tag")) {
          handle
              .createUpdate("DELETE FROM %s WHERE trace = :trace".formatted(table))
              .bind("trace", trace.seq())
              .execute();
        }
        handle
            .createUpdate("DELETE FROM trace WHERE seq = :seq")
            .bind("seq", trace.seq())
            .execute();
      }
      return found.stream().map(TraceKey::id).toList();
    });
  }

  private record TraceKey(long seq, String id) {}

  /** One assessment of a trace. */
  Assessment assessment(String trace, String id) {
    return require(trace).assessments().stream()
        .filter(each -> each.id().equals(id))
        .findFirst()
        .orElseThrow(() ->
            EspalierException.notFound(
                "Assessment with ID '%s' not found for trace '%s'".formatted(id, trace)));
  }

  /** Adds assessments, or replaces those of the same id: all of them, or none. */
  void assess(String trace, List<Assessment> assessments) {
    boolean _ =
        database.writeTogether(handle -> {
          long seq = seq(handle, trace);
          assessments.forEach(each -> insert(handle, seq, each));
          return true;
        });
  }

  private static void insert(Handle handle, long seq, Assessment assessment) {
    handle
        .createUpdate(
            """
            INSERT INTO trace_assessment (id, trace, name, text, content, created_at)
            VALUES (:id, :trace, :name, :text, :content, :at)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, text = excluded.text,
              content = excluded.content WHERE trace_assessment.trace = excluded.trace
            """)
        .bind("id", assessment.id())
        .bind("trace", seq)
        .bind("name", assessment.name())
        .bind("text", assessment.text())
        .bind("content", assessment.content())
        .bind("at", assessment.createdAt())
        .execute();
  }

  void unassess(String trace, String id) {
    int _ =
        database.writeTogether(handle ->
            handle
                .createUpdate("DELETE FROM trace_assessment WHERE trace = :trace AND id = :id")
                .bind("trace", seq(handle, trace))
                .bind("id", id)
                .execute());
  }

  Page<TraceInfo> search(
      List<Long> experiments,
      List<Clause> clauses,
      List<Order> orders,
      Optional<Cursor> from,
      int limit) {
    List<SortKey> keys = keys(orders);
    List<Sql> conditions = conditions(experiments, clauses);
    from.ifPresent(cursor -> conditions.add(SortKey.after(keys, cursor.keys())));
    Sql select = Sql.of(COLUMNS.strip());
    for (int i = 0; i < orders.size(); i++) {
      select = select.then(joined(orders.get(i), i));
    }
    Sql found = select.then(" ");
    return database.read(
        handle -> PageStore.page(handle, found, conditions, keys, limit, row -> info(handle, row)));
  }

  /** How many traces a filter finds. */
  long count(List<Long> experiments, List<Clause> clauses) {
    return database.read(handle ->
        PageStore.count(
            handle,
            Sql.of("SELECT COUNT(*) FROM trace t WHERE ")
                .then(Sql.and(conditions(experiments, clauses)))));
  }

  /** Clauses about spans are about one and the same. */
  private static List<Sql> conditions(List<Long> experiments, List<Clause> clauses) {
    List<Sql> conditions = new ArrayList<>();
    conditions.add(Sql.among("t.experiment", experiments));
    Map<Boolean, List<Clause>> parts =
        clauses.stream().collect(Collectors.partitioningBy(TraceStore::aboutSpans));
    parts.getOrDefault(false, List.of()).forEach(clause -> conditions.add(condition(clause)));
    List<Clause> spans = parts.getOrDefault(true, List.of());
    if (!spans.isEmpty()) {
      conditions.add(SpanStore.condition(spans));
    }
    return conditions;
  }

  private static boolean aboutSpans(Clause clause) {
    return clause.entity() == Clause.Entity.SPAN
        || (clause.entity() == Clause.Entity.ATTRIBUTE && clause.key().equals("text"));
  }

  private static Sql condition(Clause clause) {
    return switch (clause.entity()) {
      case TAG -> TextStore.condition("trace_tag", "trace", "t.seq", clause);
      case PARAM -> TextStore.condition("trace_metadata", "trace", "t.seq", clause);
      case METRIC -> TextStore.condition("trace_assessment", "trace", "t.seq", clause);
      case ATTRIBUTE ->
          switch (clause.key()) {
            case "name" -> TextStore.condition("trace_tag", "trace", "t.seq", named(clause, NAME));
            case "run_id" -> ofRun(clause);
            default -> Sql.compare(column(clause.key()), clause.operator(), clause.value());
          };
      case DATASET, SPAN -> throw new IllegalStateException("not in the vocabulary");
    };
  }

  private static Clause named(Clause clause, String key) {
    return new Clause(clause.entity(), key, clause.operator(), clause.value());
  }

  /** The run that made the trace, or one that it was linked to. */
  private static Sql ofRun(Clause clause) {
    return Sql.of("(")
        .then(
            TextStore.condition(
                "trace_metadata", "trace", "t.seq", named(clause, "mlflow.sourceRun")))
        .then(" OR EXISTS (SELECT 1 FROM trace_run x WHERE x.trace = t.seq AND ")
        .then(Sql.compare("x.run", clause.operator(), clause.value()))
        .then("))");
  }

  private static String column(String attribute) {
    return Map.of(
            "request_id",
            "t.id",
            "client_request_id",
            "t.client_id",
            "status",
            "t.state",
            "timestamp_ms",
            "t.request_time",
            "execution_time_ms",
            "t.duration",
            "end_time_ms",
            "(t.request_time + t.duration)")
        .getOrDefault(attribute, "t.id");
  }

  /** Where the text is that an order is about, unless it is a column of the trace. */
  private static Optional<String> table(Order order) {
    return switch (order.entity()) {
      case TAG -> Optional.of("trace_tag");
      case PARAM -> Optional.of("trace_metadata");
      case ATTRIBUTE -> order.key().equals("name") ? Optional.of("trace_tag") : Optional.empty();
      case METRIC, DATASET, SPAN -> Optional.empty();
    };
  }

  private static Sql joined(Order order, int number) {
    return table(order)
        .map(table ->
            Sql.of(
                " LEFT JOIN %1$s o%2$d ON o%2$d.trace = t.seq AND o%2$d.name = ?"
                    .formatted(table, number),
                order.entity() == Clause.Entity.ATTRIBUTE ? NAME : order.key()))
        .orElse(Sql.of(""));
  }

  /** The keys of an order: what was asked (what lacks it last), then newest first, then by id. */
  static List<SortKey> keys(List<Order> orders) {
    List<SortKey> keys = new ArrayList<>();
    for (int i = 0; i < orders.size(); i++) {
      Order order = orders.get(i);
      if (table(order).isPresent()) {
        keys.add(SortKey.ascending("CASE WHEN o%d.text IS NULL THEN 1 ELSE 0 END".formatted(i)));
        keys.add(new SortKey("o%d.text".formatted(i), order.direction()));
      } else {
        keys.add(new SortKey(column(order.key()), order.direction()));
      }
    }
    if (orders.stream()
        .noneMatch(order ->
            order.entity() == Clause.Entity.ATTRIBUTE && order.key().equals("timestamp_ms"))) {
      keys.add(SortKey.descending("t.request_time"));
    }
    keys.add(SortKey.ascending("t.id"));
    return keys;
  }
}
