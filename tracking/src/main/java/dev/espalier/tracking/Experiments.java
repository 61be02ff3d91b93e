package dev.espalier.tracking;

import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.search.Clause;
import dev.espalier.tracking.search.Cursor;
import dev.espalier.tracking.search.Filter;
import dev.espalier.tracking.search.Order;
import dev.espalier.tracking.search.Vocabulary;
import dev.espalier.tracking.wire.Checks;
import dev.espalier.tracking.wire.Visible;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Experiments, as MLflow has them. Thread-safe; every change is one transaction. All methods throw
 * INVALID for input that breaks a rule and NOT_FOUND for an unknown experiment.
 */
final class Experiments {
  /** The most experiments of one page. */
  static final int MAX_PAGE = 50_000;

  private static final int MAX_NAME = 500;
  private static final int MAX_LOCATION = 2_048;
  private static final int MAX_TAG_TEXT = 20_000;

  /** Schemes whose address names the host, as MLflow refuses them. */
  private static final Pattern HOSTS =
      Pattern.compile(
          "(?is)((ftp|sftp|hdfs|viewfs|https?|r2|b2|abfss):|mlflow-artifacts://[^/]).*");

  private static final Vocabulary VOCABULARY =
      new Vocabulary.Builder()
          .attributePrefixes("attribute", "attributes", "attr", "experiment")
          .attribute(Vocabulary.TEXT, "name")
          .attribute(Vocabulary.NUMERIC, "creation_time")
          .attribute(Vocabulary.NUMERIC, "last_update_time")
          .entity(Clause.Entity.TAG, Vocabulary.TEXT_OR_NULL, "tag", "tags")
          .build();
  private static final Vocabulary ORDERABLE =
      new Vocabulary.Builder()
          .attributePrefixes("attribute", "attributes", "attr", "experiment")
          .attribute(Vocabulary.TEXT, "name")
          .attribute(Vocabulary.NUMERIC, "experiment_id")
          .attribute(Vocabulary.NUMERIC, "creation_time")
          .attribute(Vocabulary.NUMERIC, "last_update_time")
          .build();
  private final ExperimentStore store;
  private final InstantSource machine;

  Experiments(ExperimentStore store, InstantSource machine) {
    this.store = store;
    this.machine = machine;
    store.createDefault(machine.millis());
  }

  /** Makes an experiment; CONFLICT when the name is taken, by a deleted one too. */
  long create(String name, Optional<String> artifactLocation, Map<String, String> tags) {
    name(name);
    artifactLocation.ifPresent(Experiments::location);
    tags.forEach(Experiments::tag);
    return store.create(name, artifactLocation, tags, machine.millis());
  }

  private static void name(String name) {
    if (name.isBlank()) {
      throw EspalierException.invalid("Invalid experiment name: '%s'".formatted(name));
    }
    Checks.length("name", MAX_NAME, name);
  }

  private static void location(String location) {
    Checks.length("artifact_location", MAX_LOCATION, location);
    String bad =
        location.startsWith("runs:")
            ? "Artifact location cannot be a runs:/ URI."
            : location.matches("(?s).*[#?;\\x00-\\x1f].*")
                ? "Artifact location holds no fragment, parameters or control characters."
                : HOSTS.matcher(location).matches()
                    ? "Artifact location names no host for the server to connect to."
                    : location.matches(
                            "(?is).*(^|[/\\\\:]|%2f|%5c)(\\.|%2e){2}($|[/\\\\]|%2f|%5c).*")
                        ? "Artifact location leads nowhere above itself."
                        : "";
    if (!bad.isEmpty()) {
      throw EspalierException.invalid("%s Given: '%s'".formatted(bad, Checks.cut(200, location)));
    }
  }

  private static void tag(String name, String text) {
    Checks.key("key", name);
    Checks.length("value", MAX_TAG_TEXT, text);
  }

  Experiment get(long id) {
    return store.find(id).orElseThrow(() -> ExperimentStore.missing(id));
  }

  Optional<Experiment> byName(String name) {
    return store.byName(name);
  }

  void delete(long id) {
    store.move(id, LifecycleStage.ACTIVE, LifecycleStage.DELETED, machine.millis());
  }

  void restore(long id) {
    store.move(id, LifecycleStage.DELETED, LifecycleStage.ACTIVE, machine.millis());
  }

  void rename(long id, String name) {
    name(name);
    store.rename(id, name, machine.millis());
  }

  void setTag(long id, String name, String text) {
    tag(name, text);
    store.setTag(id, name, text);
  }

  void deleteTag(long id, String name) {
    store.deleteTag(id, name);
  }

  /** A page of experiments, and the token of the next. */
  Found<Experiment> search(
      String filter,
      List<String> orderBy,
      ViewType view,
      Visible visible,
      Optional<String> token,
      int limit) {
    List<Clause> clauses = Filter.parse(filter, VOCABULARY);
    List<Order> orders = Order.parse(orderBy, ORDERABLE);
    String query = "experiments|" + filter + "|" + orderBy + "|" + view;
    int keys = ExperimentStore.sortKeys(orders).size();
    Page<Experiment> page =
        store.search(
            clauses,
            orders,
            view,
            visible,
            token.map(text -> Cursor.parse(text, query, keys)),
            limit);
    return Found.of(page, query);
  }
}
