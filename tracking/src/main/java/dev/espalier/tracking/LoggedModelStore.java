package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.search.Clause;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.search.Order;
import dev.espalier.tracking.search.SortKey;
import dev.espalier.tracking.search.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The tables of logged models. */
final class LoggedModelStore {
  private static final String COLUMNS =
      """
      SELECT l.seq, l.id, l.experiment, l.name, l.artifact_uri, l.created_at, l.updated_at,
        l.status, l.model_type, l.source_run_id, l.stage FROM logged_model l
      """;
  private final Database database;

  LoggedModelStore(Database database) {
    this.database = database;
  }

  LoggedModel create(
      LoggedModel model, Map<String, String> params, Map<String, String> tags, long now) {
    return database.writeTogether(handle -> {
      Experiment experiment = ExperimentStore.requireActive(handle, model.experiment());
      handle
          .createUpdate(
              """
              INSERT INTO logged_model (id, experiment, name, artifact_uri, created_at, updated_at,
                status, model_type, source_run_id, stage)
              VALUES (:id, :experiment, :name, :uri, :now, :now, 'LOGGED_MODEL_PENDING', :type,
                :run, 'active')
              """)
          .bind("id", model.id())
          .bind("experiment", model.experiment())
          .bind("name", model.name())
          .bind("uri", experiment.artifactLocation() + "/models/" + model.id() + "/artifacts")
          .bind("now", now)
          .bind("type", model.modelType())
          .bind("run", model.sourceRunId())
          .execute();
      long seq = seq(handle, model.id());
      params.forEach((name, text) -> put(handle, "logged_model_param", seq, name, text));
      tags.forEach((name, text) -> put(handle, "logged_model_tag", seq, name, text));
      return require(handle, model.id());
    });
  }

  private static void put(Handle handle, String table, long model, String name, String text) {
    handle
        .createUpdate(
            """
            INSERT INTO %s (model, name, text) VALUES (:model, :name, :text)
            ON CONFLICT (model, name) DO UPDATE SET text = excluded.text
            """
                .formatted(table))
        .bind("model", model)
        .bind("name", name)
        .bind("text", text)
        .execute();
  }

  private static long seq(Handle handle, String id) {
    return handle
        .createQuery("SELECT seq FROM logged_model WHERE id = :id AND stage = 'active'")
        .bind("id", id)
        .mapTo(Long.class)
        .findOne()
        .orElseThrow(() -> missing(id));
  }

  private static EspalierException missing(String id) {
    return EspalierException.notFound("Logged model with ID '%s' not found.".formatted(id));
  }

  Optional<LoggedModel> find(String id) {
    return database.read(handle -> find(handle, id));
  }

  private static Optional<LoggedModel> find(Handle handle, String id) {
    return handle
        .createQuery(COLUMNS + "WHERE l.id = :id")
        .bind("id", id)
        .map((row, _) -> model(handle, row))
        .findOne();
  }

  private static LoggedModel require(Handle handle, String id) {
    return find(handle, id)
        .filter(model -> model.stage() == LifecycleStage.ACTIVE)
        .orElseThrow(() -> missing(id));
  }

  /** The model, which must not be deleted. */
  LoggedModel require(String id) {
    return database.read(handle -> require(handle, id));
  }

  LoggedModel finish(String id, LoggedModel.Status status, long now) {
    return database.writeTogether(handle -> {
      handle
          .createUpdate(
              "UPDATE logged_model SET status = :status, updated_at = :now WHERE seq = :seq")
          .bind("status", status.name())
          .bind("now", now)
          .bind("seq", seq(handle, id))
          .execute();
      return require(handle, id);
    });
  }

  void delete(String id, long now) {
    int _ =
        database.writeTogether(handle ->
            handle
                .createUpdate(
                    "UPDATE logged_model SET stage = 'deleted', updated_at = :now WHERE seq = :seq")
                .bind("now", now)
                .bind("seq", seq(handle, id))
                .execute());
  }

  LoggedModel tag(String id, Map<String, String> tags) {
    return database.writeTogether(handle -> {
      long seq = seq(handle, id);
      tags.forEach((name, text) -> put(handle, "logged_model_tag", seq, name, text));
      return require(handle, id);
    });
  }

