package dev.espalier.canvas;

import dev.espalier.platform.Digest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What the canvas knows about itself: its chain, its authors, the coverage of its cells. It is read
 * and re-hashed again when a version was applied, when something was changed by hand or somebody
 * did something, and once a minute of the product's clock, not at each look. Thread-safe.
 */
public final class CanvasEvidence implements EvidenceSource {
  private static final Duration AGAIN = Duration.ofMinutes(1);
  private final Canvases canvases;
  private final Acts acts;
  private final Map<String, Look> looks = new ConcurrentHashMap<>();

  /** What the last look was about. */
  private record Look(
      Digest version, Optional<String> drifted, Map<String, Act> newest, Instant at) {
    boolean stillSays(Look now) {
      return version.equals(now.version)
          && drifted.equals(now.drifted)
          && newest.equals(now.newest)
          && !now.at.isBefore(at)
          && now.at.isBefore(at.plus(AGAIN));
    }
  }

  /** What members did elsewhere than in the canvas: {@code server} collects it from the stages. */
  @FunctionalInterface
  public interface Acts {
    /** The newest act of each user on a product. */
    Map<String, Act> newest(String product);
  }

  /** What somebody did, product time, in words that follow the user's name. */
  public record Act(Instant at, String words) {}

  /** Evidence that knows of no acts but applied versions. */
  public CanvasEvidence(Canvases canvases) {
    this(canvases, _ -> Map.of());
  }

  public CanvasEvidence(Canvases canvases, Acts acts) {
    this.canvases = canvases;
    this.acts = acts;
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    Optional<Readings.Read> latest = canvases.latest(product);
    if (latest.isEmpty()) {
      return List.of();
    }
    Look look =
        new Look(
            latest.get().document().digest(),
            canvases.reconciler().drifted(product),
            acts.newest(product),
            now);
    Look before = looks.get(product);
    if (before != null && before.stillSays(look)) {
      return List.of();
    }
    looks.put(product, look);
    Answers answers = latest.get().answers();
    List<CanvasDocument> versions = canvases.versions(product);
    Sheet seen = new Sheet(product, canvas, now, new ArrayList<>());
    name(seen, versions);
    seen.verdict(
        "product.date",
        "approval",
        1,
        latest
            .get()
            .document()
            .tree()
            .path("date")
            .asText()
            .equals(canvas.appliedAt().toString().substring(0, 10)),
        "Applied by %s.".formatted(canvas.appliedBy()));
    Map<String, Act> newest = newest(look.newest(), versions);
    authors(seen, answers, versions, newest);
    chain(seen, versions);
    coverage(seen, answers);
    Conformance state = canvases.conformance(product);
    overdue(seen, answers, state);
    new OwnEvidence(seen, answers, versions, newest).observe(state);
    return List.copyOf(seen.rows());
  }

  /** Whether every version of the chain is about the product under whose name it is kept. */
  private static void name(Sheet seen, List<CanvasDocument> versions) {
    List<String> others =
        versions.stream()
            .filter(each -> !each.tree().path("product").asText().equals(seen.product()))
            .map(CanvasDocument::version)
            .toList();
    seen.verdict(
        "product.name",
        "exists",
        versions.size(),
        others.isEmpty(),
        others.isEmpty()
            ? "The product is '%s' in %d versions.".formatted(seen.product(), versions.size())
            : "Another name stands in version %s.".formatted(String.join(", ", others)));
  }

  /** The newest act of each user: an applied version, or what they did elsewhere. */
  private static Map<String, Act> newest(
      Map<String, Act> elsewhere, List<CanvasDocument> versions) {
    Map<String, Act> newest = new HashMap<>(elsewhere);
    for (CanvasDocument version : versions) {
      newest.merge(
          version.appliedBy(),
          new Act(version.appliedAt(), "applied version " + version.version()),
          (one, other) -> other.at().isAfter(one.at()) ? other : one);
    }
    return newest;
  }

  private static void authors(
      Sheet seen, Answers answers, List<CanvasDocument> versions, Map<String, Act> newest) {
    List<Page.Author> authors = answers.get(Page.Authors.class).authors();
    Set<String> users = authors.stream().map(Page.Author::user).collect(Collectors.toSet());
    List<String> owners =
        authors.stream()
            .filter(author -> author.role().equals("owner"))
            .map(Page.Author::user)
            .toList();
    seen.active("product.authors", "owners_active", owners, newest);
    boolean known = versions.stream().map(CanvasDocument::appliedBy).allMatch(users::contains);
    seen.verdict(
        "product.authors",
        "audit_actors",
        versions.size(),
        known,
        "%d versions, by %s."
            .formatted(
                versions.size(),
                versions.stream()
                    .map(CanvasDocument::appliedBy)
                    .distinct()
                    .sorted()
                    .collect(Collectors.joining(", "))));
  }

  private void chain(Sheet seen, List<CanvasDocument> versions) {
    Verification found = canvases.verify(seen.product());
    seen.verdict(
        "canvas.version",
        "chain",
        versions.size(),
        found.intact(),
        found.intact()
            ? "%d versions re-hashed, their signatures verified.".formatted(versions.size())
            : String.join("; ", found.problems()));
    String prefix = seen.product() + "@" + versions.getLast().version() + "#";
    List<Resource> resources = seen.canvas().resources();
    boolean ours = resources.stream().allMatch(each -> each.compiledFrom().startsWith(prefix));
    Optional<String> drifted = canvases.reconciler().drifted(seen.product());
    seen.verdict(
        "canvas.version",
        "compiled_from",
        resources.size(),
        ours && drifted.isEmpty(),
        drifted.orElseGet(() -> "%d resources.".formatted(resources.size())));
  }

