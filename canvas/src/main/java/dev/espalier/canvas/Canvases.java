package dev.espalier.canvas;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.Caller;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.Problem;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.Role;
import dev.espalier.platform.Signer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The canvases of all products: plan and apply, evidence and conformance. Thread-safe: versions are
 * appended by compare-and-set in the database; what is kept of them is immutable.
 */
public final class Canvases {
  private static final Logger LOG = LoggerFactory.getLogger(Canvases.class);
  private static final int OPEN_PLANS = 50;
  private final CanvasStore store;
  private final DraftStore drafts;
  private final Signer signer;
  private final InstantSource machine;
  private final EvidenceLedger ledger;
  private final Reconciler reconciler;
  private final Comments comments;
  private final ProductClocks clocks;
  private final Events events;

  private final Readings readings;

  /** Canvases whose signatures nobody can check later: for tools and tests. */
  public Canvases(
      Database database, ProductClocks clocks, Events events, Ids ids, InstantSource machine) {
    this(database, clocks, events, ids, machine, Signer.temporary(), _ -> Facts.unknown());
  }

  public Canvases(
      Database database,
      ProductClocks clocks,
      Events events,
      Ids ids,
      InstantSource machine,
      Signer signer,
      FactSource facts) {
    this.store = new CanvasStore(database);
    this.readings = new Readings(store);
    this.drafts = new DraftStore(database);
    this.signer = signer;
    this.machine = machine;
    this.reconciler = new Reconciler(this, new ResourceStore(database), clocks, events, ids);
    this.comments = new Comments(this, database, clocks, events, ids);
    this.ledger =
        new EvidenceLedger(new EvidenceStore(database), clocks, events, ids, machine, facts);
    this.clocks = clocks;
    this.events = events;
  }

  /** Plans a document for the product that the document names. */
  public Plan plan(byte[] document, Caller caller) {
    return plan(Answers.read(document).slug(), document, caller);
  }

  /**
   * Plans a document: stores the plan and changes nothing else.
   *
   * @throws EspalierException INVALID with line, key, rule and nearest valid value
   */
  public Plan plan(String product, byte[] document, Caller caller) {
    Answers answers = about(product, document);
    Unbuilt.refuse(answers);
    Plan plan =
        Planner.plan(
            product,
            latest(product),
            answers,
            who(product, answers, caller),
            ledger.facts(product, latest(product)));
    store.plan(plan, new String(document, StandardCharsets.UTF_8), clocks.now(product));
    return plan;
  }

  private static Answers about(String product, byte[] document) {
    Answers answers = Answers.read(document);
    String slug = answers.slug();
    if (!slug.equals(product)) {
      throw EspalierException.invalidField(
          "product.name",
          "product of the path",
          "product.name: the document is about '%s', the request about '%s'."
              .formatted(slug, product),
          Optional.of(product));
    }
    return answers;
  }

  /** The name under which a caller acts: whoever is at the machine stands for the owner. */
  private String who(String product, Answers otherwise, Caller caller) {
    return caller.as(latest(product).map(Readings.Read::answers).orElse(otherwise).owner());
  }

  /** What is wrong with a document, without storing anything; for an editor, at each keystroke. */
  public Check check(String product, byte[] document) {
    try {
      return Check.of(about(product, document), ledger.facts(product, latest(product)));
    } catch (EspalierException problem) {
      return new Check(List.of(), List.of(Problem.of(problem)));
    }
  }

  /** A document with patches applied, as text; nothing is stored. */
  public String patched(byte[] document, List<Patch> patches) {
    return Export.text(Patches.apply(Answers.read(document), patches));
  }

  private CanvasStore.Planned planned(String product, Digest digest) {
    return store
        .planned(digest)
        .filter(each -> each.product().equals(product))
        .orElseThrow(() ->
            EspalierException.notFound(
                "No plan %s for '%s'. Plan first.".formatted(digest, product)));
  }

