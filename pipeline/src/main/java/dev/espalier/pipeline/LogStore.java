package dev.espalier.pipeline;

import dev.espalier.platform.Database;
import java.time.Instant;
import java.util.List;

/** Step logs, a row a line, appended in batches. */
final class LogStore {
  private final Database database;

  LogStore(Database database) {
    this.database = database;
  }

  void append(String runId, String step, List<LogLine> lines) {
    database.write(handle -> {
      var batch =
          handle.prepareBatch(
              """
              INSERT INTO log_line (run_id, step, seq, attempt, at, message)
              VALUES (:run, :step, :seq, :attempt, :at, :message)
              ON CONFLICT (run_id, step, seq) DO NOTHING
              """);
      for (LogLine line : lines) {
        batch
            .bind("run", runId)
            .bind("step", step)
            .bind("seq", line.seq())
            .bind("attempt", line.attempt())
            .bind("at", line.at().toString())
            .bind("message", line.message())
            .add();
      }
      return batch.execute();
    });
  }

  long last(String runId, String step) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT coalesce(max(seq), 0) FROM log_line WHERE run_id = :run AND step = :step")
            .bind("run", runId)
            .bind("step", step)
            .mapTo(Long.class)
            .one());
  }

  List<LogLine> after(String runId, String step, long seq, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT seq, attempt, at, message FROM log_line
                WHERE run_id = :run AND step = :step AND seq > :seq ORDER BY seq LIMIT :limit
                """)
            .bind("run", runId)
            .bind("step", step)
            .bind("seq", seq)
            .bind("limit", limit)
            .map((row, _) ->
                new LogLine(
                    row.getLong("seq"),
                    row.getInt("attempt"),
                    Instant.parse(row.getString("at")),
                    row.getString("message")))
            .list());
  }
}
