package dev.espalier.canvas;

import dev.espalier.platform.Database;
import dev.espalier.platform.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The resources that stages work with, as they stand, and where they left their answers. */
final class ResourceStore {
  private final Database database;

  ResourceStore(Database database) {
    this.database = database;
  }

  /** One stored resource; its specification may be anything that somebody wrote there. */
  record Row(String id, String kind, String name, String compiledFrom, String spec, String by) {}

  List<Row> rows(String product) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM canvas_resource WHERE product = :product ORDER BY id")
            .bind("product", product)
            .map((row, _) ->
                new Row(
                    row.getString("id"),
                    row.getString("kind"),
                    row.getString("name"),
                    row.getString("compiled_from"),
                    row.getString("spec"),
                    row.getString("changed_by")))
            .list());
  }

  /** Puts all resources of a product in place of the stored ones. */
  void replace(String product, List<Resource> resources, String by) {
    database.write(handle -> {
      handle
          .createUpdate("DELETE FROM canvas_resource WHERE product = :product")
          .bind("product", product)
          .execute();
      resources.forEach(each -> put(handle, product, each, by));
      return resources.size();
    });
  }

  void put(String product, Resource resource, String by) {
    database.write(handle -> put(handle, product, resource, by));
  }

  private static int put(Handle handle, String product, Resource resource, String by) {
    return handle
        .createUpdate(
            """
            INSERT INTO canvas_resource (product, id, kind, name, compiled_from, spec, changed_by)
            VALUES (:product, :id, :kind, :name, :from, :spec, :by)
            ON CONFLICT (product, id) DO UPDATE SET kind = excluded.kind, name = excluded.name,
              compiled_from = excluded.compiled_from, spec = excluded.spec,
              changed_by = excluded.changed_by
            """)
        .bind("product", product)
        .bind("id", resource.id())
        .bind("kind", resource.kind())
        .bind("name", resource.name())
        .bind("from", resource.compiledFrom())
        .bind("spec", Json.write(resource.spec()))
        .bind("by", by)
        .execute();
  }

  void remove(String product, String id) {
    database.write(handle ->
        handle
            .createUpdate("DELETE FROM canvas_resource WHERE product = :product AND id = :id")
            .bind("product", product)
            .bind("id", id)
            .execute());
  }

  List<Drift> drifts(String product) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM canvas_drift WHERE product = :product ORDER BY id DESC")
            .bind("product", product)
            .map((row, _) ->
                new Drift(
                    row.getString("id"),
                    row.getString("resource"),
                    row.getString("field"),
                    row.getString("expected"),
                    row.getString("actual"),
                    Optional.of(row.getString("changed_by")).filter(who -> !who.isEmpty()),
                    Instant.parse(row.getString("at")),
                    Drift.State.valueOf(row.getString("state")),
                    Optional.of(row.getString("settled_by")).filter(who -> !who.isEmpty())))
            .list());
  }

  void save(String product, List<Drift> drifts) {
    database.write(handle -> {
      for (Drift each : drifts) {
        handle
            .createUpdate(
                """
                INSERT INTO canvas_drift (id, product, resource, field, expected, actual,
                  changed_by, at, state, settled_by)
                VALUES (:id, :product, :resource, :field, :expected, :actual, :by, :at, :state,
                  :settledBy)
                ON CONFLICT (id) DO UPDATE SET state = excluded.state,
                  settled_by = excluded.settled_by
                """)
            .bind("id", each.id())
            .bind("product", product)
            .bind("resource", each.resource())
            .bind("field", each.field())
            .bind("expected", each.expected())
            .bind("actual", each.actual())
            .bind("by", each.by().orElse(""))
            .bind("at", each.at().toString())
            .bind("state", each.state().name())
            .bind("settledBy", each.settledBy().orElse(""))
            .execute();
      }
      return drifts.size();
    });
  }
}
