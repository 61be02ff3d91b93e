package dev.espalier.tracking;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.MetricStore.RunKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** The tables of runs, their params and tags. Writes are small and share commits. */
final class RunStore {
  /** The tag that says a run's name again. */
  static final String NAME_TAG = "mlflow.runName";

  static final String COLUMNS =
      """
      SELECT r.id, r.experiment, r.name, r.user_id, r.status, r.start_time, r.end_time,
        r.artifact_uri, r.stage, r.seq FROM experiment_run r
      """;
  private final Database database;
  private final MetricStore metrics = new MetricStore();

  RunStore(Database database) {
    this.database = database;
  }

  /** What a new run begins with. */
  record NewRun(String id, String name, String user, long startTime, Map<String, String> tags) {}

  /** Opens a run in an experiment that is in use. */
  RunInfo create(long experiment, NewRun run) {
    return database.writeTogether(handle -> {
      insert(handle, ExperimentStore.requireActive(handle, experiment), run);
      return require(handle, run.id());
    });
  }

  /** Inserts the run; 0 when a run of that id is there already. */
  static int insert(Handle handle, Experiment experiment, NewRun run) {
    int inserted =
        handle
            .createUpdate(
                """
                INSERT INTO experiment_run (id, experiment, name, user_id, status, start_time,
                  artifact_uri, stage)
                VALUES (:id, :experiment, :name, :user, 'RUNNING', :start, :uri, 'active')
                ON CONFLICT (id) DO NOTHING
                """)
            .bind("id", run.id())
            .bind("experiment", experiment.id())
            .bind("name", run.name())
            .bind("user", run.user())
            .bind("start", run.startTime())
            .bind("uri", experiment.artifactLocation() + "/" + run.id() + "/artifacts")
            .execute();
    if (inserted > 0) {
      RunKey key = key(handle, run.id());
      run.tags().forEach((name, text) -> putTag(handle, key, name, text));
    }
    return inserted;
  }

  static RunKey key(Handle handle, String id) {
    return handle
        .createQuery("SELECT seq, experiment FROM experiment_run WHERE id = :id")
        .bind("id", id)
        .map((row, _) -> new RunKey(row.getLong("seq"), row.getLong("experiment")))
        .findOne()
        .orElseThrow(() -> missing(id));
  }

  static EspalierException missing(String id) {
    return EspalierException.notFound("Run with id=%s not found".formatted(id));
  }

