package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Caller;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.Json;
import dev.espalier.platform.ProductClocks;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the resources that stages work with, and compares them with what the active version
 * compiles to. Stages get the stored resources: whoever changes a row by hand changes what runs,
 * from the next look on, and the same look finds it. A row that is missing or unreadable is found
 * too, and the compiled resource works in its place.
 *
 * <p>Thread-safe: {@code held} maps a product to an immutable view, replaced as a whole.
 */
public final class Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
  private final Canvases canvases;
  private final ResourceStore store;
  private final ProductClocks clocks;
  private final Events events;
  private final Ids ids;
  private final Map<String, Held> held = new ConcurrentHashMap<>();
  private volatile Function<String, Optional<String>> lagging = _ -> Optional.empty();

  /** The field of a drift that says that a resource does not work yet. */
  static final String IN_FORCE = "in force";

  private record Held(Digest version, List<Resource> resources) {}

  private record Difference(String resource, String field, String expected, String actual) {}

  Reconciler(Canvases canvases, ResourceStore store, ProductClocks clocks, Events events, Ids ids) {
    this.canvases = canvases;
    this.store = store;
    this.clocks = clocks;
    this.events = events;
    this.ids = ids;
  }

  /**
   * Says who knows of an endpoint that could not be put into force: the resource stands, and what
   * runs is something else. That is drift until it is put into force, and nobody's hand did it.
   *
   * @param stage why a product's endpoint is not what its resources say; empty when it is
   */
  public void lagging(Function<String, Optional<String>> stage) {
    this.lagging = stage;
  }

  /** A new version's resources take the place of whatever stands there. */
  void applied(Readings.Read now) {
    String product = now.document().product();
    store.replace(product, now.version().resources(), now.document().appliedBy());
    held.put(product, new Held(now.document().digest(), now.version().resources()));
    settle(product, List.of());
  }

  /** The version with its resources as they stand. */
  CanvasVersion standing(Readings.Read now) {
    String product = now.document().product();
    Held known = held.get(product);
    if (known == null || !known.version().equals(now.document().digest())) {
      known = look(now);
    }
    return now.version().with(known.resources());
  }

  /** Reads the stored resources again. */
  private Held look(Readings.Read now) {
    String product = now.document().product();
    List<ResourceStore.Row> rows = rows(now);
    Map<String, ResourceStore.Row> byId = new HashMap<>();
    rows.forEach(row -> byId.put(row.id(), row));
    List<Resource> resources = new ArrayList<>();
    for (Resource compiled : now.version().resources()) {
      ResourceStore.Row row = byId.get(compiled.id());
      resources.add(row == null ? compiled : standing(compiled, row));
    }
    Held seen = new Held(now.document().digest(), List.copyOf(resources));
    held.put(product, seen);
    return seen;
  }

  private static Resource standing(Resource compiled, ResourceStore.Row row) {
    return Specs.read(compiled.kind(), row.spec())
        .map(spec -> Resource.of(compiled.name(), compiled.compiledFrom(), spec))
        .filter(actual -> !actual.digest().equals(compiled.digest()))
        .orElse(compiled);
  }

  /** The rows of the active version; those of a home that is older than them are written now. */
  private List<ResourceStore.Row> rows(Readings.Read now) {
    String product = now.document().product();
    List<ResourceStore.Row> rows = store.rows(product);
    String prefix = product + "@" + now.document().version() + "#";
    boolean ours = rows.stream().anyMatch(row -> row.compiledFrom().startsWith(prefix));
    if (ours) {
      return rows;
    }
    // An earlier process stopped between the version and its resources, or knew none.
    store.replace(product, now.version().resources(), now.document().appliedBy());
    return store.rows(product);
  }

  /** Compares once; a difference that is new becomes a record and an event. */
  public List<Drift> reconcile(String product) {
    Optional<Readings.Read> active = canvases.latest(product);
    if (active.isEmpty()) {
      return List.of();
    }
    Readings.Read now = active.get();
    look(now);
    return settle(product, differences(now));
  }

  private List<Difference> differences(Readings.Read now) {
    List<Difference> found = new ArrayList<>();
    Map<String, ResourceStore.Row> rows = new LinkedHashMap<>();
    rows(now).forEach(row -> rows.put(row.id(), row));
    for (Resource compiled : now.version().resources()) {
      ResourceStore.Row row = rows.remove(compiled.id());
      if (row == null) {
        found.add(new Difference(compiled.id(), "", Json.write(compiled.spec()), ""));
      } else {
        found.addAll(differences(compiled, row.spec()));
      }
    }
    rows.values().forEach(extra -> found.add(new Difference(extra.id(), "", "", extra.spec())));
    lagging
        .apply(now.document().product())
        .ifPresent(
            why -> found.add(new Difference(endpoint(now), IN_FORCE, "true", Json.write(why))));
    return found;
  }

  private static String endpoint(Readings.Read now) {
    return now.version().resources(Spec.Endpoint.class).stream()
        .findFirst()
        .map(Resource::id)
        .orElse("endpoint/endpoint");
  }

  private static List<Difference> differences(Resource compiled, String spec) {
    Optional<Spec> actual = Specs.read(compiled.kind(), spec);
    if (actual.isEmpty()) {
      return List.of(new Difference(compiled.id(), "", Json.write(compiled.spec()), spec));
    }
    Map<String, JsonNode> expected = Specs.values(Specs.tree(compiled.spec()));
    Map<String, JsonNode> stands = Specs.values(Specs.tree(actual.get()));
    Set<String> paths = new LinkedHashSet<>(expected.keySet());
    paths.addAll(stands.keySet());
    List<Difference> found = new ArrayList<>();
    for (String path : paths) {
      String was = text(Optional.ofNullable(expected.get(path)));
      String is = text(Optional.ofNullable(stands.get(path)));
      if (!was.equals(is)) {
        found.add(new Difference(compiled.id(), path, was, is));
      }
    }
    return found;
  }

  private static String text(Optional<JsonNode> value) {
    return value.map(dev.espalier.platform.CanonicalJson::write).orElse("");
  }

  /** Brings the records in line with the differences, and returns what is there now. */
  private synchronized List<Drift> settle(String product, List<Difference> differences) {
    List<Drift> before = store.drifts(product).stream().filter(Reconciler::standing).toList();
    List<Drift> changed = new ArrayList<>();
    List<Drift> there = new ArrayList<>();
    for (Drift old : before) {
      boolean still = differences.contains(difference(old));
      if (still) {
        there.add(old);
      } else {
        changed.add(old.settled(Drift.State.GONE, old.settledBy().orElse("")));
      }
    }
    List<Difference> known = there.stream().map(Reconciler::difference).toList();
    Map<String, String> changedBy = new HashMap<>();
    if (!known.containsAll(differences)) {
      String applier = canvases.require(product).appliedBy();
      store.rows(product).stream()
          .filter(row -> !row.by().equals(applier))
          .forEach(row -> changedBy.put(row.id(), row.by()));
    }
    for (Difference each : differences) {
      if (!known.contains(each)) {
        Drift found =
            new Drift(
                ids.next("drf"),
                each.resource(),
                each.field(),
                each.expected(),
                each.actual(),
                Optional.ofNullable(changedBy.get(each.resource())),
                clocks.now(product),
                Drift.State.OPEN,
                Optional.empty());
        changed.add(found);
        there.add(found);
      }
    }
    if (!changed.isEmpty()) {
      store.save(product, changed);
      changed.forEach(each -> {
        LOG.info("canvas drift {} {}.{} {}", product, each.resource(), each.field(), each.state());
        events.publish(product, "canvas.drift", each);
      });
    }
    return List.copyOf(there);
  }

  private static boolean standing(Drift drift) {
    return drift.state() == Drift.State.OPEN || drift.state() == Drift.State.ADOPTED;
  }

  private static Difference difference(Drift drift) {
    return new Difference(drift.resource(), drift.field(), drift.expected(), drift.actual());
  }

  /** Every record, newest first. */
  public List<Drift> drifts(String product) {
    canvases.require(product);
    return store.drifts(product);
  }

  /** What stands, or does not work, against what the answers say; empty when nothing does. */
  Optional<String> drifted(String product) {
    List<Drift> there = store.drifts(product).stream().filter(Reconciler::standing).toList();
    return there.stream()
        .filter(each -> each.field().equals(IN_FORCE))
        .findFirst()
        .map(each -> "The endpoint does not follow: " + Json.tree(each.actual()).asText())
        .or(() ->
            there.stream()
                .findFirst()
                .map(_ -> "A resource was changed by hand; adopt or revert it."));
  }

  private Drift open(String product, String id) {
    Drift drift =
        store.drifts(product).stream()
            .filter(each -> each.id().equals(id))
            .findFirst()
            .orElseThrow(
                () -> EspalierException.notFound("No drift '%s' of '%s'.".formatted(id, product)));
    if (!standing(drift)) {
      throw EspalierException.conflict(
          "Drift %s is %s already."
              .formatted(id, drift.state().name().toLowerCase(java.util.Locale.ROOT)));
    }
    return drift;
  }

  /**
   * Puts the resource back to what its answer compiles to.
   *
   * @throws EspalierException CONFLICT where the resource stands and only does not work yet
   */
  public Drift revert(String product, String id, Caller caller) {
    Drift drift = open(product, id);
    if (drift.field().equals(IN_FORCE)) {
      throw EspalierException.conflict(
          "There is nothing to put back: %s stands, and is put into force again and again until that works. %s"
              .formatted(drift.resource(), Json.tree(drift.actual()).asText()));
    }
    Readings.Read now = canvases.current(product);
    String by = caller.as(now.answers().owner());
    Optional<Resource> compiled =
        now.version().resources().stream()
            .filter(each -> each.id().equals(drift.resource()))
            .findFirst();
    compiled.ifPresentOrElse(
        each -> store.put(product, each, now.document().appliedBy()),
        () -> store.remove(product, drift.resource()));
    List<Drift> same =
        store.drifts(product).stream()
            .filter(each -> standing(each) && each.resource().equals(drift.resource()))
            .map(each -> each.settled(Drift.State.REVERTED, by))
            .toList();
    store.save(product, same);
    look(now);
    same.forEach(each -> events.publish(product, "canvas.drift", each));
    LOG.info("canvas drift {} {} reverted by {}", product, drift.resource(), by);
    return drift.settled(Drift.State.REVERTED, by);
  }

  /**
   * Makes a draft whose answer compiles to what stands.
   *
   * @throws EspalierException CONFLICT when no answer gives that value
   */
  public Draft adopt(String product, String id, Caller caller) {
    Drift drift = open(product, id);
    Readings.Read now = canvases.current(product);
    Resource compiled =
        now.version().resources().stream()
            .filter(each -> each.id().equals(drift.resource()))
            .findFirst()
            .orElseThrow(() -> noAnswer(drift));
    Answers inverse = inverse(now, compiled, drift).orElseThrow(() -> noAnswer(drift));
    Draft draft = canvases.draft(product, Export.text(inverse), now.document().version(), caller);
    store.save(product, List.of(drift.settled(Drift.State.ADOPTED, draft.by())));
    events.publish(product, "canvas.drift", drift.settled(Drift.State.ADOPTED, draft.by()));
    return draft;
  }

  private static EspalierException noAnswer(Drift drift) {
    return new EspalierException(
        ErrorCode.CONFLICT,
        "No answer makes %s of %s be %s; revert it, or change the canvas by hand."
            .formatted(
                drift.field().isEmpty() ? "all" : drift.field(),
                drift.resource(),
                drift.actual().isEmpty() ? "absent" : drift.actual()));
  }

  /**
   * The answers that compile to the value that stands, found by trying: each value of the answer
   * that equals the expected one is set to the actual one, and what it compiles to is compared.
   */
  private static Optional<Answers> inverse(Readings.Read now, Resource compiled, Drift drift) {
    if (drift.field().isEmpty()
        || drift.field().equals(IN_FORCE)
        || drift.expected().isEmpty()
        || drift.actual().isEmpty()) {
      return Optional.empty();
    }
    JsonNode expected = Json.tree(drift.expected());
    JsonNode actual = Json.tree(drift.actual());
    Given<?> given = now.answers().given(compiled.key());
    for (Map.Entry<String, JsonNode> leaf : Specs.values(given.canonical()).entrySet()) {
      if (!same(leaf.getValue(), expected)) {
        continue;
      }
      Patch patch = new Patch(compiled.key() + "." + leaf.getKey(), actual);
      Optional<Answers> tried = patched(now.answers(), patch);
      if (tried.filter(answers -> gives(answers, now, drift, actual)).isPresent()) {
        return tried;
      }
    }
    return Optional.empty();
  }

  private static Optional<Answers> patched(Answers answers, Patch patch) {
    try {
      return Optional.of(Patches.apply(answers, List.of(patch)));
    } catch (EspalierException notAValidAnswer) {
      return Optional.empty();
    }
  }

  private static boolean gives(Answers answers, Readings.Read now, Drift drift, JsonNode actual) {
    return Compiler.compile(answers, now.document().product(), now.document().version()).stream()
        .filter(each -> each.id().equals(drift.resource()))
        .map(each -> Specs.values(Specs.tree(each.spec())).get(drift.field()))
        .anyMatch(value -> value != null && same(value, actual));
  }

  /** Equal as numbers, as times, or as texts. */
  private static boolean same(JsonNode one, JsonNode other) {
    if (one.isNumber() && other.isNumber()) {
      BigDecimal number = one.decimalValue();
      return number.compareTo(other.decimalValue()) == 0;
    }
    if (one.isTextual() && other.isTextual() && one.asText().startsWith("P")) {
      try {
        return Scalars.duration(one.asText()).equals(Scalars.duration(other.asText()));
      } catch (Scalars.Refused noTime) {
        return one.asText().equals(other.asText());
      }
    }
    return one.equals(other);
  }
}
