package dev.espalier.monitoring;

import dev.espalier.platform.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** The process by the minute: the mean processor share, the most heap and open files. */
final class ProcessStore {
  private static final Duration KEPT = Duration.ofDays(8);
  private final Database database;

  ProcessStore(Database database) {
    this.database = database;
    database.migrate("monitoring");
  }

  /** One minute; shares are 0 to 1. */
  record Minute(Instant at, long samples, double cpu, double heap, double files) {}

  /** Adds a sample to its minute; the first of an hour forgets what is older than eight days. */
  void add(Instant at, ProcessSignals.Sample sample) {
    Instant minute = at.truncatedTo(ChronoUnit.MINUTES);
    database.write(handle -> {
      if (minute.equals(at.truncatedTo(ChronoUnit.HOURS))) {
        handle.execute(
            "DELETE FROM process_minute WHERE at < ?", EventTime.text(minute.minus(KEPT)));
      }
      return handle
          .createUpdate(
              """
              INSERT INTO process_minute (at, samples, cpu, heap, files)
              VALUES (:at, 1, :cpu, :heap, :files)
              ON CONFLICT (at) DO UPDATE SET
                cpu = (process_minute.cpu * process_minute.samples + excluded.cpu)
                  / (process_minute.samples + 1),
                heap = CASE WHEN excluded.heap > process_minute.heap
                  THEN excluded.heap ELSE process_minute.heap END,
                files = CASE WHEN excluded.files > process_minute.files
                  THEN excluded.files ELSE process_minute.files END,
                samples = process_minute.samples + 1
              """)
          .bind("at", EventTime.text(minute))
          .bind("cpu", sample.cpu())
          .bind("heap", sample.heap())
          .bind("files", sample.files())
          .execute();
    });
  }

  List<Minute> since(Instant since) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM process_minute WHERE at >= :since ORDER BY at")
            .bind("since", EventTime.text(since))
            .map((row, _) ->
                new Minute(
                    Instant.parse(row.getString("at")),
                    row.getLong("samples"),
                    row.getDouble("cpu"),
                    row.getDouble("heap"),
                    row.getDouble("files")))
            .list());
  }
}