  /** The key of a run that may be written to. */
  static RunKey requireActive(Handle handle, String id) {
    try (PreparedStatement select =
        handle
            .getConnection()
            .prepareStatement("SELECT seq, experiment, stage FROM experiment_run WHERE id = ?")) {
      select.setString(1, id);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw missing(id);
        }
        if (!row.getString("stage").equals("active")) {
          throw EspalierException.invalid(
              "The run %s must be in the 'active' state. Current state is %s."
                  .formatted(id, row.getString("stage")));
        }
        return new RunKey(row.getLong("seq"), row.getLong("experiment"));
      }
    } catch (SQLException failure) {
      throw new UnableToExecuteStatementException(failure, null);
    }
  }

  static RunInfo require(Handle handle, String id) {
    return find(handle, id).orElseThrow(() -> missing(id));
  }

  static Optional<RunInfo> find(Handle handle, String id) {
    return handle
        .createQuery(COLUMNS + "WHERE r.id = :id")
        .bind("id", id)
        .map((row, _) -> info(row))
        .findOne();
  }

  static RunInfo info(ResultSet row) throws SQLException {
    long end = row.getLong("end_time");
    OptionalLong endTime = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(end);
    return new RunInfo(
        row.getString("id"),
        row.getLong("experiment"),
        row.getString("name"),
        row.getString("user_id"),
        RunStatus.valueOf(row.getString("status")),
        row.getLong("start_time"),
        endTime,
        row.getString("artifact_uri"),
        LifecycleStage.of(row.getString("stage")));
  }

  /** Changes what is given of status, end and name. */
  RunInfo update(
      String id, Optional<RunStatus> status, OptionalLong endTime, Optional<String> name) {
    return database.writeTogether(handle -> {
      RunKey key = requireActive(handle, id);
      handle
          .createUpdate(
              """
              UPDATE experiment_run SET status = COALESCE(:status, status),
                end_time = COALESCE(:end, end_time), name = COALESCE(:name, name)
              WHERE seq = :run
              """)
          .bind("status", status.map(RunStatus::name).orElse(null))
          .bind("end", endTime.isPresent() ? endTime.getAsLong() : null)
          .bind("name", name.orElse(null))
          .bind("run", key.run())
          .execute();
      name.ifPresent(text -> putTag(handle, key, NAME_TAG, text));
      return require(handle, id);
    });
  }

  /** Closes a run; the first closing stands. */
  void finish(String id, RunStatus status, long at) {
    int _ =
        database.writeTogether(handle ->
            handle
                .createUpdate(
                    """
                    UPDATE experiment_run SET status = :status, end_time = :at
                    WHERE seq = :run AND status = 'RUNNING'
                    """)
                .bind("status", status.name())
                .bind("at", at)
                .bind("run", key(handle, id).run())
                .execute());
  }

  void move(String id, LifecycleStage to, long now) {
    int _ =
        database.writeTogether(handle ->
            handle
                .createUpdate(
                    """
                    UPDATE experiment_run SET stage = :to, deleted_at = :deleted WHERE seq = :run
                    """)
                .bind("to", to.text())
                .bind("deleted", to == LifecycleStage.DELETED ? now : null)
                .bind("run", key(handle, id).run())
                .execute());
  }

  /** Adds a batch: all of it, or nothing. */
  void log(String id, RunInfo.Batch batch) {
    boolean _ =
        database.writeTogether(handle -> {
          RunKey key = requireActive(handle, id);
          batch.params().forEach((name, text) -> putParam(handle, key, id, name, text));
          metrics.append(handle, key, batch.metrics());
          LoggedModelStore.log(handle, id, batch.modelMetrics());
          batch.tags().forEach((name, text) -> setTag(handle, key, name, text));
          return true;
        });
  }

  private static void setTag(Handle handle, RunKey key, String name, String text) {
    putTag(handle, key, name, text);
    if (name.equals(NAME_TAG)) {
      handle
          .createUpdate("UPDATE experiment_run SET name = :name WHERE seq = :run")
          .bind("name", text)
          .bind("run", key.run())
          .execute();
    }
  }

  static void putTag(Handle handle, RunKey key, String name, String text) {
    put(
        handle,
        """
        INSERT INTO run_tag (run, name, text, experiment) VALUES (?, ?, ?, ?)
        ON CONFLICT (run, name) DO UPDATE SET text = excluded.text
        """,
        key,
        name,
        text);
  }

  /** Appends to the JSON array in a tag, making it when absent. */
  void appendToTag(String id, String name, Consumer<TagEdit> edit) {
    boolean _ =
        database.writeTogether(handle -> {
          RunKey key = requireActive(handle, id);
          TagEdit tag =
              new TagEdit(
                  Optional.ofNullable(
                      TextStore.texts(
                              handle, "SELECT name, text FROM run_tag WHERE run = :id", key.run())
                          .get(name)));
          edit.accept(tag);
          putTag(handle, key, name, tag.text());
          return true;
        });
  }

  /** A tag's text before and after a change. */
  static final class TagEdit {
    private final Optional<String> before;
    private String after = "";

    TagEdit(Optional<String> before) {
      this.before = before;
    }

    Optional<String> before() {
      return before;
    }

    void set(String text) {
      after = text;
    }

    private String text() {
      return after;
    }
  }

  static void putParam(Handle handle, RunKey key, String id, String name, String text) {
    int inserted =
        put(
            handle,
            """
            INSERT INTO run_param (run, name, text, experiment) VALUES (?, ?, ?, ?)
            ON CONFLICT (run, name) DO NOTHING
            """,
            key,
            name,
            text);
    if (inserted > 0) {
      return;
    }
    String held =
        handle
            .createQuery("SELECT text FROM run_param WHERE run = :run AND name = :name")
            .bind("run", key.run())
            .bind("name", name)
            .mapTo(String.class)
            .one();
    if (!held.equals(text)) {
      throw EspalierException.invalidField(
          name,
          "immutable",
          ("Changing param values is not allowed. Param with key='%s' was already logged with"
                  + " value='%s' for run ID='%s'. Attempted logging new value '%s'.")
              .formatted(name, held, id, text),
          Optional.of(held));
    }
  }

  private static int put(Handle handle, String sql, RunKey key, String name, String text) {
    try (PreparedStatement insert = handle.getConnection().prepareStatement(sql)) {
      insert.setLong(1, key.run());
      insert.setString(2, name);
      insert.setString(3, text);
      insert.setLong(4, key.experiment());
      return insert.executeUpdate();
    } catch (SQLException failure) {
      throw new UnableToExecuteStatementException(failure, null);
    }
  }

  void deleteTag(String id, String name) {
    int _ =
        database.writeTogether(handle -> {
          int deleted =
              handle
                  .createUpdate("DELETE FROM run_tag WHERE run = :run AND name = :name")
                  .bind("run", requireActive(handle, id).run())
                  .bind("name", name)
                  .execute();
          if (deleted == 0) {
            throw EspalierException.notFound(
                "No tag with name: %s in run with id %s".formatted(name, id));
          }
          return deleted;
        });
  }
}
