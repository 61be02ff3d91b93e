package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.tracking.search.Clause;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.search.Operator;
import dev.espalier.tracking.search.Order;
import dev.espalier.tracking.search.SortKey;
import dev.espalier.tracking.search.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The search over runs, made so that a page costs about as much as its rows.
 *
 * <p><b>Phases.</b> Metrics sort numbers first, then NaN, then runs without the metric, whatever
 * the direction; other keys sort absent ones last. Each such group is a phase with a query of its
 * own, in which the first sort key has one index; the page is filled phase by phase and the cursor
 * says in which one it ended.
 *
 * <p><b>What drives.</b> If one clause matches few runs (at most {@link #FEW}, counted on its
 * index), the query starts from those runs and sorts them. Otherwise it walks the index of the
 * order and probes the clauses, so it stops after a page. SQLite's {@code CROSS JOIN} keeps the
 * order of tables that this class chose. A clause on the ordering metric itself becomes a bound of
 * the walk.
 *
 * <p>Several experiments are searched one by one and merged by the sort keys; beyond {@link
 * #MERGED} they are searched together, by sorting.
 */
final class RunSearchStore {
  private static final int FEW = 5_000;
  private static final int MERGED = 20;
  private final Database database;

  RunSearchStore(Database database) {
    this.database = database;
  }

  /** What is searched for. */
  record Query(List<Long> experiments, List<Clause> clauses, List<Order> orders, ViewType view) {
    Query {
      experiments = experiments.stream().distinct().toList();
    }
  }

  /** One group of equal rank in the first sort key. */
  private enum Phase {
    NUMBER(0),
    NAN(1),
    PRESENT(0),
    ABSENT(2);

    private final long rank;

    Phase(long rank) {
      this.rank = rank;
    }
  }

  /** How many values a cursor of this order has: the phase, then the sort keys. */
  static int cursorSize(List<Order> orders) {
    return 1 + keys(orders, Phase.PRESENT).size();
  }

  /** A page of runs with everything that belongs to them, and the cursor to the next. */
  Page<RunInfo.Full> search(Query query, Optional<Cursor> from, int limit) {
    return database.read(handle -> {
      List<PageStore.Keyed<RunReadStore.Row>> found = rows(handle, query, from, limit + 1);
      Page<RunReadStore.Row> page = PageStore.cut(found, limit);
      return new Page<>(RunReadStore.full(handle, page.rows()), page.next());
    });
  }

  private static List<PageStore.Keyed<RunReadStore.Row>> rows(
      Handle handle, Query query, Optional<Cursor> from, int limit) {
    List<PageStore.Keyed<RunReadStore.Row>> found = new ArrayList<>();
    Optional<Order> first = query.orders().stream().findFirst();
    for (Phase phase : phases(first)) {
      List<SortKey> keys = keys(query.orders(), phase);
      long begin = from.map(RunSearchStore::rank).orElse(-1L);
      if (phase.rank < begin) {
        continue;
      }
      boolean resumed = phase.rank == begin;
      Optional<Sql> after =
          resumed && from.isPresent()
              ? Optional.of(SortKey.after(keys, from.get().keys().subList(1, keys.size() + 1)))
              : Optional.empty();
      List<PageStore.Keyed<RunReadStore.Row>> part = new ArrayList<>();
      for (Sql scope : scopes(query)) {
        part.addAll(scan(handle, query, scope, phase, after, keys, limit - found.size()));
      }
      part.sort((a, b) -> SortKey.compare(keys, a.keys(), b.keys()));
      for (PageStore.Keyed<RunReadStore.Row> row : part) {
        if (found.size() < limit) {
          List<@Nullable Object> cursor = new ArrayList<>();
          cursor.add(phase.rank);
          cursor.addAll(row.keys());
          found.add(new PageStore.Keyed<>(row.row(), cursor));
        }
      }
      if (found.size() >= limit) {
        break;
      }
    }
    return found;
  }

  private static long rank(Cursor cursor) {
    return cursor.keys().getFirst() instanceof Long rank ? rank : 0;
  }

  private static List<Phase> phases(Optional<Order> first) {
    if (first.isEmpty()) {
      return List.of(Phase.PRESENT);
    }
    return switch (first.get().entity()) {
      case METRIC -> List.of(Phase.NUMBER, Phase.NAN, Phase.ABSENT);
      case PARAM, TAG -> List.of(Phase.PRESENT, Phase.ABSENT);
      case ATTRIBUTE ->
          first.get().key().equals("end_time")
              ? List.of(Phase.PRESENT, Phase.ABSENT)
              : List.of(Phase.PRESENT);
      case DATASET, SPAN -> throw new IllegalStateException("not in the vocabulary");
    };
  }

  /** The experiments, one scope each, or all in one. */
  private static List<Sql> scopes(Query query) {
    if (query.experiments().size() <= MERGED) {
      return query.experiments().stream().map(id -> Sql.of(" = ?", id)).toList();
    }
    return List.of(Sql.among("", query.experiments()));
  }

  private static List<PageStore.Keyed<RunReadStore.Row>> scan(
      Handle handle,
      Query query,
      Sql scope,
      Phase phase,
      Optional<Sql> after,
      List<SortKey> keys,
      int limit) {
    List<Sql> conditions = new ArrayList<>();
    conditions.add(Sql.of("r.experiment").then(scope));
    if (query.view() != ViewType.ALL) {
      conditions.add(
          Sql.of("r.stage = ?", query.view() == ViewType.ACTIVE_ONLY ? "active" : "deleted"));
    }
    Optional<Order> first = query.orders().stream().findFirst();
    Optional<Sql> driver = driver(handle, query.clauses(), scope);
    Sql from = from(first, phase, driver);
    first.ifPresent(order -> conditions.addAll(inPhase(order, phase, scope)));
    for (Clause clause : query.clauses()) {
      conditions.add(condition(clause, first, phase));
    }
    after.ifPresent(conditions::add);
    for (int i = 1; i < query.orders().size(); i++) {
      from = from.then(joined(query.orders().get(i), i));
    }
    return PageStore.keyed(
        handle,
        from.then(" "),
        conditions,
        keys,
        limit,
        row -> new RunReadStore.Row(row.getLong("seq"), RunStore.info(row)));
  }

  /** The clause that matches the fewest runs, as their keys, if they are few. */
  private static Optional<Sql> driver(Handle handle, List<Clause> clauses, Sql scope) {
    Optional<Sql> best = Optional.empty();
    long fewest = FEW + 1L;
    for (Clause clause : clauses) {
      Optional<Sql> runs = matching(clause, scope);
      if (runs.isPresent()) {
        long count =
            PageStore.count(
                handle,
                Sql.of("SELECT COUNT(*) FROM (").then(runs.get()).then(" LIMIT ?) AS few", fewest));
        if (count < fewest) {
          fewest = count;
          best = runs;
        }
      }
    }
    return best;
  }

  private static Optional<Sql> matching(Clause clause, Sql scope) {
    Sql head = Sql.of(" WHERE x.experiment").then(scope).then(" AND x.name = ? AND ", clause.key());
    return switch (clause.entity()) {
      case METRIC ->
          Optional.of(
              Sql.of("SELECT x.run FROM run_metric x").then(head).then(number("x", clause)));
      case PARAM, TAG ->
          switch (clause.operator()) {
            case IS_NULL, IS_NOT_NULL -> Optional.empty();
            default ->
                Optional.of(
                    Sql.of("SELECT x.run FROM %s x".formatted(table(clause.entity())))
                        .then(head)
                        .then(Sql.compare("x.text", clause.operator(), clause.value())));
          };
      case ATTRIBUTE -> matchingAttribute(clause, scope);
      case DATASET, SPAN -> Optional.empty();
    };
  }

  private static Optional<Sql> matchingAttribute(Clause clause, Sql scope) {
    return switch (clause.key()) {
      case "run_id", "run_name", "start_time", "end_time" ->
          Optional.of(
              Sql.of("SELECT x.seq AS run FROM experiment_run x WHERE x.experiment")
                  .then(scope)
                  .then(" AND ")
                  .then(
                      Sql.compare("x." + column(clause.key()), clause.operator(), clause.value())));
      default -> Optional.empty();
    };
  }

  private static String table(Clause.Entity entity) {
    return entity == Clause.Entity.TAG ? "run_tag" : "run_param";
  }

  private static Sql from(Optional<Order> first, Phase phase, Optional<Sql> driver) {
    String columns = RunStore.COLUMNS.substring(0, RunStore.COLUMNS.indexOf("FROM"));
    boolean keyed =
        first.isPresent()
            && first.get().entity() != Clause.Entity.ATTRIBUTE
            && phase != Phase.ABSENT;
    String sorted = keyed ? sortedTable(first.get()) + " m" : "";
    if (driver.isPresent()) {
      Sql from =
          Sql.of(columns + "FROM (")
              .then(driver.get())
              .then(") c {then join} experiment_run r ON r.seq = c.run");
      return keyed ? from.then(" {then join} " + sorted + " ON m.run = r.seq") : from;
    }
    return Sql.of(
        keyed
            ? columns + "FROM " + sorted + " {then join} experiment_run r ON r.seq = m.run"
            : columns + "FROM experiment_run r");
  }

  private static String sortedTable(Order order) {
    return order.entity() == Clause.Entity.METRIC ? "run_metric" : table(order.entity());
  }

  private static List<Sql> inPhase(Order order, Phase phase, Sql scope) {
    if (order.entity() == Clause.Entity.ATTRIBUTE) {
      return order.key().equals("end_time")
          ? List.of(Sql.of(phase == Phase.ABSENT ? "r.end_time IS NULL" : "r.end_time IS NOT NULL"))
          : List.of();
    }
    if (phase == Phase.ABSENT) {
      return List.of(
          Sql.of(
              "NOT EXISTS (SELECT 1 FROM %s m WHERE m.run = r.seq AND m.name = ?)"
                  .formatted(sortedTable(order)),
              order.key()));
    }
    List<Sql> conditions = new ArrayList<>();
    conditions.add(Sql.of("m.experiment").then(scope));
    conditions.add(Sql.of("m.name = ?", order.key()));
    if (order.entity() == Clause.Entity.METRIC) {
      conditions.add(Sql.of("m.nan = ?", phase == Phase.NAN ? 1L : 0L));
    }
    return conditions;
  }

  /** What the clauses say of {@code experiment_run r}. */
  static Sql where(List<Clause> clauses) {
    return Sql.and(
        clauses.stream()
            .map(clause -> condition(clause, Optional.empty(), Phase.PRESENT))
            .toList());
  }

  private static Sql condition(Clause clause, Optional<Order> first, Phase phase) {
    boolean walked =
        first.isPresent()
            && first.get().entity() == clause.entity()
            && first.get().key().equals(clause.key());
    return switch (clause.entity()) {
      case METRIC ->
          walked && phase == Phase.NUMBER
              ? Sql.compare("m.number", clause.operator(), clause.value())
              : Sql.of(
                      "EXISTS (SELECT 1 FROM run_metric x WHERE x.run = r.seq AND x.name = ? AND ",
                      clause.key())
                  .then(number("x", clause))
                  .then(")");
      case PARAM, TAG -> TextStore.condition(table(clause.entity()), "run", "r.seq", clause);
      case ATTRIBUTE -> Sql.compare("r." + column(clause.key()), clause.operator(), clause.value());
      case DATASET -> dataset(clause);
      case SPAN -> throw new IllegalStateException("not in the vocabulary");
    };
  }

  /** NaN differs from every number, and is neither more nor less than any. */
  private static Sql number(String alias, Clause clause) {
    Sql compared = Sql.compare(alias + ".number", clause.operator(), clause.value());
    return clause.operator() == Operator.NOT_EQUAL
        ? Sql.of("(" + alias + ".nan = 1 OR ").then(compared).then(")")
        : Sql.of(alias + ".nan = 0 AND ").then(compared);
  }

  private static Sql dataset(Clause clause) {
    boolean context = clause.key().equals("context");
    String tables =
        context
            ? "run_dataset_tag x WHERE x.run = r.seq AND x.name = 'mlflow.data.context' AND "
            : "run_dataset l JOIN input_dataset x ON x.seq = l.dataset WHERE l.run = r.seq AND ";
    return Sql.of("EXISTS (SELECT 1 FROM " + tables)
        .then(
            Sql.compare(
                context ? "x.text" : "x." + clause.key(), clause.operator(), clause.value()))
        .then(")");
  }

  private static String column(String attribute) {
    return switch (attribute) {
      case "run_id" -> "id";
      case "run_name" -> "name";
      default -> attribute;
    };
  }

  private static Sql joined(Order order, int number) {
    return order.entity() == Clause.Entity.ATTRIBUTE
        ? Sql.of("")
        : Sql.of(
            " LEFT JOIN %1$s m%2$d ON m%2$d.run = r.seq AND m%2$d.name = ?"
                .formatted(sortedTable(order), number),
            order.key());
  }

  private static List<SortKey> keys(List<Order> orders, Phase phase) {
    List<SortKey> keys = new ArrayList<>();
    for (int i = 0; i < orders.size(); i++) {
      Order order = orders.get(i);
      String alias = i == 0 ? "m" : "m" + i;
      if (order.entity() == Clause.Entity.ATTRIBUTE) {
        String column = "r." + column(order.key());
        if (i > 0 && order.key().equals("end_time")) {
          keys.add(SortKey.ascending("CASE WHEN " + column + " IS NULL THEN 1 ELSE 0 END"));
        }
        keys.add(new SortKey(column, order.direction()));
        continue;
      }
      if (i == 0 && phase == Phase.ABSENT) {
        keys.add(SortKey.ascending("CAST(NULL AS text)"));
        continue;
      }
      if (i > 0) {
        String rank = order.entity() == Clause.Entity.METRIC ? alias + ".nan" : "0";
        keys.add(
            SortKey.ascending(
                "CASE WHEN %s.run IS NULL THEN 2 ELSE %s END".formatted(alias, rank)));
      }
      String value = order.entity() == Clause.Entity.METRIC ? ".number" : ".text";
      keys.add(new SortKey(alias + value, order.direction()));
    }
    if (orders.stream().noneMatch(order -> isAttribute(order, "start_time"))) {
      keys.add(SortKey.descending("r.start_time"));
    }
    if (orders.stream().noneMatch(order -> isAttribute(order, "run_id"))) {
      keys.add(SortKey.ascending("r.id"));
    }
    return keys;
  }

  private static boolean isAttribute(Order order, String key) {
    return order.entity() == Clause.Entity.ATTRIBUTE && order.key().equals(key);
  }
}
