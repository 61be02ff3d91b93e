package dev.espalier.pipeline;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/** Runs, steps, cache entries and logs: only digests and small texts, never data. */
final class RunStore {
  private static final TypeReference<List<String>> NAMES = new TypeReference<>() {};
  private static final TypeReference<SortedMap<String, String>> LEAVES = new TypeReference<>() {};
  private final Database database;

  RunStore(Database database) {
    this.database = database;
    database.migrate("pipeline");
  }

  record RunRow(
      String id,
      String product,
      RunState state,
      Cause cause,
      String canvasVersion,
      String graphDigest,
      long seed,
      Instant createdAt,
      Optional<Instant> finishedAt,
      long startedMillis,
      Optional<Long> endedMillis) {}

  record StepRow(
      String name,
      List<String> dependsOn,
      StepState state,
      int attempt,
      int lost,
      long notBefore,
      Optional<String> stepKey,
      String cacheReason,
      long wallMillis,
      long cpuMillis,
      Optional<String> progress,
      String executor,
      Optional<String> failure,
      Optional<Digest> output,
      Optional<Long> beganMillis,
      Optional<Long> endedMillis) {

    /** The same in the attempt that begins now. */
    StepRow leased() {
      return new StepRow(
          name,
          dependsOn,
          StepState.LEASED,
          attempt + 1,
          lost,
          notBefore,
          stepKey,
          cacheReason,
          wallMillis,
          cpuMillis,
          progress,
          executor,
          failure,
          output,
          beganMillis,
          endedMillis);
    }
  }

  record CacheRow(String stepKey, Digest output, SortedMap<String, String> leaves, String runId) {}

  /**
   * What an ended attempt leaves behind.
   *
   * @param key empty for effects, which are never cached
   */
  record Outcome(
      StepEvent event,
      String cacheReason,
      long wallMillis,
      long cpuMillis,
      String executor,
      Optional<String> failure,
      Optional<OutputStore.Output> output,
      Optional<StepKey> key,
      long notBefore) {}

  /** Makes the writes of {@code work}, other stages' too, one transaction. */
  <T> T together(Supplier<T> work) {
    return database.write(_ -> work.get());
  }

  /** Creates a run with its steps; CONFLICT when the product has one that has not ended. */
  void create(RunRow run, PipelineGraph graph) {
    database.write(handle -> {
      Optional<String> active =
          handle
              .createQuery(
                  """
                  SELECT id FROM run WHERE product = :product
                  AND state NOT IN ('SUCCEEDED', 'FAILED', 'CANCELLED')
                  """)
              .bind("product", run.product())
              .mapTo(String.class)
              .findFirst();
      if (active.isPresent()) {
        throw EspalierException.conflict(
            "Run %s of %s is still working; wait for it or cancel it."
                .formatted(active.get(), run.product()));
      }
      insert(handle, run);
      int position = 0;
      for (PipelineGraph.Node node : graph.nodes()) {
        insert(handle, run.id(), position++, node);
      }
      return position;
    });
  }

  private static void insert(Handle handle, RunRow run) {
    handle
        .createUpdate(
            """
            INSERT INTO run (id, product, state, cause, canvas_version, graph_digest, seed,
              created_at, started_millis)
            VALUES (:id, :product, :state, :cause, :canvas, :graph, :seed, :created, :started)
            """)
        .bind("id", run.id())
        .bind("product", run.product())
        .bind("state", run.state().name())
        .bind("cause", Json.write(run.cause()))
        .bind("canvas", run.canvasVersion())
        .bind("graph", run.graphDigest())
        .bind("seed", run.seed())
        .bind("created", run.createdAt().toString())
        .bind("started", run.startedMillis())
        .execute();
  }

  private static void insert(Handle handle, String runId, int position, PipelineGraph.Node node) {
    handle
        .createUpdate(
            """
            INSERT INTO step_run (run_id, position, name, depends_on, state, attempt, lost,
              not_before, cache_reason, wall_millis, cpu_millis, executor)
            VALUES (:run, :position, :name, :depends, 'PENDING', 0, 0, 0, '', 0, 0, '')
            """)
        .bind("run", runId)
        .bind("position", position)
        .bind("name", node.name())
        .bind("depends", Json.write(node.dependsOn()))
        .execute();
  }

