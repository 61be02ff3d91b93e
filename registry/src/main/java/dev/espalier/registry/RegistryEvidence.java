package dev.espalier.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What the registry knows about a product: what its champion passed before it was released, and in
 * what state everything registered is.
 */
public final class RegistryEvidence implements EvidenceSource {
  private final Registry registry;
  private final RegistryAudit audit;
  private final Function<ModelVersion, Optional<Instant>> newestRow;
  private final Predicate<Digest> snapshots;
  private final String place;

  /**
   * @param newestRow the time of the newest row that a version was trained on, where it is known
   * @param snapshots whether a data snapshot is stored
   * @param place where this process keeps bundles, in the canvas's word for it: {@code
   *     embedded_cas} or {@code s3}
   */
  public RegistryEvidence(
      Registry registry,
      RegistryAudit audit,
      Function<ModelVersion, Optional<Instant>> newestRow,
      Predicate<Digest> snapshots,
      String place) {
    this.snapshots = snapshots;
    this.place = place;
    this.registry = registry;
    this.audit = audit;
    this.newestRow = newestRow;
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    List<ModelVersion> versions = registry.versions(product);
    if (versions.isEmpty()) {
      return List.of();
    }
    Report report = new Report(product, now);
    store(report, versions, canvas);
    versioning(report, versions);
    registry
        .alias(product, Registry.CHAMPION)
        .ifPresent(champion -> {
          gates(report, champion, canvas);
          ladder(report, champion, canvas);
          report.measured(
              "deploy.format",
              "size",
              champion.version(),
              1,
              (double) champion.bytes(),
              "The champion's bundle is %d bytes.".formatted(champion.bytes()));
          newestRow
              .apply(champion)
              .ifPresent(newest ->
                  report.measured(
                      "ct.schedule",
                      "data_age",
                      champion.version(),
                      1,
                      (double) Math.max(0, Duration.between(newest, now).toSeconds()),
                      "The champion's newest row is of %s.".formatted(newest)));
        });
    return report.observations;
  }

  private void store(Report report, List<ModelVersion> versions, CanvasVersion canvas) {
    int n = versions.size();
    List<String> lost =
        versions.stream()
            .filter(version -> !snapshots.test(version.snapshot()))
            .map(ModelVersion::version)
            .toList();
    report.measured(
        "data",
        "snapshots",
        "versions",
        n,
        (double) (n - lost.size()) / n,
        lost.isEmpty()
            ? "Each of %d versions names a snapshot that is stored.".formatted(n)
            : "Their snapshot is not stored: %s.".formatted(String.join(", ", lost)));
    canvas.specs(Spec.RegistryPolicy.class).stream()
        .findFirst()
        .ifPresent(policy -> completeness(report, versions, policy));
    canvas.specs(Spec.ModelStore.class).stream()
        .findFirst()
        .ifPresent(asked ->
            report.verdict(
                "registry.store",
                "place",
                "bundles",
                n,
                asked.where().equals(place),
                asked.where().equals(place)
                    ? "The bundles of %d versions lie in %s.".formatted(n, place)
                    : "The answer says %s; this process keeps bundles in %s, chosen at its start by --artifacts."
                        .formatted(asked.where(), place)));
    RegistryAudit.Report audited = audit.look(report.product, report.now);
    report.measured(
        "registry.store",
        "rehash",
        "blobs",
        audited.blobs(),
        audited.damaged().size(),
        audited.damaged().isEmpty()
            ? "All %d stored files are what their digests say.".formatted(audited.blobs())
            : "%s of version %s is damaged."
                .formatted(
                    audited.damaged().getFirst().file(), audited.damaged().getFirst().version()));
    report.measured(
        "deploy.format",
        "scan",
        "versions",
        n,
        audited.findings().values().stream().mapToInt(List::size).sum(),
        audited.findings().isEmpty() ? "Every bundle is clean." : audited.findings().toString());
  }