  void untag(String id, String name) {
    int _ =
        database.writeTogether(handle -> {
          int deleted =
              handle
                  .createUpdate("DELETE FROM logged_model_tag WHERE model = :seq AND name = :name")
                  .bind("seq", seq(handle, id))
                  .bind("name", name)
                  .execute();
          if (deleted == 0) {
            throw EspalierException.notFound(
                "No tag with key '%s' found for model with ID '%s'.".formatted(name, id));
          }
          return deleted;
        });
  }

  void params(String id, Map<String, String> params) {
    boolean _ =
        database.writeTogether(handle -> {
          long seq = seq(handle, id);
          params.forEach((name, text) -> put(handle, "logged_model_param", seq, name, text));
          return true;
        });
  }

  /** Adds a run's metrics to the models they were measured on. */
  static void log(Handle handle, String run, List<RunInfo.ModelMetric> metrics) {
    for (RunInfo.ModelMetric metric : metrics) {
      boolean nan = Double.isNaN(metric.point().value());
      handle
          .createUpdate(
              """
              INSERT INTO logged_model_metric (model, run, name, at, step, number, nan,
                dataset_name, dataset_digest)
              VALUES (:model, :run, :name, :at, :step, :number, :nan, :dataset, :digest)
              ON CONFLICT (model, name, at, step, run) DO NOTHING
              """)
          .bind("model", seq(handle, metric.model()))
          .bind("run", run)
          .bind("name", metric.key())
          .bind("at", metric.point().at())
          .bind("step", metric.point().step())
          .bind("number", nan ? null : metric.point().value())
          .bind("nan", nan ? 1 : 0)
          .bind("dataset", metric.datasetName())
          .bind("digest", metric.datasetDigest())
          .execute();
    }
  }

  private static LoggedModel model(Handle handle, ResultSet row) throws SQLException {
    long seq = row.getLong("seq");
    return new LoggedModel(
        row.getString("id"),
        row.getLong("experiment"),
        row.getString("name"),
        row.getString("artifact_uri"),
        row.getLong("created_at"),
        row.getLong("updated_at"),
        LoggedModel.Status.valueOf(row.getString("status")),
        row.getString("model_type"),
        row.getString("source_run_id"),
        LifecycleStage.of(row.getString("stage")),
        TextStore.texts(handle, "SELECT name, text FROM logged_model_tag WHERE model = :id", seq),
        TextStore.texts(handle, "SELECT name, text FROM logged_model_param WHERE model = :id", seq),
        metrics(handle, seq));
  }

  private static List<LoggedModel.Measured> metrics(Handle handle, long model) {
    return handle
        .createQuery(
            """
            SELECT name, number, nan, at, step, run, dataset_name, dataset_digest
            FROM logged_model_metric WHERE model = :model ORDER BY name, at, step, run
            """)
        .bind("model", model)
        .map((row, _) ->
            new LoggedModel.Measured(
                row.getString("name"),
                row.getInt("nan") == 1 ? Double.NaN : row.getDouble("number"),
                row.getLong("at"),
                row.getLong("step"),
                row.getString("run"),
                Optional.of(row.getString("dataset_name")).filter(name -> !name.isEmpty()),
                Optional.of(row.getString("dataset_digest")).filter(text -> !text.isEmpty())))
        .list();
  }

  /** A dataset that metrics must have been measured on. */
  record DatasetFilter(String name, Optional<String> digest) {}

  /** One sort term; a metric's may be narrowed to a dataset. */
  record ModelOrder(
      Clause.Entity entity,
      String key,
      Order.Direction direction,
      Optional<DatasetFilter> dataset) {}

