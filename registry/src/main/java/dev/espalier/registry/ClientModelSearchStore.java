package dev.espalier.registry;

import dev.espalier.platform.Database;
import dev.espalier.registry.RegisteredModel.Version;
import dev.espalier.tracking.Page;
import dev.espalier.tracking.PageStore;
import dev.espalier.tracking.TextStore;
import dev.espalier.tracking.search.Clause;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.search.Operator;
import dev.espalier.tracking.search.Order;
import dev.espalier.tracking.search.SortKey;
import dev.espalier.tracking.search.Sql;
import dev.espalier.tracking.wire.Visible;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Searches over registered models and their versions. */
final class ClientModelSearchStore {
  /** The tag that makes a registered model or a version a prompt. */
  static final String PROMPT = "mlflow.prompt.is_prompt";

  private final Database database;

  ClientModelSearchStore(Database database) {
    this.database = database;
  }

  Page<RegisteredModel> models(
      List<Clause> clauses, List<Order> orders, Visible visible, Optional<Cursor> from, int limit) {
    List<Sql> conditions = new ArrayList<>();
    clauses.forEach(clause ->
        conditions.add(
            clause.entity() == Clause.Entity.TAG
                ? tag("registered_model_tag", "model", "m.name", clause)
                : Sql.compare("m.name", clause.operator(), clause.value())));
    hidePrompts(clauses, "registered_model_tag", "model", "m.name").ifPresent(conditions::add);
    visible.condition("m.name").ifPresent(conditions::add);
    List<SortKey> keys = modelKeys(orders);
    from.ifPresent(cursor -> conditions.add(SortKey.after(keys, cursor.keys())));
    return database.read(handle ->
        PageStore.page(
            handle,
            Sql.of(ClientModelStore.MODELS),
            conditions,
            keys,
            limit,
            row -> ClientModelStore.model(handle, row)));
  }

  static List<SortKey> modelKeys(List<Order> orders) {
    Map<String, SortKey> keys = new LinkedHashMap<>();
    for (Order order : orders) {
      String column =
          switch (order.key()) {
            case "creation_timestamp" -> "m.created_at";
            case "last_updated_timestamp" -> "m.updated_at";
            default -> "m.name";
          };
      keys.put(column, new SortKey(column, order.direction()));
    }
    keys.putIfAbsent("m.name", SortKey.ascending("m.name"));
    return List.copyOf(keys.values());
  }

  Page<Version> versions(
      List<Clause> clauses, List<Order> orders, Visible visible, Optional<Cursor> from, int limit) {
    List<Sql> conditions = new ArrayList<>();
    clauses.forEach(clause ->
        conditions.add(
            clause.entity() == Clause.Entity.TAG
                ? tag("registered_version_tag", "version", "v.seq", clause)
                : Sql.compare("v." + column(clause.key()), clause.operator(), clause.value())));
    hidePrompts(clauses, "registered_version_tag", "version", "v.seq").ifPresent(conditions::add);
    visible.condition("v.model").ifPresent(conditions::add);
    List<SortKey> keys = versionKeys(orders);
    from.ifPresent(cursor -> conditions.add(SortKey.after(keys, cursor.keys())));
    return database.read(handle ->
        PageStore.page(
            handle,
            Sql.of(ClientModelStore.VERSIONS),
            conditions,
            keys,
            limit,
            row -> ClientModelStore.version(handle, row)));
  }

  private static String column(String attribute) {
    return switch (attribute) {
      case "version_number" -> "number";
      case "source_path" -> "source";
      case "creation_timestamp" -> "created_at";
      case "last_updated_timestamp" -> "updated_at";
      case "run_id" -> "run_id";
      default -> "model";
    };
  }

  static List<SortKey> versionKeys(List<Order> orders) {
    Map<String, SortKey> keys = new LinkedHashMap<>();
    for (Order order : orders) {
      String column = "v." + column(order.key());
      keys.put(column, new SortKey(column, order.direction()));
    }
    if (orders.isEmpty()) {
      keys.put("v.updated_at", SortKey.descending("v.updated_at"));
    }
    keys.putIfAbsent("v.model", SortKey.ascending("v.model"));
    keys.putIfAbsent("v.number", SortKey.descending("v.number"));
    return List.copyOf(keys.values());
  }

  private static Sql tag(String table, String owner, String id, Clause clause) {
    boolean notAPrompt =
        clause.key().equals(PROMPT)
            && (clause.operator() == Operator.NOT_EQUAL
                || clause.value().equals(new Clause.Value.Text("false")));
    return notAPrompt ? noPrompt(table, owner, id) : TextStore.condition(table, owner, id, clause);
  }

  private static Sql noPrompt(String table, String owner, String id) {
    return Sql.of(
        "NOT EXISTS (SELECT 1 FROM %s p WHERE p.%s = %s AND p.name = '%s' AND p.text = 'true')"
            .formatted(table, owner, id, PROMPT));
  }

  /** Prompts stay out of a search that does not speak of them. */
  private static Optional<Sql> hidePrompts(
      List<Clause> clauses, String table, String owner, String id) {
    return clauses.stream().anyMatch(clause -> clause.key().equals(PROMPT))
        ? Optional.empty()
        : Optional.of(noPrompt(table, owner, id));
  }
}