  private static void completeness(
      Report report, List<ModelVersion> versions, Spec.RegistryPolicy policy) {
    Collection<String> required =
        policy.requiredMeta().isEmpty() ? RequiredMeta.DEFAULT : policy.requiredMeta();
    int wanted = versions.size() * required.size();
    List<String> missing =
        versions.stream()
            .flatMap(version ->
                RequiredMeta.missing(required, version.metrics(), version.meta()).stream()
                    .map(name -> version.version() + " lacks " + name))
            .toList();
    report.measured(
        "registry.store",
        "completeness",
        "versions",
        versions.size(),
        1 - (double) missing.size() / wanted,
        missing.isEmpty()
            ? "Each version carries %s.".formatted(String.join(", ", new TreeSet<>(required)))
            : String.join(", ", missing) + ".");
  }

  private void versioning(Report report, List<ModelVersion> versions) {
    long valid = versions.stream().filter(version -> SemVer.valid(version.version())).count();
    report.measured(
        "registry.versioning",
        "valid",
        "versions",
        versions.size(),
        (double) valid / versions.size(),
        "%d of %d versions are valid SemVer.".formatted(valid, versions.size()));
    long major = 0;
    boolean sound = versions.getFirst().version().equals(SemVer.FIRST.toString());
    for (int i = 1; i < versions.size(); i++) {
      VersionStep step = VersionStep.between(versions.get(i - 1), versions.get(i));
      SemVer due = SemVer.parse(versions.get(i - 1).version()).next(step.bump());
      sound &= due.toString().equals(versions.get(i).version());
      major += step.bump() == SemVer.Bump.MAJOR ? 1 : 0;
    }
    report.verdict(
        "registry.versioning",
        "contract_diff",
        "versions",
        major,
        sound,
        "%d versions changed the contract; each number follows from what changed."
            .formatted(major));
    List<AliasMove> moves = registry.aliasHistory(report.product);
    report.verdict(
        "registry.versioning",
        "alias_history",
        "aliases",
        moves.size(),
        registry.aliases(report.product).entrySet().stream()
            .allMatch(entry ->
                moves.stream()
                    .filter(move -> move.alias().equals(entry.getKey()))
                    .reduce((_, later) -> later)
                    .filter(move -> move.to().equals(entry.getValue()))
                    .isPresent()),
        "%d moves of aliases, each with who and why.".formatted(moves.size()));
  }

  private static void gates(Report report, ModelVersion champion, CanvasVersion canvas) {
    GateRows gates = GateRows.of(champion.gates());
    if (gates.rows().isEmpty()) {
      return;
    }
    int n = gates.rows().size();
    report.verdict(
        "evaluation", "gates", champion.version(), n, gates.blockingPass(), gates.words() + ".");
    constraints(report, champion, canvas, gates);
    for (Spec.Requirement requirement : canvas.specs(Spec.Requirement.class)) {
      gates
          .absolute(requirement.metric())
          .ifPresent(row -> required(report, champion, requirement, row));
    }
  }

  private static void constraints(
      Report report, ModelVersion champion, CanvasVersion canvas, GateRows gates) {
    List<String> metrics =
        canvas.resources(Spec.Gate.class).stream()
            .filter(resource -> resource.compiledFrom().contains("#solution"))
            .map(resource -> ((Spec.Gate) resource.spec()).metric())
            .toList();
    List<GateRows.Row> rows =
        gates.rows().stream().filter(row -> metrics.contains(row.metric())).toList();
    if (!rows.isEmpty()) {
      report.verdict(
          "solution",
          "gates",
          champion.version(),
          rows.size(),
          rows.stream().allMatch(GateRows.Row::passed),
          new GateRows(rows).words() + ".");
    }
  }

  private static void required(
      Report report, ModelVersion champion, Spec.Requirement requirement, GateRows.Row row) {
    for (String when : requirement.when()) {
      if (!when.equals("live")) {
        report.observations.add(
            Observation.measured(
                "nfr",
                when + ":" + requirement.metric(),
                champion.version(),
                report.now,
                row.n(),
                row.value(),
                Optional.of(new Observation.Interval(row.low(), row.high())),
                "%s of %s at its gate.".formatted(row.metric(), champion.version()),
                report.source(champion.version())));
      }
    }
  }

