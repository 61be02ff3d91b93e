package dev.espalier.canvas.documents;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Canvases;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether every release has its documents, how much of the newest ones is answered, and whose work
 * they name. Thread-safe.
 */
public final class DocumentEvidence implements EvidenceSource {
  private static final String QUESTION = "metadata.docs";
  private final Documents documents;
  private final DocumentFacts facts;

  /** Whether each frozen form that was read carries the lines; the bytes of a digest are fixed. */
  private final Map<Digest, Boolean> read = new ConcurrentHashMap<>();

  public DocumentEvidence(Documents documents, DocumentFacts facts) {
    this.documents = documents;
    this.facts = facts;
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    List<String> promoted =
        facts.releases(product).stream()
            .filter(one -> one.state().equals("PROMOTED") && !one.kind().equals("ROLLBACK"))
            .map(DocumentFacts.Release::version)
            .distinct()
            .toList();
    Set<String> declared =
        canvas.specs(Spec.Documents.class).stream()
            .flatMap(spec -> spec.kinds().stream())
            .collect(Collectors.toSet());
    List<Observation> seen = new ArrayList<>();
    seen.add(attribution(product, canvas, promoted, now));
    if (promoted.isEmpty() || declared.isEmpty()) {
      return seen;
    }
    Set<String> wanted =
        Arrays.stream(DocumentKind.values())
            .filter(kind -> kind.declared().filter(declared::contains).isPresent())
            .map(DocumentKind::slug)
            .collect(Collectors.toSet());
    List<String> lacking = new ArrayList<>();
    for (String version : promoted) {
      Set<String> there =
          documents.frozen(product, version).stream()
              .map(DocumentStore.Frozen::name)
              .collect(Collectors.toSet());
      if (!there.containsAll(wanted)) {
        lacking.add(version);
      }
    }
    seen.add(
        Observation.measured(
            QUESTION,
            "releases",
            "releases",
            now,
            promoted.size(),
            1 - (double) lacking.size() / promoted.size(),
            Optional.empty(),
            lacking.isEmpty()
                ? "Each of %d released versions has its documents.".formatted(promoted.size())
                : "No documents of %s.".formatted(String.join(", ", lacking)),
            source(product, promoted.getLast())));
    answered(product, promoted.getLast(), wanted, now).ifPresent(seen::add);
    return seen;
  }

  /** Whether the canvas as it is exported, and every frozen document, carry the fixed lines. */
  private Observation attribution(
      String product, CanvasVersion canvas, List<String> promoted, Instant now) {
    List<String> without = new ArrayList<>();
    if (!credited(documents.canvases().export(product, canvas.version()))) {
      without.add("canvas.yaml");
    }
    int kept = 0;
    for (String version : promoted) {
      for (DocumentStore.Frozen each : documents.frozen(product, version)) {
        kept++;
        boolean credited =
            Stream.of(each.json(), each.markdown(), each.html())
                .allMatch(form -> read.computeIfAbsent(form, this::credited));
        if (!credited) {
          without.add(each.name() + " of " + version);
        }
      }
    }
    return Observation.verdict(
        "canvas.template",
        "attribution",
        "canvas@" + canvas.version(),
        now,
        1 + kept,
        without.isEmpty(),
        without.isEmpty()
            ? "The exported canvas and %d frozen documents carry the attribution lines."
                .formatted(kept)
            : "Without the attribution lines: %s.".formatted(String.join(", ", without)),
        "/api/v1/documents/" + product);
  }

  /** What cannot be read carries nothing. */
  private boolean credited(Digest kept) {
    try {
      return credited(new String(documents.kept(kept), StandardCharsets.UTF_8));
    } catch (EspalierException unreadable) {
      return false;
    }
  }

  private static boolean credited(String text) {
    return Canvases.attribution().stream().allMatch(text::contains);
  }

  private Optional<Observation> answered(
      String product, String version, Set<String> wanted, Instant now) {
    List<DocumentStore.Frozen> newest =
        documents.frozen(product, version).stream()
            .filter(one -> wanted.contains(one.name()))
            .toList();
    int sections = newest.stream().mapToInt(DocumentStore.Frozen::sections).sum();
    if (sections == 0) {
      return Optional.empty();
    }
    int answered = newest.stream().mapToInt(DocumentStore.Frozen::answered).sum();
    return Optional.of(
        Observation.measured(
            QUESTION,
            "answered",
            version,
            now,
            sections,
            (double) answered / sections,
            Optional.empty(),
            "%d of %d sections of version %s are answered.".formatted(answered, sections, version),
            source(product, version)));
  }

  private static String source(String product, String version) {
    return "/api/v1/documents/%s?version=%s".formatted(product, version);
  }
}