  /** A stored plan, made again: what it covers must be what still applies. */
  private Plan again(CanvasStore.Planned planned) {
    Answers answers = Answers.read(planned.source().getBytes(StandardCharsets.UTF_8));
    Unbuilt.refuse(answers);
    Plan plan =
        Planner.plan(
            planned.product(),
            latest(planned.product()),
            answers,
            planned.by(),
            ledger.facts(planned.product(), latest(planned.product())));
    if (!plan.planDigest().equals(planned.digest())) {
      throw EspalierException.conflict(
          "The plan was made against version %s, and that is no longer what applies. Plan again."
              .formatted(planned.base().isEmpty() ? "none" : planned.base()));
    }
    return plan;
  }

  /** The plans that wait for somebody, newest first. */
  public List<OpenPlan> plans(String product) {
    String base = latest(product).map(each -> each.document().version()).orElse("");
    List<OpenPlan> open = new ArrayList<>();
    for (CanvasStore.Planned each : store.plans(product, base, OPEN_PLANS)) {
      try {
        open.add(open(each));
      } catch (EspalierException outdated) {
        LOG.debug("plan {} no longer applies", each.digest(), outdated);
      }
    }
    return open;
  }

  /** One plan that waits. */
  public OpenPlan openPlan(String product, Digest digest) {
    return open(planned(product, digest));
  }

  private OpenPlan open(CanvasStore.Planned planned) {
    Plan plan = again(planned);
    List<Approval> approvals = store.approvals(planned.digest());
    return new OpenPlan(
        plan,
        planned.by(),
        planned.at(),
        approvals,
        Planner.missing(plan, approvals, Consent.silent()));
  }

  /**
   * Agrees to another member's plan.
   *
   * @throws EspalierException DENIED for its author and for who may not approve, CONFLICT when the
   *     plan no longer applies
   */
  public OpenPlan approve(
      String product, Digest planDigest, Optional<String> reason, Caller caller) {
    CanvasStore.Planned planned = planned(product, planDigest);
    Plan plan = again(planned);
    String by = caller.as(current(product).answers().owner());
    if (by.equals(plan.by())) {
      throw new EspalierException(
          ErrorCode.DENIED,
          "%s made this plan; another member has to approve it%s."
              .formatted(
                  by,
                  plan.approvers().isEmpty()
                      ? ", and there is none"
                      : ": " + String.join(" or ", plan.approvers())));
    }
    if (!plan.approvers().contains(by)) {
      throw new EspalierException(
          ErrorCode.DENIED,
          "%s may not approve for '%s': the owner grants the role of approver in product.authors."
              .formatted(by, product));
    }
    store.approve(product, planDigest, new Approval(by, clocks.now(product), reason.orElse("")));
    LOG.info("canvas {} plan {} approved by {}", product, planDigest.brief(), by);
    events.publish(product, "canvas.approved", new Approved(planDigest, plan.version(), by));
    return open(planned);
  }

  private record Approved(Digest plan, String version, String by) {}

  /**
   * Applies a plan: one transaction appends the version, if the plan's base is still the newest.
   *
   * @param consent the reason where the plan loosens something, and the warnings that are accepted
   * @throws EspalierException CONFLICT when another version came first, a contradiction is left or
   *     a warning is not confirmed, DENIED while an approval is missing
   */
  public CanvasVersion apply(String product, Digest planDigest, Consent consent, Caller caller) {
    CanvasStore.Planned planned = planned(product, planDigest);
    Plan plan = again(planned);
    Answers answers = Answers.read(planned.source().getBytes(StandardCharsets.UTF_8));
    String by = who(product, answers, caller);
    if (plan.base().isEmpty() && !by.equals(answers.owner())) {
      throw new EspalierException(
          ErrorCode.DENIED,
          "Only the owner that the canvas names may begin a product; it names %s, and %s asks."
              .formatted(answers.owner(), by));
    }
    List<Approval> approvals = store.approvals(planDigest);
    Planner.permit(plan, approvals, consent);
    CanvasDocument next =
        document(plan, answers, planned.source(), reason(plan, consent, approvals), by, approvals);
    store.append(next, planned.base());
    drafts.delete(product, by);
    Readings.Read applied = readings.of(next);
    reconciler.applied(applied);
    LOG.info("canvas {} {} applied by {}", product, next.version(), next.appliedBy());
    events.publish(
        product,
        "canvas.applied",
        new Applied(product, next.version(), next.digest(), plan.diff().size()));
    ledger.observeStates(applied);
    return applied.version();
  }

