package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.tracking.search.Clause;
import dev.espalier.tracking.search.Clause.Value;
import dev.espalier.tracking.search.Operator;
import dev.espalier.tracking.search.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The table of spans, and what spans say of their trace. */
final class SpanStore {
  private static final int MOST = 50_000;
  private static final String ATTRIBUTES = "attributes.";
  private final Database database;

  SpanStore(Database database) {
    this.database = database;
  }

  /**
   * Adds spans, or what a later report of the same spans says; a trace that is not there begins.
   * All of them, or none.
   *
   * @param run the run that the traces whose root is among the spans belong to
   */
  void log(long experiment, List<SpanBatch> batches, Optional<String> run) {
    boolean _ =
        database.writeTogether(handle -> {
          Experiment home = ExperimentStore.requireActive(handle, experiment);
          run.ifPresent(id -> RunStore.key(handle, id));
          for (SpanBatch batch : batches) {
            log(handle, home, batch);
            if (run.isPresent() && batch.state().isPresent()) {
              TraceStore.link(handle, TraceStore.seq(handle, batch.trace()), run.get());
            }
          }
          return true;
        });
  }

  private static void log(Handle handle, Experiment home, SpanBatch batch) {
    int begun =
        handle
            .createUpdate(
                """
                INSERT INTO trace (id, experiment, client_id, request_time, duration, state)
                VALUES (:id, :experiment, '', :start, :duration, 'IN_PROGRESS')
                ON CONFLICT (id) DO NOTHING
                """)
            .bind("id", batch.trace())
            .bind("experiment", home.id())
            .bind("start", batch.start())
            .bind(
                "duration",
                batch.end().isPresent() ? (Long) (batch.end().getAsLong() - batch.start()) : null)
            .execute();
    long trace = TraceStore.seq(handle, batch.trace());
    if (begun > 0) {
      TraceStore.place(handle, trace, home, batch.trace());
    } else {
      stretch(handle, trace, batch);
    }
    batch.spans().forEach(span -> put(handle, trace, span));
    long all =
        handle
            .createQuery("SELECT COUNT(*) FROM trace_span WHERE trace = :trace")
            .bind("trace", trace)
            .mapTo(Long.class)
            .one();
    if (all > MOST) {
      throw EspalierException.limit("A trace has at most %d spans.".formatted(MOST));
    }
    tell(handle, trace, batch);
  }

  /** The trace lasts from its first span to its last, unless its client has said so itself. */
  private static void stretch(Handle handle, long trace, SpanBatch batch) {
    String ended =
        """
        , duration = CASE WHEN COALESCE(request_time + duration, 0) > :end
          THEN request_time + duration ELSE :end END
          - CASE WHEN request_time > :start THEN :start ELSE request_time END
        """;
    var update =
        handle
            .createUpdate(
                """
                UPDATE trace SET
                  request_time = CASE WHEN request_time > :start THEN :start ELSE request_time END
                  %s
                WHERE seq = :trace AND NOT EXISTS (SELECT 1 FROM trace_metadata m
                  WHERE m.trace = :trace AND m.name = :finalized)
                """
                    .formatted(batch.end().isPresent() ? ended : ""))
            .bind("trace", trace)
            .bind("start", batch.start())
            .bind("finalized", TraceInfo.FINALIZED);
    batch.end().ifPresent(end -> update.bind("end", end));
    update.execute();
  }

  private static void put(Handle handle, long trace, Span span) {
    handle
        .createUpdate(
            """
            INSERT INTO trace_span (trace, span, parent, name, type, status, start_nanos, content)
            VALUES (:trace, :span, :parent, :name, :type, :status, :start, :content)
            ON CONFLICT (trace, span) DO UPDATE SET parent = excluded.parent,
              name = excluded.name, type = excluded.type, status = excluded.status,
              start_nanos = excluded.start_nanos, content = excluded.content
            """)
        .bind("trace", trace)
        .bind("span", span.id())
        .bind("parent", span.parent().orElse(""))
        .bind("name", span.name())
        .bind("type", span.type())
        .bind("status", span.status())
        .bind("start", span.start())
        .bind("content", span.content())
        .execute();
  }