  /**
   * What the features are worth: the chosen rung against the one that leaves them out. A text is
   * the only feature there is, and the majority rung is the model without it, on the same rows.
   * Each rung that is taken is better than the one taken before, with its whole paired interval.
   */
  private static void ablation(Report report, ModelVersion champion) {
    List<JsonNode> rows =
        champion
            .ladder()
            .path("rows")
            .valueStream()
            .filter(row -> row.hasNonNull("value"))
            .toList();
    String chosen = champion.ladder().path("chosen").asText();
    Optional<JsonNode> with =
        rows.stream().filter(row -> row.path("id").asText().equals(chosen)).findFirst();
    if (with.isEmpty() || !rows.getFirst().path("approach").asText().equals("majority")) {
      return;
    }
    JsonNode without = rows.getFirst();
    report.verdict(
        "modeling",
        "ablation",
        champion.version(),
        with.get().path("n").asInt(),
        with.get().path("verdict").asText().equals("better"),
        String.format(
            java.util.Locale.ROOT,
            "Without its only feature, the text, the model is %s at %.3f; the chosen %s reaches %.3f [%.3f, %.3f] on the same rows.",
            without.path("id").asText(),
            without.path("value").asDouble(),
            chosen,
            with.get().path("value").asDouble(),
            with.get().path("low").asDouble(),
            with.get().path("high").asDouble()));
  }

  private static void ladder(Report report, ModelVersion champion, CanvasVersion canvas) {
    List<String> tried =
        champion
            .ladder()
            .path("rows")
            .valueStream()
            .filter(row -> row.hasNonNull("value"))
            .map(row -> row.path("approach").asText())
            .toList();
    if (tried.isEmpty()) {
      return;
    }
    String sentence = champion.ladder().path("sentence").asText();
    report.verdict(
        "modeling",
        "ladder",
        champion.version(),
        tried.size(),
        champion.ladder().hasNonNull("chosen"),
        sentence);
    ablation(report, champion);
    boolean checked = !champion.meta().getOrDefault("checks", "").isBlank();
    report.observations.add(
        Observation.verdict(
            "feasibility",
            "probe",
            champion.version(),
            champion.registeredAt(),
            tried.size(),
            checked && tried.contains("majority") && tried.contains("linear"),
            "Run %s: %s; tried %s."
                .formatted(
                    champion.runId(),
                    checked ? "the data were checked" : "no check of the data is on record",
                    tried),
            report.source(champion.version())));
    canvas.specs(Spec.Architecture.class).stream()
        .findFirst()
        .ifPresent(architecture ->
            report.verdict(
                "model",
                "ladder",
                champion.version(),
                tried.size(),
                contains(tried, architecture.family()),
                "Declared %s; tried %s.".formatted(architecture.family(), tried)));
    Optional.ofNullable(champion.meta().get("attention_rows"))
        .flatMap(RegistryEvidence::number)
        .ifPresent(error ->
            report.measured(
                "model",
                "attention_rows",
                champion.version(),
                1,
                error,
                "Attention rows sum to 1 within this error."));
  }

  private static boolean contains(List<String> tried, String family) {
    String plain = family.toLowerCase(Locale.ROOT);
    return tried.contains(plain) || (plain.contains("encoder") && tried.contains("encoder"));
  }

  private static Optional<Double> number(String text) {
    try {
      return Optional.of(Double.valueOf(text));
    } catch (NumberFormatException notANumber) {
      return Optional.empty(); // No evidence rather than a guess.
    }
  }

  /** The observations of one look. */
  private static final class Report {
    private final String product;
    private final Instant now;
    private final List<Observation> observations = new ArrayList<>();

    Report(String product, Instant now) {
      this.product = product;
      this.now = now;
    }

    String source(String subject) {
      return SemVer.valid(subject)
          ? "/api/v1/models/%s/versions/%s".formatted(product, subject)
          : "/api/v1/models/%s/%s"
              .formatted(product, subject.equals("aliases") ? "aliases" : "versions");
    }

    void measured(
        String question, String clause, String subject, long n, double value, String detail) {
      observations.add(
          Observation.measured(
              question, clause, subject, now, n, value, Optional.empty(), detail, source(subject)));
    }

    void verdict(
        String question, String clause, String subject, long n, boolean pass, String detail) {
      observations.add(
          Observation.verdict(question, clause, subject, now, n, pass, detail, source(subject)));
    }
  }
}
