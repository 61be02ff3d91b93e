package dev.espalier.data;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * What the training dataset says about the questions on data: how old the newest row is that
 * training could use, and what its newest snapshot is made of. Thread-safe.
 */
public final class DataEvidence implements EvidenceSource {
  /** Enough for a share, and read within a second. */
  private static final int ROWS_CHECKED = 50_000;

  /** Control codes and the mark that a decoder leaves where it failed: not text. */
  private static final Pattern NOT_TEXT = Pattern.compile("[\\p{Cntrl}&&[^\\s]]|\\x{FFFD}");

  /** How many of a snapshot's first rows were looked at, and how many are not clean text. */
  private record Checked(
      Digest snapshot, long rows, long violations, long personal, Optional<String> kind) {}

  private record Usage(Instant at, long bytes) {}

  private final Datasets datasets;
  private final Map<String, Usage> used = new ConcurrentHashMap<>();
  private volatile Optional<Checked> last = Optional.empty();

  public DataEvidence(Datasets datasets) {
    this.datasets = datasets;
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    List<Observation> seen = new ArrayList<>();
    canvas.specs(Spec.Dataset.class).stream()
        .filter(dataset -> dataset.role().equals("training"))
        .findFirst()
        .ifPresent(dataset -> {
          age(dataset.dataset(), now).ifPresent(seen::add);
          usage(canvas, dataset.dataset(), now).ifPresent(seen::add);
          datasets
              .latest(dataset.dataset())
              .ifPresent(snapshot -> {
                describe(snapshot, now, seen);
                lint(canvas, snapshot, now).ifPresent(seen::add);
              });
        });
    canvas.specs(Spec.Dataset.class).stream()
        .map(Spec.Dataset::dataset)
        .distinct()
        .forEach(dataset -> read(dataset, now).ifPresent(seen::add));
    return seen;
  }

  /** Whether licences and personal data are as they are declared. */
  private Optional<Observation> lint(CanvasVersion canvas, Snapshot snapshot, Instant now) {
    List<Spec.Provenance> sources = canvas.specs(Spec.Provenance.class);
    if (sources.isEmpty()) {
      return Optional.empty();
    }
    List<String> problems = new ArrayList<>();
    sources.forEach(source -> SourceLint.declared(source).ifPresent(problems::add));
    Checked checked = check(snapshot.digest());
    boolean none =
        sources.stream()
            .anyMatch(source ->
                source.dataset().equals(snapshot.dataset()) && source.pii().equals("none"));
    if (none && checked.personal() > 0) {
      problems.add(
          "%s is said to hold no personal data, and %d of %d rows hold some, as %s"
              .formatted(
                  snapshot.dataset(),
                  checked.personal(),
                  checked.rows(),
                  checked.kind().orElse("an e-mail address")));
    }
    return Optional.of(
        Observation.verdict(
            "data",
            "lint",
            snapshot.dataset() + "@" + snapshot.digest().brief(),
            now,
            checked.rows(),
            problems.isEmpty(),
            problems.isEmpty()
                ? "%d sources have a licence that can be looked up or are our own; %d of %d rows hold personal data%s."
                    .formatted(
                        sources.size(),
                        checked.personal(),
                        checked.rows(),
                        none ? "" : ", which is declared")
                : String.join("; ", problems) + ".",
            "/api/v1/datasets/" + snapshot.dataset()));
  }

  /** How long ago a source last gave a row: the newest that came of it. */
  private Optional<Observation> read(String dataset, Instant now) {
    return datasets
        .newest(dataset, now)
        .map(newest ->
            measured(
                "data.inventory",
                "read:" + dataset,
                dataset,
                now,
                1,
                (double) Duration.between(newest.at(), now).toSeconds(),
                "The newest that was read of it is %s of %s."
                    .formatted(words(newest.origin()), newest.at()),
                "/api/v1/datasets/" + dataset));
  }

