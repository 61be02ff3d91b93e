package dev.espalier.canvas;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.Json;
import dev.espalier.platform.ProductClocks;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The canvases of all products: plan and apply, evidence and conformance. Thread-safe: versions are
 * appended by compare-and-set in the database; {@code read} caches immutable documents only.
 */
public final class Canvases {
  private static final Logger LOG = LoggerFactory.getLogger(Canvases.class);
  private static final int HISTORY = 20;
  private final CanvasStore store;
  private final EvidenceStore evidence;
  private final ProductClocks clocks;
  private final Events events;
  private final Ids ids;
  private final InstantSource machine;
  private final Map<Digest, Read> read = new ConcurrentHashMap<>();

  /** A stored document, understood. */
  record Read(CanvasDocument document, Answers answers, CanvasVersion version) {}

  public Canvases(
      Database database, ProductClocks clocks, Events events, Ids ids, InstantSource machine) {
    this.store = new CanvasStore(database);
    this.evidence = new EvidenceStore(database);
    this.clocks = clocks;
    this.events = events;
    this.ids = ids;
    this.machine = machine;
  }

  /** Plans a document for the product that the document names. */
  public Plan plan(byte[] document) {
    return plan(slug(Answers.read(document)), document);
  }

  /**
   * Plans a document without changing anything.
   *
   * @throws EspalierException INVALID with line, key, rule and nearest valid value
   */
  public Plan plan(String product, byte[] document) {
    Answers answers = Answers.read(document);
    String slug = slug(answers);
    if (!slug.equals(product)) {
      throw EspalierException.invalidField(
          "product.name",
          "product of the path",
          "product.name: the document is about '%s', the request about '%s'."
              .formatted(slug, product),
          Optional.of(product));
    }
    Plan plan = plan(product, answers);
    store.plan(plan, new String(document, StandardCharsets.UTF_8));
    return plan;
  }

  private Plan plan(String product, Answers answers) {
    Optional<Read> base = latest(product);
    Optional<String> version = base.map(each -> each.document().version());
    List<Plan.Change> diff =
        base.map(each -> Diff.between(each.answers(), answers)).orElse(List.of());
    String next = Diff.next(version, diff);
    List<Resource> resources = Compiler.compile(answers, product, next);
    List<Plan.Action> actions =
        actions(base.map(each -> each.version().resources()).orElse(List.of()), resources);
    List<Plan.Finding> findings = Rules.findings(answers);
    List<String> needs = new ArrayList<>();
    if (diff.stream().anyMatch(Diff::loosens)) {
      needs.add("reason");
    }
    if (!needs.isEmpty() && base.map(each -> each.answers().members()).orElse(1) > 1) {
      needs.add("approval of another member");
    }
    ObjectNode covered = JsonNodeFactory.instance.objectNode();
    covered.put("product", product).put("base", version.orElse("")).put("version", next);
    covered.put("content", answers.contentDigest().text());
    covered.set("diff", Json.tree(diff));
    covered.set("actions", Json.tree(actions));
    return new Plan(
        product, version, next, diff, actions, findings, needs, CanonicalJson.digest(covered));
  }

  private static String slug(Answers answers) {
    return answers
        .find(Page.Name.class)
        .map(Page.Name::slug)
        .filter(slug -> !slug.isEmpty())
        .orElseThrow(() ->
            EspalierException.invalidField(
                "product.name",
                "required",
                "product.name: the canvas names no product.",
                Optional.of("my-product")));
  }

  private static List<Plan.Action> actions(List<Resource> before, List<Resource> after) {
    Map<String, Resource> was = new TreeMap<>();
    before.forEach(each -> was.put(each.id(), each));
    List<Plan.Action> actions = new ArrayList<>();
    for (Resource each : after) {
      Resource old = was.remove(each.id());
      if (old == null || !old.digest().equals(each.digest())) {
        actions.add(new Plan.Action(old == null ? "create" : "change", each.id(), key(each)));
      }
    }
    was.values().forEach(each -> actions.add(new Plan.Action("remove", each.id(), key(each))));
    return actions;
  }