  /** What was said, and what it was said in spite of: part of what is signed. */
  private static String reason(Plan plan, Consent consent, List<Approval> approvals) {
    List<String> words = new ArrayList<>();
    consent.reason().map(String::strip).filter(text -> !text.isEmpty()).ifPresent(words::add);
    if (!plan.confirms().isEmpty()) {
      words.add(
          "(warned by rule %s)"
              .formatted(
                  plan.confirms().stream().map(String::valueOf).collect(Collectors.joining(", "))));
    }
    if (plan.loosens() && approvals.isEmpty()) {
      words.add("(self-approved)");
    }
    return String.join(" ", words);
  }

  /** What the event says. */
  record Applied(String product, String version, Digest digest, int changes) {}

  private CanvasDocument document(
      Plan plan, Answers answers, String source, String why, String by, List<Approval> approvals) {
    Optional<CanvasDocument> parent = latest(plan.product()).map(Readings.Read::document);
    Instant now = clocks.now(plan.product());
    ObjectNode canonical = answers.canonical(by, now, parent.map(CanvasDocument::tree));
    CanvasDocument draft =
        new CanvasDocument(
            plan.product(),
            plan.version(),
            plan.planDigest(),
            answers.contentDigest(),
            parent.map(CanvasDocument::digest),
            now,
            by,
            why,
            source,
            "",
            plan.by(),
            approvals,
            "",
            "");
    Chain.describe(canonical, draft);
    CanvasDocument described = draft.covering(CanonicalJson.write(canonical));
    return described.with(signer.keyId(), signer.sign(described.signed()));
  }

  /** Plans an older version again, as a new one. */
  public Plan reapply(String product, String version, Caller caller) {
    byte[] source = document(product, version).source().getBytes(StandardCharsets.UTF_8);
    return plan(product, source, caller);
  }

  /** Recomputes the digests, the chain and the signatures of everything stored. */
  public Verification verify(String product) {
    current(product);
    try {
      return Chain.verify(product, store.versions(product), signer);
    } catch (DateTimeException | EspalierException unreadable) {
      String why = "a stored version cannot be read: " + unreadable.getMessage();
      return new Verification(product, false, 0, signer.keyId(), List.of(why));
    }
  }

  /** The caller's draft, or the active version as the start of one. */
  public Draft draft(String product, Caller caller) {
    Optional<Readings.Read> base = latest(product);
    String author = base.map(each -> caller.as(each.answers().owner())).orElse(caller.user());
    return drafts
        .find(product, author)
        .or(() ->
            base.map(Readings.Read::document)
                .map(each ->
                    new Draft(each.source(), each.version(), each.appliedAt(), each.appliedBy())))
        .orElseThrow(() ->
            EspalierException.notFound(
                "No canvas and no draft for product '%s'.".formatted(product)));
  }

  /**
   * Keeps a draft, valid or not.
   *
   * @param baseVersion the version that it started from
   * @throws EspalierException CONFLICT when another version has been applied since
   */
  public Draft draft(String product, String source, String baseVersion, Caller caller) {
    Optional<Readings.Read> base = latest(product);
    String active = base.map(each -> each.document().version()).orElse("");
    if (!active.equals(baseVersion)) {
      throw EspalierException.conflict(
          "The draft started from version %s, and %s is applied now. Look at what changed, then save it against %s."
              .formatted(named(baseVersion), named(active), named(active)));
    }
    String author = base.map(each -> caller.as(each.answers().owner())).orElse(caller.user());
    Draft draft = new Draft(source, baseVersion, clocks.now(product), author);
    drafts.save(product, draft);
    return draft;
  }

  private static String named(String version) {
    return version.isEmpty() ? "none" : version;
  }

  Optional<Readings.Read> latest(String product) {
    return store.newest(product).map(digest -> readings.of(product, digest));
  }

  Readings.Read current(String product) {
    return latest(product)
        .orElseThrow(() ->
            EspalierException.notFound(
                "No canvas for product '%s'. Apply one first.".formatted(product)));
  }

