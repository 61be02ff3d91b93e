package dev.espalier.canvas.documents;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether every release has its documents, and how much of the newest ones is answered. */
public final class DocumentEvidence implements EvidenceSource {
  private static final String QUESTION = "metadata.docs";
  private final Documents documents;
  private final DocumentFacts facts;

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
    if (promoted.isEmpty() || declared.isEmpty()) {
      return List.of();
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
    List<Observation> seen = new ArrayList<>();
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