  private static String key(Resource resource) {
    return resource.compiledFrom().substring(resource.compiledFrom().indexOf('#') + 1);
  }

  /**
   * Applies a plan: one transaction appends the version, if the plan's base is still the newest.
   *
   * @param reason needed when the plan loosens something
   * @throws EspalierException CONFLICT when another version came first or a contradiction is left
   */
  public CanvasVersion apply(String product, Digest planDigest, Optional<String> reason) {
    CanvasStore.Planned planned =
        store
            .planned(planDigest)
            .filter(each -> each.product().equals(product))
            .orElseThrow(() ->
                EspalierException.notFound(
                    "No plan %s for '%s'. Plan first.".formatted(planDigest, product)));
    Answers answers = Answers.read(planned.source().getBytes(StandardCharsets.UTF_8));
    Plan plan = plan(product, answers);
    if (!plan.planDigest().equals(planDigest)) {
      throw EspalierException.conflict(
          "The plan was made against version %s, and that is no longer what applies. Plan again."
              .formatted(planned.base().isEmpty() ? "none" : planned.base()));
    }
    permit(plan, reason);
    CanvasDocument next = document(plan, answers, planned.source(), reason);
    store.append(next, planned.base());
    Read applied = understand(next);
    LOG.info("canvas {} {} applied by {}", product, next.version(), next.appliedBy());
    events.publish(
        product,
        "canvas.applied",
        new Applied(product, next.version(), next.digest(), plan.diff().size()));
    observeStates(product);
    return applied.version();
  }

  /** What the event says. */
  record Applied(String product, String version, Digest digest, int changes) {}

  private static void permit(Plan plan, Optional<String> reason) {
    if (plan.blocked()) {
      Plan.Finding first =
          plan.contradictions().stream()
              .filter(f -> f.level() == Plan.Level.ERROR)
              .findFirst()
              .orElseThrow();
      throw EspalierException.conflict(
          "Rule %d: %s %s".formatted(first.rule(), first.message(), first.repair()));
    }
    if (plan.needs().size() > 1) {
      throw new EspalierException(
          dev.espalier.platform.ErrorCode.DENIED,
          "This loosens a promise: another member has to approve it.");
    }
    if (!plan.needs().isEmpty() && reason.filter(text -> !text.isBlank()).isEmpty()) {
      throw EspalierException.invalidField(
          "reason",
          "required",
          "This loosens a promise: say why in 'reason'.",
          Optional.of("why it may be looser"));
    }
  }

  private CanvasDocument document(
      Plan plan, Answers answers, String source, Optional<String> reason) {
    Optional<Digest> parent = latest(plan.product()).map(each -> each.document().digest());
    Instant now = clocks.now(plan.product());
    String by = answers.get(Page.Authors.class).owner();
    String why =
        reason.map(text -> plan.needs().isEmpty() ? text : text + " (self-approved)").orElse("");
    ObjectNode canonical = answers.canonical(by, now);
    canonical
        .put("canvas", Answers.FORMAT)
        .put("date", now.toString().substring(0, 10))
        .put("product", plan.product())
        .put("version", plan.version());
    parent.ifPresent(digest -> canonical.put("parent", digest.text()));
    return new CanvasDocument(
        plan.product(),
        plan.version(),
        Digest.of(CanonicalJson.bytes(canonical)),
        answers.contentDigest(),
        parent,
        now,
        by,
        why,
        source,
        canonical);
  }

  private Read understand(CanvasDocument document) {
    return read.computeIfAbsent(
        document.digest(),
        _ -> {
          Answers answers = Answers.read(document.source().getBytes(StandardCharsets.UTF_8));
          return new Read(
              document,
              answers,
              new CanvasVersion(
                  document.product(),
                  document.version(),
                  document.digest(),
                  document.contentDigest(),
                  document.parent(),
                  document.appliedAt(),
                  document.appliedBy(),
                  Compiler.compile(answers, document.product(), document.version())));
        });
  }

  Optional<Read> latest(String product) {
    List<CanvasDocument> all = store.versions(product);
    return all.isEmpty() ? Optional.empty() : Optional.of(understand(all.getLast()));
  }

