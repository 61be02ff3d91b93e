package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.search.Clause;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.search.Order;
import dev.espalier.tracking.search.SortKey;
import dev.espalier.tracking.search.Sql;
import dev.espalier.tracking.wire.MlflowCode;
import dev.espalier.tracking.wire.Visible;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The tables of experiments and their tags. */
final class ExperimentStore {
  private static final String COLUMNS =
      "SELECT e.id, e.name, e.artifact_location, e.stage, e.created_at, e.updated_at"
          + " FROM experiment e ";
  private final Database database;

  ExperimentStore(Database database) {
    this.database = database;
  }

  /** Makes experiment 0, {@code Default}, which clients expect to find. */
  void createDefault(long now) {
    int _ =
        database.write(handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO experiment (id, name, artifact_location, stage, created_at,
                      updated_at)
                    VALUES (0, 'Default', 'mlflow-artifacts:/0', 'active', :now, :now)
                    ON CONFLICT (id) DO NOTHING
                    """)
                .bind("now", now)
                .execute());
  }

  long create(String name, Optional<String> artifactLocation, Map<String, String> tags, long now) {
    return database.write(handle -> {
      if (byName(handle, name).isPresent()) {
        throw exists(name);
      }
      long id = insert(handle, name, artifactLocation, now);
      tags.forEach((tag, text) -> putTag(handle, id, tag, text));
      return id;
    });
  }

  private static EspalierException exists(String name) {
    return EspalierException.conflict(
        "Experiment(name=%s) already exists. Choose another name, or restore it if it was deleted."
            .formatted(name));
  }

  private static long insert(
      Handle handle, String name, Optional<String> artifactLocation, long now) {
    long id =
        handle
            .createQuery("SELECT COALESCE(MAX(id), 0) + 1 FROM experiment")
            .mapTo(Long.class)
            .one();
    handle
        .createUpdate(
            """
            INSERT INTO experiment (id, name, artifact_location, stage, created_at, updated_at)
            VALUES (:id, :name, :location, 'active', :now, :now)
            """)
        .bind("id", id)
        .bind("name", name)
        .bind("location", artifactLocation.orElse("mlflow-artifacts:/" + id))
        .bind("now", now)
        .execute();
    return id;
  }

  /** The experiment of a pipeline's product; made, or taken back into use, when needed. */
  static Experiment ofPipeline(Handle handle, String name, long now) {
    Optional<Experiment> found = byName(handle, name);
    if (found.isEmpty()) {
      long id = insert(handle, name, Optional.empty(), now);
      return require(handle, id);
    }
    if (found.get().stage() == LifecycleStage.DELETED) {
      stage(handle, found.get().id(), LifecycleStage.ACTIVE, now);
    }
    return found.get();
  }

  Optional<Experiment> find(long id) {
    return database.read(handle -> find(handle, id));
  }

  static Optional<Experiment> find(Handle handle, long id) {
    return handle
        .createQuery(COLUMNS + "WHERE e.id = :id")
        .bind("id", id)
        .map((row, _) -> experiment(handle, row))
        .findOne();
  }

  static Experiment require(Handle handle, long id) {
    return find(handle, id).orElseThrow(() -> missing(id));
  }

  static EspalierException missing(long id) {
    return EspalierException.notFound("No Experiment with id=%d exists".formatted(id));
  }

  /** The experiment, which must be in use. */
  static Experiment requireActive(Handle handle, long id) {
    Experiment experiment = require(handle, id);
    if (experiment.stage() != LifecycleStage.ACTIVE) {
      throw EspalierException.invalid(
          "The experiment %d must be in the 'active' state. Current state is %s."
              .formatted(id, experiment.stage().text()));
    }
    return experiment;
  }

  Optional<Experiment> byName(String name) {
    return database.read(handle -> byName(handle, name));
  }

  static Optional<Experiment> byName(Handle handle, String name) {
    return handle
        .createQuery(COLUMNS + "WHERE e.name = :name")
        .bind("name", name)
        .map((row, _) -> experiment(handle, row))
        .findOne();
  }

  private static Experiment experiment(Handle handle, ResultSet row) throws SQLException {
    long id = row.getLong("id");
    return new Experiment(
        id,
        row.getString("name"),
        row.getString("artifact_location"),
        LifecycleStage.of(row.getString("stage")),
        row.getLong("created_at"),
        row.getLong("updated_at"),
        TextStore.texts(
            handle, "SELECT name, text FROM experiment_tag WHERE experiment = :id", id));
  }

  /** Deletes or restores an experiment and all its runs. */
  void move(long id, LifecycleStage from, LifecycleStage to, long now) {
    int _ =
        database.write(handle -> {
          Experiment experiment = require(handle, id);
          if (experiment.stage() != from) {
            throw missing(id);
          }
          stage(handle, id, to, now);
          return handle
              .createUpdate(
                  """
                  UPDATE experiment_run SET stage = :to, deleted_at = :deleted
                  WHERE experiment = :id
                  """)
              .bind("to", to.text())
              .bind("deleted", to == LifecycleStage.DELETED ? now : null)
              .bind("id", id)
              .execute();
        });
  }

  private static void stage(Handle handle, long id, LifecycleStage stage, long now) {
    handle
        .createUpdate("UPDATE experiment SET stage = :stage, updated_at = :now WHERE id = :id")
        .bind("stage", stage.text())
        .bind("now", now)
        .bind("id", id)
        .execute();
  }

  void rename(long id, String name, long now) {
    int _ =
        database.write(handle -> {
          if (require(handle, id).stage() != LifecycleStage.ACTIVE) {
            throw MlflowCode.INVALID_STATE.because("Cannot rename a non-active experiment.");
          }
          if (byName(handle, name).filter(other -> other.id() != id).isPresent()) {
            throw exists(name);
          }
          return handle
              .createUpdate("UPDATE experiment SET name = :name, updated_at = :now WHERE id = :id")
              .bind("name", name)
              .bind("now", now)
              .bind("id", id)
              .execute();
        });
  }

  void setTag(long id, String name, String text) {
    int _ =
        database.writeTogether(handle -> {
          requireActive(handle, id);
          return putTag(handle, id, name, text);
        });
  }

  private static int putTag(Handle handle, long id, String name, String text) {
    return handle
        .createUpdate(
            """
            INSERT INTO experiment_tag (experiment, name, text) VALUES (:id, :name, :text)
            ON CONFLICT (experiment, name) DO UPDATE SET text = excluded.text
            """)
        .bind("id", id)
        .bind("name", name)
        .bind("text", text)
        .execute();
  }

  void deleteTag(long id, String name) {
    int _ =
        database.writeTogether(handle -> {
          requireActive(handle, id);
          int deleted =
              handle
                  .createUpdate(
                      "DELETE FROM experiment_tag WHERE experiment = :id AND name = :name")
                  .bind("id", id)
                  .bind("name", name)
                  .execute();
          if (deleted == 0) {
            throw EspalierException.notFound(
                "No tag with name: %s in experiment with id %d".formatted(name, id));
          }
          return deleted;
        });
  }

  /** A page of experiments, and the cursor to the next one. */
  Page<Experiment> search(
      List<Clause> clauses,
      List<Order> orders,
      ViewType view,
      Visible visible,
      Optional<Cursor> from,
      int limit) {
    List<SortKey> keys = sortKeys(orders);
    List<Sql> conditions = new ArrayList<>();
    if (view != ViewType.ALL) {
      conditions.add(Sql.of("e.stage = ?", view == ViewType.ACTIVE_ONLY ? "active" : "deleted"));
    }
    clauses.forEach(clause -> conditions.add(condition(clause)));
    visible.condition("CAST(e.id AS varchar)").ifPresent(conditions::add);
    from.ifPresent(cursor -> conditions.add(SortKey.after(keys, cursor.keys())));
    return database.read(handle ->
        PageStore.page(
            handle, Sql.of(COLUMNS), conditions, keys, limit, row -> experiment(handle, row)));
  }

  private static Sql condition(Clause clause) {
    return switch (clause.entity()) {
      case ATTRIBUTE -> Sql.compare("e." + column(clause.key()), clause.operator(), clause.value());
      case TAG -> TextStore.condition("experiment_tag", "experiment", "e.id", clause);
      case METRIC, PARAM, DATASET, SPAN -> throw new IllegalStateException("not in the vocabulary");
    };
  }

  private static String column(String attribute) {
    return switch (attribute) {
      case "creation_time" -> "created_at";
      case "last_update_time" -> "updated_at";
      case "experiment_id" -> "id";
      default -> "name";
    };
  }

  /** The keys of an order: what was asked, then newest first, then by id. */
  static List<SortKey> sortKeys(List<Order> orders) {
    List<SortKey> keys = new ArrayList<>();
    orders.forEach(order -> keys.add(new SortKey("e." + column(order.key()), order.direction())));
    if (orders.isEmpty()) {
      keys.add(SortKey.descending("e.created_at"));
    }
    if (orders.stream().noneMatch(order -> order.key().equals("experiment_id"))) {
      keys.add(orders.isEmpty() ? SortKey.descending("e.id") : SortKey.ascending("e.id"));
    }
    return keys;
  }
}