  /** The bytes that the rows fill; counted anew after an hour of the product's time. */
  private Optional<Observation> usage(CanvasVersion canvas, String dataset, Instant now) {
    if (canvas.specs(Spec.Storage.class).isEmpty() || datasets.newest(dataset, now).isEmpty()) {
      return Optional.empty();
    }
    Usage known = used.get(dataset);
    if (known == null || !now.isBefore(known.at().plus(Duration.ofHours(1)))) {
      known = new Usage(now, datasets.bytes(dataset));
      used.put(dataset, known);
    }
    return Optional.of(
        measured(
            "data.storage",
            "usage",
            dataset,
            known.at(),
            1,
            (double) known.bytes(),
            "The rows of %s fill %d bytes.".formatted(dataset, known.bytes()),
            "/api/v1/datasets/" + dataset));
  }

  /** The age of what could be trained on now, whether or not a run has frozen it yet. */
  private Optional<Observation> age(String dataset, Instant now) {
    return datasets
        .newest(dataset, now)
        .map(newest ->
            measured(
                "data",
                "age",
                dataset,
                now,
                1,
                (double) Duration.between(newest.at(), now).toSeconds(),
                "The newest row that training could use is %s of %s."
                    .formatted(words(newest.origin()), newest.at()),
                "/api/v1/datasets/" + dataset));
  }

  private static String words(Newest.Origin origin) {
    return switch (origin) {
      case LABEL -> "a label from production";
      case UPLOAD -> "an uploaded row";
      case SNAPSHOT -> "a row of the newest snapshot";
    };
  }

  private void describe(Snapshot snapshot, Instant now, List<Observation> seen) {
    // A snapshot is dated by the machine; in a replay its newest row is the product's time.
    Instant at =
        snapshot.createdAt().isAfter(now) ? snapshot.to().orElse(now) : snapshot.createdAt();
    String source = "/api/v1/datasets/" + snapshot.dataset();
    String subject = snapshot.dataset() + "@" + snapshot.digest().brief();
    Checked checked = check(snapshot.digest());
    seen.add(
        measured(
            "data",
            "schema",
            subject,
            at,
            checked.rows(),
            (double) checked.violations() / Math.max(1, checked.rows()),
            "%d of %d accepted rows are not clean text; %d more were kept aside on arrival"
                .formatted(checked.violations(), checked.rows(), snapshot.rejected()),
            source));
    seen.add(
        measured(
            "feasibility",
            "min_rows",
            subject,
            at,
            snapshot.rows(),
            (double) snapshot.rows(),
            "%d rows in the newest snapshot".formatted(snapshot.rows()),
            source));
    snapshot.labels().values().stream()
        .min(Long::compare)
        .ifPresent(least ->
            seen.add(
                measured(
                    "feasibility",
                    "min_per_class",
                    subject,
                    at,
                    snapshot.rows(),
                    (double) least,
                    "Rows per label: " + snapshot.labels(),
                    source)));
  }

  private Checked check(Digest snapshot) {
    Optional<Checked> known = last.filter(done -> done.snapshot().equals(snapshot));
    if (known.isPresent()) {
      return known.get();
    }
    long rows = 0;
    long violations = 0;
    long personal = 0;
    Optional<String> kind = Optional.empty();
    Iterator<Row> all = datasets.iterate(snapshot);
    for (; rows < ROWS_CHECKED && all.hasNext(); rows++) {
      String text = all.next().text();
      violations += NOT_TEXT.matcher(text).find() ? 1 : 0;
      Optional<String> found = SourceLint.personal(text);
      personal += found.isPresent() ? 1 : 0;
      kind = kind.or(() -> found);
    }
    Checked checked = new Checked(snapshot, rows, violations, personal, kind);
    last = Optional.of(checked);
    return checked;
  }

  private static Observation measured(
      String question,
      String clause,
      String subject,
      Instant at,
      long n,
      double value,
      String detail,
      String source) {
    return Observation.measured(
        question, clause, subject, at, n, value, Optional.empty(), detail, source);
  }
}