  private Read current(String product) {
    return latest(product)
        .orElseThrow(() ->
            EspalierException.notFound(
                "No canvas for product '%s'. Apply one first.".formatted(product)));
  }

  /** Every product with its active version. */
  public List<CanvasSummary> list() {
    return store.products().stream().map(this::summary).toList();
  }

  private CanvasSummary summary(String product) {
    Read now = current(product);
    Conformance state = conformance(product);
    return new CanvasSummary(
        product,
        now.answers().get(Page.Name.class).name(),
        now.document().version(),
        now.document().digest(),
        now.document().appliedAt(),
        state.headline(),
        state.counts());
  }

  public Optional<CanvasVersion> active(String product) {
    return latest(product).map(Read::version);
  }

  /** The active version, or NOT_FOUND. */
  public CanvasVersion require(String product) {
    return current(product).version();
  }

  public CanvasVersion version(String product, String version) {
    return understand(document(product, version)).version();
  }

  public CanvasDocument document(String product, String version) {
    return store.versions(product).stream()
        .filter(each -> each.version().equals(version))
        .findFirst()
        .orElseThrow(() ->
            EspalierException.notFound(
                "Canvas '%s' has no version %s.".formatted(product, version)));
  }

  public List<CanvasDocument> versions(String product) {
    return store.versions(product);
  }

  /**
   * Stores what stages saw and publishes every state that changed by it. An observation that says
   * what the last one said is stored again only after half of its time to live.
   */
  public void record(String product, List<Observation> observations) {
    Read now = current(product);
    Map<String, List<Evidence>> known = evidence.recent(product, 1);
    List<Evidence> fresh = new ArrayList<>();
    for (Observation seen : observations) {
      Optional<Clause> clause =
          Board.clause(now.answers(), seen.question(), seen.clause())
              .filter(each -> each.home().isEmpty());
      if (clause.isEmpty()) {
        LOG.debug("no clause {}#{} in {}", seen.question(), seen.clause(), product);
        continue;
      }
      Digest answer = now.answers().given(seen.question()).digest();
      List<Evidence> last = known.getOrDefault(seen.question() + " " + seen.clause(), List.of());
      if (last.isEmpty() || news(last.getFirst(), seen, clause.get(), answer)) {
        fresh.add(
            new Evidence(
                ids.next("ev"),
                clause.get().kind(),
                seen,
                machine.instant(),
                clause.get().ttl(),
                answer));
      }
    }
    if (!fresh.isEmpty()) {
      evidence.save(product, fresh);
    }
    observeStates(product);
  }

  private static boolean news(Evidence last, Observation seen, Clause clause, Digest answer) {
    Observation before = last.seen();
    if (seen.observedAt().isBefore(before.observedAt())) {
      return false;
    }
    boolean same =
        before.subject().equals(seen.subject())
            && before.n() == seen.n()
            && before.value().equals(seen.value())
            && before.pass().equals(seen.pass())
            && last.answerDigest().equals(answer);
    return !same
        || java.time.Duration.between(before.observedAt(), seen.observedAt())
                .compareTo(clause.ttl().dividedBy(2))
            >= 0;
  }

  private void observeStates(String product) {
    Conformance now = conformance(product);
    Map<String, State> before = evidence.states(product);
    List<Conformance.Change> changes = new ArrayList<>();
    for (Conformance.QuestionRow row : now.questions()) {
      State was = before.getOrDefault(row.question(), State.UNANSWERED);
      if (was != row.state()) {
        changes.add(
            new Conformance.Change(
                now.asOf(), machine.instant(), row.question(), was, row.state(), row.reason()));
      }
    }
    if (!changes.isEmpty()) {
      evidence.changed(product, changes);
      changes.forEach(change -> events.publish(product, "conformance.changed", change));
    }
  }

  /** Whether reality conforms, computed now from what is stored. */
  public Conformance conformance(String product) {
    Read now = current(product);
    return Board.of(now, evidence.recent(product, HISTORY), clocks.now(product));
  }

  /** The question's changes of state, oldest first. */
  public List<Conformance.Change> history(String product, String question) {
    current(product);
    return evidence.history(product, question);
  }
}
