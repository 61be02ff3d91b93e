package dev.espalier.training;

import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import java.util.List;

/** The table of finished check runs; rows are never changed. */
final class CiStore {
  private static final int NEWEST = 200;
  private final Database database;

  CiStore(Database database) {
    this.database = database;
    database.migrate("training");
  }

  void save(CiRun run) {
    int _ =
        database.write(handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO ci_run (id, product, canvas, snapshot, green, millis, record)
                    VALUES (:id, :product, :canvas, :snapshot, :green, :millis, :record)
                    """)
                .bind("id", run.id())
                .bind("product", run.product())
                .bind("canvas", run.canvas().text())
                .bind("snapshot", run.snapshot().text())
                .bind("green", run.green() ? 1 : 0)
                .bind("millis", run.millis())
                .bind("record", Json.write(run))
                .execute());
  }

  /** The newest runs of a product, newest first. */
  List<CiRun> runs(String product) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT record FROM ci_run WHERE product = :product
                ORDER BY id DESC LIMIT :newest
                """)
            .bind("product", product)
            .bind("newest", NEWEST)
            .map((row, _) -> Json.read(row.getString("record"), CiRun.class))
            .list());
  }

  /** Names the newest run of a product: other runs, another mark. */
  String mark(String product) {
    return database.read(handle ->
        handle
            .createQuery("SELECT coalesce(max(id), '') FROM ci_run WHERE product = :product")
            .bind("product", product)
            .mapTo(String.class)
            .one());
  }

  /** Whether a run on this content was green. */
  boolean green(String product, Digest canvas) {
    return exists(product, canvas, "AND green = 1");
  }

  /** Whether this content was ever checked. */
  boolean checked(String product, Digest canvas) {
    return exists(product, canvas, "");
  }

  private boolean exists(String product, Digest canvas, String condition) {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT count(*) FROM ci_run WHERE product = :product AND canvas = :canvas "
                    + condition)
            .bind("product", product)
            .bind("canvas", canvas.text())
            .mapTo(Long.class)
            .one())
        > 0;
  }
}