  /**
   * Steps to begin.
   *
   * @param taken those leased now
   * @param all every step of the run as it was before, for the outputs that the taken ones need
   */
  record Lease(List<StepRow> taken, List<StepRow> all) {
    static final Lease NONE = new Lease(List.of(), List.of());
  }

  /** Leases what can be worked on at {@code nowMillis}. */
  Lease lease(String runId, long nowMillis) {
    return database.write(handle -> lease(handle, runId, nowMillis));
  }

  private static Lease lease(Handle handle, String runId, long nowMillis) {
    List<StepRow> steps = steps(handle, runId);
    List<StepRow> taken = new ArrayList<>();
    for (StepRow step : steps) {
      StepState state = step.state();
      if (state == StepState.RETRY_WAIT && step.notBefore() <= nowMillis) {
        state = after(state, StepEvent.DUE);
      }
      if (state == StepState.PENDING) {
        if (sources(step, steps).allMatch(source -> source.state().hasOutput())) {
          state = after(state, StepEvent.INPUTS_THERE);
        } else if (sources(step, steps)
            .anyMatch(source ->
                source.state() == StepState.FAILED
                    || source.state() == StepState.UPSTREAM_FAILED)) {
          move(handle, runId, step.name(), state, StepEvent.UPSTREAM_FAIL);
        }
      }
      if (state == StepState.READY) {
        move(handle, runId, step.name(), step.state(), after(state, StepEvent.LEASE));
        handle.execute(
            """
            UPDATE step_run
            SET attempt = attempt + 1, began_millis = coalesce(began_millis, ?), ended_millis = NULL
            WHERE run_id = ? AND name = ?
            """,
            nowMillis,
            runId,
            step.name());
        taken.add(step.leased());
      }
    }
    return new Lease(taken, steps);
  }

  private static java.util.stream.Stream<StepRow> sources(StepRow step, List<StepRow> all) {
    return all.stream().filter(other -> step.dependsOn().contains(other.name()));
  }

  private static StepState after(StepState from, StepEvent event) {
    return event
        .after(from)
        .orElseThrow(() -> EspalierException.conflict("%s cannot %s".formatted(from, event)));
  }

  private static void move(
      Handle handle, String runId, String name, StepState from, StepEvent event) {
    move(handle, runId, name, from, after(from, event));
  }

  private static void move(Handle handle, String runId, String name, StepState from, StepState to) {
    int changed =
        handle.execute(
            "UPDATE step_run SET state = ? WHERE run_id = ? AND name = ? AND state = ?",
            to.name(),
            runId,
            name,
            from.name());
    if (changed != 1) {
      throw EspalierException.conflict(
          "Step %s of %s is no longer %s.".formatted(name, runId, from));
    }
  }

  /**
   * Ends an attempt and leases what follows, in one transaction. A late report of an attempt that
   * is not the current one changes nothing and leases nothing.
   */
  Lease finish(
      String runId, String product, String name, int attempt, Outcome outcome, long nowMillis) {
    return database.write(handle -> {
      StepRow step = step(handle, runId, name);
      if (step.state() != StepState.LEASED || step.attempt() != attempt) {
        return Lease.NONE;
      }
      move(handle, runId, name, step.state(), outcome.event());
      outcome.output().ifPresent(output -> OutputStore.keep(handle, output));
      update(handle, runId, name, outcome, nowMillis);
      if (outcome.event() == StepEvent.SUCCEED && outcome.key().isPresent()) {
        remember(handle, product, name, outcome, runId);
      }
      return lease(handle, runId, nowMillis);
    });
  }

  private static void update(
      Handle handle, String runId, String name, Outcome outcome, long nowMillis) {
    handle
        .createUpdate(
            """
            UPDATE step_run SET cache_reason = :reason, wall_millis = wall_millis + :wall,
              cpu_millis = cpu_millis + :cpu, executor = :executor, failure = :failure,
              output_digest = :output, step_key = :key, leaves = :leaves, not_before = :notBefore,
              ended_millis = :now
            WHERE run_id = :run AND name = :name
            """)
        .bind("reason", outcome.cacheReason())
        .bind("wall", outcome.wallMillis())
        .bind("cpu", outcome.cpuMillis())
        .bind("executor", outcome.executor())
        .bind("failure", outcome.failure())
        .bind("output", outcome.output().map(output -> output.digest().text()))
        .bind("key", outcome.key().map(key -> key.digest().text()))
        .bind("leaves", outcome.key().map(key -> Json.write(key.leaves())))
        .bind("notBefore", outcome.notBefore())
        .bind("now", nowMillis)
        .bind("run", runId)
        .bind("name", name)
        .execute();
  }