  /** The role that the active canvas gives a user. */
  public Optional<Role> role(String product, String user) {
    return latest(product).stream()
        .flatMap(each -> each.answers().get(Page.Authors.class).authors().stream())
        .filter(author -> author.user().equals(user))
        .map(author -> Role.of(author.role()))
        .max(Role::compareTo);
  }

  /** Every product that has a canvas. */
  public List<String> products() {
    return store.products();
  }

  /** Every product with its active version. */
  public List<CanvasSummary> list() {
    return store.products().stream().map(this::summary).toList();
  }

  private CanvasSummary summary(String product) {
    Readings.Read now = current(product);
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

  /** The active version, with its resources as they stand. */
  public Optional<CanvasVersion> active(String product) {
    return latest(product).map(reconciler::standing);
  }

  /** Compares the resources that stages work with to what the answers compile to. */
  public Reconciler reconciler() {
    return reconciler;
  }

  /** What members say about the questions. */
  public Comments comments() {
    return comments;
  }

  /** The active version, or NOT_FOUND. */
  public CanvasVersion require(String product) {
    return reconciler.standing(current(product));
  }

  public CanvasVersion version(String product, String version) {
    return readings.of(document(product, version)).version();
  }

  public CanvasDocument document(String product, String version) {
    return store.versions(product).stream()
        .filter(each -> each.version().equals(version))
        .findFirst()
        .orElseThrow(() ->
            EspalierException.notFound(
                "Canvas '%s' has no version %s.".formatted(product, version)));
  }

  /** A version as text: question texts as comments, defaults that nobody confirmed marked. */
  public String export(String product, String version) {
    return Export.text(readings.of(document(product, version)).answers());
  }

  /** The same with what people say about each question, where nobody has settled it. */
  String exportWithComments(String product, String version) {
    return Export.text(readings.of(document(product, version)).answers(), comments.of(product));
  }

  /** The fixed lines that every export carries: whose layout and prompts these are. */
  public static List<String> attribution() {
    return Board.ATTRIBUTION;
  }

  /** The stored versions, oldest first. */
  public List<CanvasDocument> versions(String product) {
    return store.versions(product);
  }

  /** Who applied what, when and why; oldest first. */
  public List<VersionRow> history(String product) {
    String active = current(product).document().version();
    return store.versions(product).stream().map(each -> VersionRow.of(each, active)).toList();
  }

  /**
   * Stores what stages saw and publishes every state that changed by it. An observation that says
   * what the last one said is stored again only after half of its time to live.
   */
  public void record(String product, List<Observation> observations) {
    ledger.record(current(product), observations);
  }

  /**
   * A named person signs that a clause holds.
   *
   * @param statement what they looked at, in their own words
   * @throws EspalierException DENIED for a caller without a name of their own, INVALID for a clause
   *     that nobody can attest
   */
  public void attest(
      String product, String question, String clause, String statement, Caller caller) {
    ledger.attest(current(product), question, clause, statement, caller);
  }

  /** Whether reality conforms, computed now from what is stored. */
  public Conformance conformance(String product) {
    return ledger.conformance(current(product));
  }

  /** The board as it is now, signed. */
  public SignedBoard snapshot(String product) {
    Readings.Read now = current(product);
    return SignedBoard.of(
        now.document().digest(), machine.instant(), ledger.conformance(now), signer);
  }

  /** Whether a snapshot is what was signed here; INVALID for what is none of this product. */
  public SignedBoard.Check checked(String product, byte[] snapshot) {
    current(product);
    return SignedBoard.check(product, snapshot, store.versions(product), signer);
  }

  /**
   * The newest observations of one clause, newest first.
   *
   * @throws EspalierException INVALID for a question or clause that there is not
   */
  public List<Seen> evidence(String product, String question, String clause, int limit) {
    return ledger.seen(current(product), question, clause, limit);
  }

  /** The question's changes of state, oldest first. */
  public List<Conformance.Change> history(String product, String question) {
    current(product);
    return ledger.history(product, Optional.of(question));
  }

  /** Every question's changes of state, oldest first. */
  public List<Conformance.Change> stateChanges(String product) {
    current(product);
    return ledger.history(product, Optional.empty());
  }
}