  private static void tell(Handle handle, long trace, SpanBatch batch) {
    batch
        .state()
        .ifPresent(state ->
            handle.execute(
                "UPDATE trace SET state = ? WHERE seq = ? AND state IN ('IN_PROGRESS',"
                    + " 'STATE_UNSPECIFIED')",
                state,
                trace));
    batch
        .requestPreview()
        .ifPresent(text ->
            handle.execute(
                "UPDATE trace SET request_preview = ? WHERE seq = ? AND request_preview IS NULL",
                text,
                trace));
    batch
        .responsePreview()
        .ifPresent(text ->
            handle.execute(
                "UPDATE trace SET response_preview = ? WHERE seq = ? AND response_preview IS NULL",
                text,
                trace));
    batch
        .metadata()
        .forEach((name, text) ->
            handle.execute(
                "INSERT INTO trace_metadata (trace, name, text) VALUES (?, ?, ?)"
                    + " ON CONFLICT (trace, name) DO NOTHING",
                trace,
                name,
                text));
    batch.tags().forEach((name, text) -> TraceStore.put(handle, "trace_tag", trace, name, text));
    TraceStore.put(handle, "trace_tag", trace, TraceInfo.SPANS, TraceInfo.SPANS_HERE);
  }

  /** The spans of a trace in MLflow's JSON, the root first, the others as they began. */
  List<String> contents(String trace) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT s.content FROM trace_span s JOIN trace t ON t.seq = s.trace
                WHERE t.id = :trace
                ORDER BY CASE WHEN s.parent = '' THEN 0 ELSE 1 END, s.start_nanos, s.span
                """)
            .bind("trace", trace)
            .mapTo(String.class)
            .list());
  }

  /** That one span of the trace {@code t} is as all the clauses say. */
  static Sql condition(List<Clause> clauses) {
    List<Sql> conditions = new ArrayList<>();
    conditions.add(Sql.of("s.trace = t.seq"));
    clauses.forEach(clause -> conditions.add(condition(clause)));
    return Sql.of("EXISTS (SELECT 1 FROM trace_span s WHERE ").then(Sql.and(conditions)).then(")");
  }

  private static Sql condition(Clause clause) {
    return switch (clause.key()) {
      case "name", "type", "status" ->
          Sql.compare("s." + clause.key(), clause.operator(), clause.value());
      case "content", "text" -> Sql.compare("s.content", clause.operator(), clause.value());
      default ->
          attribute(clause.key().substring(ATTRIBUTES.length()), clause.operator(), clause.value());
    };
  }

  /** An attribute stands in the content as {@code "name": "<JSON, escaped>"}. */
  private static Sql attribute(String name, Operator operator, Value value) {
    String key = Json.write(name) + ": ";
    return switch (value) {
      case Value.Texts(List<String> texts) -> {
        Sql any = Sql.of("(1 = 0");
        for (String text : texts) {
          any = any.then(" OR ").then(equal(key, text));
        }
        any = any.then(")");
        yield operator == Operator.IN ? any : holds(key).then(" AND NOT ").then(any);
      }
      case Value.Text(String text) ->
          switch (operator) {
            case EQUAL -> equal(key, text);
            case NOT_EQUAL -> holds(key).then(" AND NOT ").then(equal(key, text));
            case RLIKE -> Sql.compare("s.content", operator, new Value.Text(pattern(key, text)));
            default ->
                Sql.compare("s.content", operator, new Value.Text("%" + key.strip() + text + "%"));
          };
      case Value.Quantity _, Value.None _ ->
          throw new IllegalStateException("not in the vocabulary");
    };
  }

  private static Sql holds(String text) {
    return Sql.of("{position}(s.content, ?) > 0", text);
  }

  private static Sql equal(String key, String text) {
    String inner = Json.write(text);
    return Sql.of("(")
        .then(holds(key + Json.write(inner)))
        .then(" OR ")
        .then(holds(key + inner))
        .then(")");
  }

  /** The pattern within the value; its anchors are the value's ends. */
  private static String pattern(String key, String text) {
    boolean from = text.startsWith("^");
    boolean to = text.endsWith("$") && !text.endsWith("\\$");
    String within = text.substring(from ? 1 : 0, text.length() - (to ? 1 : 0));
    return literal(key)
        + "\"(\\\\\")?"
        + (from ? "" : "[^\"]*")
        + "("
        + within
        + ")"
        + (to ? "(\\\\\")?\"[,}]" : "");
  }

  /** Each character that means something in a pattern, escaped for both databases. */
  private static String literal(String text) {
    return text.replaceAll("([\\\\.^$|?*+()\\[\\]{}])", "\\\\$1");
  }
}