  private static void remember(
      Handle handle, String product, String name, Outcome outcome, String runId) {
    StepKey key = outcome.key().orElseThrow();
    handle
        .createUpdate(
            """
            INSERT INTO cache_entry (product, step, step_key, output_digest, leaves, run_id)
            VALUES (:product, :step, :key, :output, :leaves, :run)
            ON CONFLICT (product, step, step_key) DO UPDATE
            SET output_digest = excluded.output_digest, run_id = excluded.run_id
            """)
        .bind("product", product)
        .bind("step", name)
        .bind("key", key.digest().text())
        .bind("output", outcome.output().orElseThrow().digest().text())
        .bind("leaves", Json.write(key.leaves()))
        .bind("run", runId)
        .execute();
  }

  Optional<CacheRow> cached(String product, String step, Digest key) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT step_key, output_digest, leaves, run_id FROM cache_entry
                WHERE product = :product AND step = :step AND step_key = :key
                """)
            .bind("product", product)
            .bind("step", step)
            .bind("key", key.text())
            .map((row, _) -> cacheRow(row))
            .findOne());
  }

  /** The newest 200 remembered results of a step, newest first. */
  List<CacheRow> cacheRows(String product, String step) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT step_key, output_digest, leaves, run_id FROM cache_entry
                WHERE product = :product AND step = :step ORDER BY run_id DESC LIMIT 200
                """)
            .bind("product", product)
            .bind("step", step)
            .map((row, _) -> cacheRow(row))
            .list());
  }

  private static CacheRow cacheRow(java.sql.ResultSet row) throws java.sql.SQLException {
    return new CacheRow(
        row.getString("step_key"),
        new Digest(row.getString("output_digest")),
        Json.read(row.getString("leaves"), LEAVES),
        row.getString("run_id"));
  }

  /** The leaves of a step's key as they were in a run. */
  Optional<SortedMap<String, String>> leaves(String runId, String step) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT leaves FROM step_run
                WHERE run_id = :run AND name = :name AND leaves IS NOT NULL
                """)
            .bind("run", runId)
            .bind("name", step)
            .map((row, _) -> Json.read(row.getString("leaves"), LEAVES))
            .findOne());
  }

  void progress(String runId, String name, StepRun.Progress progress) {
    database.write(handle ->
        handle.execute(
            "UPDATE step_run SET progress = ? WHERE run_id = ? AND name = ?",
            Json.write(progress),
            runId,
            name));
  }

  void state(String runId, RunState state) {
    database.write(handle ->
        handle.execute(
            """
            UPDATE run SET state = ? WHERE id = ?
            AND state NOT IN ('SUCCEEDED', 'FAILED', 'CANCELLED')
            """,
            state.name(),
            runId));
  }

  void end(String runId, RunState state, Instant at, long millis) {
    database.write(handle ->
        handle.execute(
            "UPDATE run SET state = ?, finished_at = ?, ended_millis = ? WHERE id = ?",
            state.name(),
            at.toString(),
            millis,
            runId));
  }

  /** Cancels every step that has not ended. */
  void cancelSteps(String runId) {
    database.write(handle -> {
      for (StepRow step : steps(handle, runId)) {
        if (!step.state().ended()) {
          move(handle, runId, step.name(), step.state(), StepEvent.CANCEL);
        }
      }
      return runId;
    });
  }

  /** Takes back the leases of a process that died; returns the ids of runs that go on. */
  List<String> takeBack(int maxLost) {
    return database.write(handle -> {
      List<String> runs =
          handle
              .createQuery(
                  """
                  SELECT id FROM run WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'CANCELLED')
                  ORDER BY id
                  """)
              .mapTo(String.class)
              .list();
      for (String run : runs) {
        for (StepRow step : steps(handle, run)) {
          if (step.state() == StepState.LEASED) {
            boolean again = step.lost() < maxLost;
            move(handle, run, step.name(), step.state(), again ? StepEvent.LOST : StepEvent.FAIL);
            handle.execute(
                "UPDATE step_run SET lost = lost + 1, failure = ? WHERE run_id = ? AND name = ?",
                "LOST: the process that worked on it ended",
                run,
                step.name());
          }
        }
      }
      return runs;
    });
  }

  Optional<RunRow> run(String id) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM run WHERE id = :id")
            .bind("id", id)
            .map((row, _) -> runRow(row))
            .findOne());
  }

  /** The newest runs of a product, newest first. */
  List<RunRow> runs(String product, int limit) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM run WHERE product = :product ORDER BY id DESC LIMIT :limit")
            .bind("product", product)
            .bind("limit", limit)
            .map((row, _) -> runRow(row))
            .list());
  }

  /** The newest run of a product that works, or has ended. */
  Optional<RunRow> newest(String product, Phase phase) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT * FROM run WHERE product = :product AND state "
                    + (phase == Phase.ENDED ? "IN" : "NOT IN")
                    + " ('SUCCEEDED', 'FAILED', 'CANCELLED') ORDER BY id DESC LIMIT 1")
            .bind("product", product)
            .map((row, _) -> runRow(row))
            .findOne());
  }

  /** Whether a run works or has ended. */
  enum Phase {
    WORKING,
    ENDED
  }

  /** Processor time of all runs that were created after {@code since}, in milliseconds. */
  long cpuMillis(String product, Instant since) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT coalesce(sum(step_run.cpu_millis), 0) FROM run
                JOIN step_run ON step_run.run_id = run.id
                WHERE run.product = :product AND run.created_at > :since
                """)
            .bind("product", product)
            .bind("since", since.toString())
            .mapTo(Long.class)
            .one());
  }

  private static RunRow runRow(java.sql.ResultSet row) throws java.sql.SQLException {
    long ended = row.getLong("ended_millis");
    boolean open = row.wasNull();
    return new RunRow(
        row.getString("id"),
        row.getString("product"),
        RunState.valueOf(row.getString("state")),
        Json.read(row.getString("cause"), Cause.class),
        row.getString("canvas_version"),
        row.getString("graph_digest"),
        row.getLong("seed"),
        Instant.parse(row.getString("created_at")),
        Optional.ofNullable(row.getString("finished_at")).map(Instant::parse),
        row.getLong("started_millis"),
        open ? Optional.empty() : Optional.of(ended));
  }

  List<StepRow> steps(String runId) {
    return database.read(handle -> steps(handle, runId));
  }

  private static StepRow step(Handle handle, String runId, String name) {
    return handle
        .createQuery("SELECT * FROM step_run WHERE run_id = :run AND name = :name")
        .bind("run", runId)
        .bind("name", name)
        .map((row, _) -> stepRow(row))
        .findOne()
        .orElseThrow(
            () -> EspalierException.notFound("Run %s has no step %s.".formatted(runId, name)));
  }

  private static List<StepRow> steps(Handle handle, String runId) {
    return handle
        .createQuery("SELECT * FROM step_run WHERE run_id = :run ORDER BY position")
        .bind("run", runId)
        .map((row, _) -> stepRow(row))
        .list();
  }

  private static StepRow stepRow(java.sql.ResultSet row) throws java.sql.SQLException {
    return new StepRow(
        row.getString("name"),
        Json.read(row.getString("depends_on"), NAMES),
        StepState.valueOf(row.getString("state")),
        row.getInt("attempt"),
        row.getInt("lost"),
        row.getLong("not_before"),
        Optional.ofNullable(row.getString("step_key")),
        row.getString("cache_reason"),
        row.getLong("wall_millis"),
        row.getLong("cpu_millis"),
        Optional.ofNullable(row.getString("progress")),
        row.getString("executor"),
        Optional.ofNullable(row.getString("failure")),
        Optional.ofNullable(row.getString("output_digest")).map(Digest::new),
        millis(row, "began_millis"),
        millis(row, "ended_millis"));
  }

  private static Optional<Long> millis(java.sql.ResultSet row, String column)
      throws java.sql.SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(value);
  }
}
