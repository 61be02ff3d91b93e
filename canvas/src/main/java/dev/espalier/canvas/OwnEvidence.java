package dev.espalier.canvas;

import dev.espalier.canvas.Conformance.EvidenceRow;
import dev.espalier.canvas.Conformance.QuestionRow;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the answers say about each other, and what the chain of versions says about the answers. */
final class OwnEvidence {
  private final CanvasEvidence.Sheet seen;
  private final Answers answers;
  private final List<CanvasDocument> versions;

  private final Map<String, CanvasEvidence.Act> acts;

  OwnEvidence(
      CanvasEvidence.Sheet seen,
      Answers answers,
      List<CanvasDocument> versions,
      Map<String, CanvasEvidence.Act> acts) {
    this.acts = acts;
    this.seen = seen;
    this.answers = answers;
    this.versions = versions;
  }

  void observe(Conformance now) {
    lanes(now);
    reviews(now);
    decisions();
    handOffs();
    aim();
    problem();
    owner();
    kpi();
    kinds();
    knowHow();
    risks();
    skills();
  }

  private void lanes(Conformance now) {
    for (Lane lane : Lane.values()) {
      List<QuestionRow> rows =
          now.questions().stream()
              .filter(row -> row.lane() == lane && row.state() != State.N_A)
              .toList();
      boolean proved =
          rows.stream()
              .flatMap(row -> row.evidence().stream())
              .anyMatch(row -> row.observedAt().isPresent());
      if (!proved) {
        continue; // A new product has not failed in a lane where nothing was seen yet.
      }
      long conforming = rows.stream().filter(row -> row.state() == State.CONFORMS).count();
      seen.rows()
          .add(
              new Observation(
                  "lifecycle",
                  lane.name().toLowerCase(java.util.Locale.ROOT),
                  "canvas@" + seen.canvas().version(),
                  seen.now(),
                  rows.size(),
                  OptionalDouble.of(rows.isEmpty() ? 0 : conforming / (double) rows.size()),
                  Optional.empty(),
                  Optional.of(conforming > 0),
                  "%d of %d answers conform.".formatted(conforming, rows.size()),
                  seen.link()));
    }
  }

  /** How many of the answers that a person has to look at were looked at in time. */
  private void reviews(Conformance now) {
    List<EvidenceRow> reviews =
        now.questions().stream()
            .flatMap(row -> row.evidence().stream())
            .filter(row -> row.kind() == Clause.Kind.ATTEST && row.state() != State.N_A)
            .toList();
    if (reviews.stream().allMatch(row -> row.observedAt().isEmpty())) {
      // Nobody has ever signed: that is no evidence, not a review that failed.
      return;
    }
    long fresh =
        reviews.stream()
            .filter(row -> row.state() == State.CONFORMS || row.state() == State.UNCONFIRMED)
            .count();
    seen.measured(
        "design.process",
        "reviewed",
        reviews.size(),
        fresh / (double) reviews.size(),
        "%d of %d reviews are signed and fresh.".formatted(fresh, reviews.size()));
  }

  private void decisions() {
    List<String> ids =
        answers.find(Stack.Thinking.class).stream()
            .flatMap(each -> each.decisions().stream())
            .map(Stack.Decision::id)
            .toList();
    int changes = versions.size() - 1;
    if (changes > 0) {
      long cited =
          versions.stream()
              .skip(1)
              .filter(each -> ids.stream().anyMatch(id -> names(each.reason(), id)))
              .count();
      seen.measured(
          "design.process",
          "cited",
          changes,
          cited / (double) changes,
          "%d of %d changes cite a decision.".formatted(cited, changes));
    }
  }

  private void handOffs() {
    Stack.Tools tools = answers.get(Stack.Tools.class);
    List<String> names =
        tools.tools().stream().filter(Stack.Tool::external).map(Stack.Tool::tool).toList();
    seen.measured(
        "stack.integration",
        "hand_offs",
        tools.tools().size(),
        names.size(),
        names.isEmpty()
            ? "Every declared tool is part of the platform."
            : "From elsewhere: " + String.join(", ", names));
  }

  private void aim() {
    Optional<Proposition.Aim> aim = answers.find(Proposition.Aim.class);
    if (aim.isEmpty()) {
      return;
    }
    Set<String> named = new TreeSet<>();
    answers
        .find(Intent.Objectives.class)
        .ifPresent(o -> {
          for (int i = 0; i < o.objectives().size(); i++) {
            String metric = o.objectives().get(i).metric();
            if (names(aim.get().text(), o.id(i)) || names(aim.get().text(), metric)) {
              named.add(o.id(i));
            }
          }
        });
    seen.verdict(
        "value.aim",
        "names_objective",
        1,
        !named.isEmpty(),
        named.isEmpty()
            ? "The text names no objective by its id or metric."
            : "It names " + String.join(", ", named));
  }