  private static void coverage(Sheet seen, Answers answers) {
    Set<String> features =
        answers.find(Intent.Solution.class).stream()
            .flatMap(s -> s.features().stream())
            .flatMap(f -> f.covers().stream())
            .collect(Collectors.toSet());
    Set<String> goals =
        answers.find(Intent.Objectives.class).stream()
            .flatMap(o -> o.objectives().stream())
            .flatMap(g -> g.covers().stream())
            .collect(Collectors.toSet());
    List<Intent.Concern> pains =
        answers.find(Intent.Background.class).map(Intent.Background::pains).orElse(List.of());
    List<String> open =
        pains.stream()
            .map(Intent.Concern::id)
            .filter(Predicate.not(id -> features.contains(id) && goals.contains(id)))
            .toList();
    if (!pains.isEmpty()) {
      double share = (pains.size() - open.size()) / (double) pains.size();
      seen.measured(
          "background",
          "coverage",
          pains.size(),
          share,
          open.isEmpty()
              ? "Every pain has a feature and an objective."
              : "Without a feature or an objective: " + String.join(", ", open));
    }
    Optional<Intent.Objectives> objectives = answers.find(Intent.Objectives.class);
    if (objectives.isPresent()) {
      Set<String> watched = new HashSet<>();
      answers
          .find(Develop.Metrics.class)
          .ifPresent(m -> m.metrics().forEach(each -> watched.add(each.id())));
      boolean all =
          objectives.get().objectives().stream()
              .allMatch(goal ->
                  watched.contains(goal.metric()) && judged(seen.canvas(), answers, goal.metric()));
      seen.verdict(
          "objectives",
          "measurable",
          objectives.get().objectives().size(),
          all,
          all
              ? "Every objective has a metric with a gate or a monitor."
              : "An objective has no gate and no monitor.");
    }
  }

  private static boolean judged(CanvasVersion canvas, Answers answers, String metric) {
    return canvas.specs(Spec.Gate.class).stream().anyMatch(gate -> gate.metric().equals(metric))
        || canvas.specs(Spec.Monitor.class).stream()
            .anyMatch(monitor -> monitor.metric().equals(Optional.of(metric)))
        || answers.find(Watching.Ml.class).stream()
            .flatMap(m -> m.metrics().stream())
            .anyMatch(w -> w.metric().equals(metric));
  }

  private static void overdue(Sheet seen, Answers answers, Conformance now) {
    Optional<Practice.Project> project = answers.find(Practice.Project.class);
    if (project.isEmpty() || project.get().deliverables().isEmpty()) {
      return;
    }
    Map<String, State> states =
        now.questions().stream()
            .collect(
                Collectors.toMap(
                    Conformance.QuestionRow::question, Conformance.QuestionRow::state));
    LocalDate today = LocalDate.ofInstant(seen.now(), ZoneOffset.UTC);
    List<String> late =
        project.get().deliverables().stream()
            .filter(each ->
                each.due().isBefore(today)
                    && each.acceptance().map(states::get).filter(State.CONFORMS::equals).isEmpty())
            .map(Practice.Deliverable::title)
            .toList();
    seen.measured(
        "project",
        "overdue",
        project.get().deliverables().size(),
        late.size(),
        late.isEmpty() ? "Nothing is overdue." : "Overdue: " + String.join(", ", late));
  }

  /** What is seen so far of one product, with the link that every row carries. */
  record Sheet(String product, CanvasVersion canvas, Instant now, List<Observation> rows) {
    String link() {
      return "/api/v1/canvases/%s/versions/%s".formatted(product, canvas.version());
    }

    /**
     * As old as the act of whoever acted longest ago; nothing while somebody has never acted, since
     * that may be their first day.
     */
    void active(String question, String clause, List<String> users, Map<String, Act> newest) {
      List<Act> known =
          users.stream().flatMap(user -> Optional.ofNullable(newest.get(user)).stream()).toList();
      if (known.isEmpty() || known.size() < users.size()) {
        return;
      }
      rows.add(
          Observation.verdict(
              question,
              clause,
              String.join(", ", users),
              known.stream().map(Act::at).min(Instant::compareTo).orElse(now),
              users.size(),
              true,
              users.stream()
                  .flatMap(user ->
                      Optional.ofNullable(newest.get(user))
                          .map(act -> user + " " + act.words())
                          .stream())
                  .collect(Collectors.joining("; ", "", ".")),
              link()));
    }

    void verdict(String question, String clause, long n, boolean pass, String detail) {
      rows.add(
          Observation.verdict(
              question, clause, "canvas@" + canvas.version(), now, n, pass, detail, link()));
    }

    void measured(String question, String clause, long n, double value, String detail) {
      rows.add(
          Observation.measured(
              question,
              clause,
              "canvas@" + canvas.version(),
              now,
              n,
              value,
              Optional.empty(),
              detail,
              link()));
    }
  }
}