  /** A page of models that are not deleted. */
  Page<LoggedModel> search(
      List<Long> experiments,
      List<Clause> clauses,
      List<DatasetFilter> datasets,
      List<ModelOrder> orders,
      Optional<Cursor> from,
      int limit) {
    List<Sql> conditions = new ArrayList<>();
    conditions.add(Sql.among("l.experiment", experiments).then(" AND l.stage = 'active'"));
    boolean measured = false;
    for (Clause clause : clauses) {
      conditions.add(condition(clause, datasets));
      measured |= clause.entity() == Clause.Entity.METRIC;
    }
    if (!datasets.isEmpty() && !measured) {
      conditions.add(
          Sql.of("EXISTS (SELECT 1 FROM logged_model_metric x WHERE x.model = l.seq")
              .then(on(datasets))
              .then(")"));
    }
    Sql select = Sql.of(COLUMNS.strip());
    for (int i = 0; i < orders.size(); i++) {
      select = select.then(joined(orders.get(i), i));
    }
    List<SortKey> keys = sortKeys(orders);
    from.ifPresent(cursor -> conditions.add(SortKey.after(keys, cursor.keys())));
    Sql found = select.then(" ");
    return database.read(handle ->
        PageStore.page(handle, found, conditions, keys, limit, row -> model(handle, row)));
  }

  private static Sql condition(Clause clause, List<DatasetFilter> datasets) {
    return switch (clause.entity()) {
      case ATTRIBUTE -> Sql.compare("l." + column(clause.key()), clause.operator(), clause.value());
      case TAG -> TextStore.condition("logged_model_tag", "model", "l.seq", clause);
      case PARAM -> TextStore.condition("logged_model_param", "model", "l.seq", clause);
      case METRIC ->
          Sql.of(
                  "EXISTS (SELECT 1 FROM logged_model_metric x WHERE x.model = l.seq"
                      + " AND x.name = ? AND ",
                  clause.key())
              .then(Sql.compare("x.number", clause.operator(), clause.value()))
              .then(on(datasets))
              .then(")");
      case DATASET, SPAN -> throw new IllegalStateException("not in the vocabulary");
    };
  }

  private static Sql on(List<DatasetFilter> datasets) {
    if (datasets.isEmpty()) {
      return Sql.of("");
    }
    Sql any = Sql.of(" AND (1 = 0");
    for (DatasetFilter dataset : datasets) {
      any = any.then(" OR (x.dataset_name = ?", dataset.name());
      any =
          dataset.digest().isPresent()
              ? any.then(" AND x.dataset_digest = ?)", dataset.digest().get())
              : any.then(")");
    }
    return any.then(")");
  }

  private static String column(String attribute) {
    return switch (attribute) {
      case "model_id" -> "id";
      case "creation_timestamp" -> "created_at";
      case "last_updated_timestamp" -> "updated_at";
      default -> attribute;
    };
  }

  /** For a metric, the latest value of each model. */
  private static Sql joined(ModelOrder order, int number) {
    if (order.entity() != Clause.Entity.METRIC) {
      return Sql.of("");
    }
    Sql latest =
        Sql.of(
            (" LEFT JOIN logged_model_metric m%1$d ON m%1$d.model = l.seq AND m%1$d.name = ?"
                    + " AND (m%1$d.at, m%1$d.step, m%1$d.run) = (SELECT x.at, x.step, x.run"
                    + " FROM logged_model_metric x WHERE x.model = l.seq AND x.name = ?")
                .formatted(number),
            order.key(),
            order.key());
    return latest
        .then(order.dataset().map(dataset -> on(List.of(dataset))).orElse(Sql.of("")))
        .then(" ORDER BY x.at DESC, x.step DESC, x.run LIMIT 1)");
  }

  /** The keys of an order: what was asked, then newest first, then by id. */
  static List<SortKey> sortKeys(List<ModelOrder> orders) {
    List<SortKey> keys = new ArrayList<>();
    for (int i = 0; i < orders.size(); i++) {
      ModelOrder order = orders.get(i);
      if (order.entity() == Clause.Entity.METRIC) {
        keys.add(
            SortKey.ascending(
                "CASE WHEN m%1$d.run IS NULL THEN 2 ELSE m%1$d.nan END".formatted(i)));
        keys.add(new SortKey("m%d.number".formatted(i), order.direction()));
      } else {
        keys.add(new SortKey("l." + column(order.key()), order.direction()));
      }
    }
    keys.add(SortKey.descending("l.created_at"));
    keys.add(SortKey.ascending("l.id"));
    return keys;
  }
}