  private void problem() {
    Optional<Proposition.Problem> problem = answers.find(Proposition.Problem.class);
    if (problem.isEmpty() || problem.get().pains().isEmpty()) {
      return;
    }
    Set<String> pains =
        answers.find(Intent.Background.class).stream()
            .flatMap(b -> b.pains().stream())
            .map(Intent.Concern::id)
            .collect(Collectors.toSet());
    Set<String> covered =
        answers.find(Intent.Solution.class).stream()
            .flatMap(s -> s.features().stream())
            .flatMap(f -> f.covers().stream())
            .collect(Collectors.toSet());
    List<String> open =
        problem.get().pains().stream()
            .filter(Predicate.not(id -> pains.contains(id) && covered.contains(id)))
            .toList();
    int all = problem.get().pains().size();
    seen.measured(
        "value.problem",
        "covered",
        all,
        (all - open.size()) / (double) all,
        open.isEmpty()
            ? "Every problem is a pain with a feature."
            : "No pain or no feature: " + String.join(", ", open));
  }

  private void owner() {
    Optional<Proposition.ModelOwner> named = answers.find(Proposition.ModelOwner.class);
    if (named.isEmpty()) {
      return;
    }
    String owner = named.get().owner(answers);
    seen.active("value.model_owner", "active", List.of(owner), acts);
    Set<String> authors =
        answers.get(Page.Authors.class).authors().stream()
            .map(Page.Author::user)
            .collect(Collectors.toSet());
    boolean known =
        authors.contains(owner) && named.get().deputy().map(authors::contains).orElse(true);
    seen.verdict(
        "value.model_owner",
        "known",
        authors.size(),
        known,
        known ? owner + " is an author of the canvas." : "The owner or deputy is no author.");
  }

  /** Whoever answers for the number that proves the value. */
  private void kpi() {
    answers
        .find(Intent.Value.class)
        .flatMap(Intent.Value::kpi)
        .flatMap(Intent.Kpi::owner)
        .ifPresent(owner -> seen.active("value", "owner_active", List.of(owner), acts));
  }

  private void kinds() {
    Optional<Analysis.Metrics> metrics = answers.find(Analysis.Metrics.class);
    if (metrics.isEmpty()) {
      return;
    }
    List<String> ids = metrics.get().metrics(answers);
    Set<String> kinds =
        answers.get(Develop.Metrics.class).metrics().stream()
            .filter(each -> ids.contains(each.id()))
            .map(Develop.MetricAnswer::kind)
            .collect(Collectors.toCollection(TreeSet::new));
    boolean both = kinds.contains("ml") && kinds.contains("business");
    seen.verdict(
        "analysis.metrics",
        "kinds",
        ids.size(),
        both,
        both
            ? "An ML metric and a business metric are named."
            : "No %s metric is named here: declare one in 'metrics'."
                .formatted(kinds.contains("ml") ? "business" : "ML"));
  }

  private void knowHow() {
    Optional<Analysis.KnowHow> known = answers.find(Analysis.KnowHow.class);
    if (known.isEmpty() || known.get().topics().isEmpty()) {
      return;
    }
    List<String> single =
        known.get().topics().stream()
            .filter(each -> each.must() && each.people() < 2)
            .map(Analysis.Topic::topic)
            .toList();
    seen.measured(
        "analysis.know_how",
        "single_person",
        known.get().topics().size(),
        single.size(),
        single.isEmpty()
            ? "At least two people know each topic."
            : "Known by fewer than two: " + String.join(", ", single));
  }

  private void risks() {
    Optional<Metadata.Governance> governance = answers.find(Metadata.Governance.class);
    List<Metadata.Risk> risks = governance.map(Metadata.Governance::risks).orElse(List.of());
    governance.ifPresent(each ->
        seen.verdict(
            "metadata.governance",
            "process",
            each.processes().size() + risks.size(),
            !each.processes().isEmpty() && !risks.isEmpty(),
            "%d reviews and %d risks are declared."
                .formatted(each.processes().size(), risks.size())));
    if (risks.isEmpty()) {
      return;
    }
    long met =
        risks.stream()
            .filter(each -> each.mitigation().flatMap(Question::byKey).isPresent())
            .count();
    seen.measured(
        "metadata.governance",
        "mitigated",
        risks.size(),
        met / (double) risks.size(),
        "%d of %d risks name the question that answers them.".formatted(met, risks.size()));
  }

  private void skills() {
    List<Dilemmas.Skill> skills =
        answers.find(Dilemmas.Skills.class).map(Dilemmas.Skills::skills).orElse(List.of());
    if (skills.isEmpty()) {
      return;
    }
    LocalDate today = LocalDate.ofInstant(seen.now(), ZoneOffset.UTC);
    List<String> late =
        skills.stream()
            .filter(each -> each.due().isBefore(today))
            .map(Dilemmas.Skill::skill)
            .toList();
    seen.measured(
        "dilemma.skills",
        "overdue",
        skills.size(),
        late.size(),
        late.isEmpty() ? "Nothing is overdue." : "Overdue: " + String.join(", ", late));
  }

  /** True when the text contains the word, not as part of another. */
  private static boolean names(String text, String word) {
    return Pattern.compile("(?<![\\w-])" + Pattern.quote(word) + "(?![\\w-])").matcher(text).find();
  }
}
