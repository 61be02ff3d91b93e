package dev.espalier.canvas.documents;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Canvases;
import dev.espalier.canvas.Conformance;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.platform.ProductClocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The documents of all products: written anew at each reading, and frozen once for each version
 * that is promoted. What is frozen is read back byte for byte, whatever becomes of the canvas.
 * Thread-safe: it keeps no state outside the store.
 */
public final class Documents {
  /** Where frozen bytes are kept, by their content. */
  public interface Archive {
    /** Keeps the bytes durably before it returns. */
    Digest put(byte[] content);

    /** The same bytes, verified. */
    byte[] read(Digest digest);
  }

  /** In which form a document is read. */
  public enum Format {
    MD,
    HTML,
    JSON
  }

  /**
   * A document in a list.
   *
   * @param version the model version it is about; empty before one answers
   * @param digest of its JSON
   */
  public record Entry(
      String name,
      String title,
      Optional<String> version,
      String canvasVersion,
      Digest digest,
      boolean frozen,
      int answered,
      int sections) {}

  private final DocumentStore store;
  private final Archive archive;
  private final Canvases canvases;
  private final DocumentFacts facts;
  private final ProductClocks clocks;

  public Documents(
      Database database,
      Archive archive,
      Canvases canvases,
      DocumentFacts facts,
      ProductClocks clocks) {
    this.store = new DocumentStore(database);
    this.archive = archive;
    this.canvases = canvases;
    this.facts = facts;
    this.clocks = clocks;
  }

  /** A document in all its forms. */
  @SuppressWarnings("ArrayRecordComponent") // One call owns it; it never leaves this class.
  private record Written(Document document, byte[] json, byte[] markdown, byte[] html) {}

  /**
   * The documents of a version as they were frozen, or as they would be written now.
   *
   * @param version empty for what answers now
   * @throws EspalierException NOT_FOUND for an unknown product or version
   */
  public List<Entry> list(String product, Optional<String> version) {
    Map<String, DocumentStore.Frozen> frozen =
        version.stream()
            .flatMap(each -> frozen(product, each).stream())
            .collect(Collectors.toMap(DocumentStore.Frozen::name, Function.identity()));
    if (frozen.size() == DocumentKind.values().length) {
      return Stream.of(DocumentKind.values())
          .map(kind -> entry(Objects.requireNonNull(frozen.get(kind.slug()))))
          .toList();
    }
    return write(product, version).stream()
        .map(one ->
            Optional.ofNullable(frozen.get(one.document.kind().slug()))
                .map(Documents::entry)
                .orElseGet(() -> entry(one)))
        .toList();
  }

  private static Entry entry(DocumentStore.Frozen one) {
    return new Entry(
        one.name(),
        one.title(),
        Optional.of(one.version()),
        one.canvasVersion(),
        one.json(),
        true,
        one.answered(),
        one.sections());
  }

  private static Entry entry(Written one) {
    return new Entry(
        one.document.kind().slug(),
        one.document.kind().title(),
        one.document.version(),
        one.document.canvasVersion(),
        Digest.of(one.json),
        false,
        one.document.answered(),
        one.document.sections().size());
  }

  /**
   * One document's bytes.
   *
   * @throws EspalierException NOT_FOUND for an unknown product, version or name
   */
  public byte[] read(String product, String name, Optional<String> version, Format format) {
    DocumentKind kind = DocumentKind.of(name);
    Optional<DocumentStore.Frozen> frozen =
        version.stream()
            .flatMap(v -> frozen(product, v).stream())
            .filter(one -> one.name().equals(kind.slug()))
            .findFirst();
    if (frozen.isPresent()) {
      return archive.read(
          switch (format) {
            case MD -> frozen.get().markdown();
            case HTML -> frozen.get().html();
            case JSON -> frozen.get().json();
          });
    }
    Written written =
        write(product, version).stream()
            .filter(one -> one.document.kind() == kind)
            .findFirst()
            .orElseThrow();
    return switch (format) {
      case MD -> written.markdown;
      case HTML -> written.html;
      case JSON -> written.json;
    };
  }

  /**
   * Freezes the documents of a released version that the canvas declares, and those that are always
   * written, once: doing it again changes nothing. The bytes are durable before the one transaction
   * that names them.
   */
  public List<Entry> freeze(String product, String version) {
    Set<String> declared =
        canvases.require(product).specs(Spec.Documents.class).stream()
            .flatMap(spec -> spec.kinds().stream())
            .collect(Collectors.toSet());
    keep(
        product,
        version,
        Stream.of(DocumentKind.values())
            .filter(kind -> kind.declared().map(declared::contains).orElse(true))
            .collect(Collectors.toSet()));
    return list(product, Optional.of(version));
  }

  /**
   * A version's card before its release.
   *
   * @param open sections that a card must answer and this one does not; frozen when there is none
   */
  public record Card(Digest digest, int answered, int sections, List<String> open) {
    public Card {
      open = List.copyOf(open);
    }
  }

  /** Freezes the model card of a version that is to be released, if it says what it must. */
  public Card freezeCard(String product, String version) {
    Optional<Card> kept = card(product, version);
    if (kept.isPresent()) {
      return kept.get();
    }
    Written card =
        write(product, Optional.of(version)).stream()
            .filter(one -> one.document.kind() == DocumentKind.MODEL_CARD)
            .findFirst()
            .orElseThrow();
    List<String> open =
        card.document.sections().stream()
            .filter(section -> !section.answered())
            .map(Document.Section::heading)
            .filter(ModelCard.REQUIRED::contains)
            .toList();
    if (open.isEmpty()) {
      keep(product, version, Set.of(DocumentKind.MODEL_CARD));
      return card(product, version).orElseThrow();
    }
    return new Card(
        Digest.of(card.json), card.document.answered(), card.document.sections().size(), open);
  }

  private Optional<Card> card(String product, String version) {
    return frozen(product, version).stream()
        .filter(one -> one.name().equals(DocumentKind.MODEL_CARD.slug()))
        .findFirst()
        .map(one -> new Card(one.json(), one.answered(), one.sections(), List.of()));
  }

  private void keep(String product, String version, Set<DocumentKind> kinds) {
    Set<String> there =
        frozen(product, version).stream()
            .map(DocumentStore.Frozen::name)
            .collect(Collectors.toSet());
    if (kinds.stream().allMatch(kind -> there.contains(kind.slug()))) {
      return;
    }
    List<DocumentStore.Frozen> rows = new ArrayList<>();
    for (Written one : write(product, Optional.of(version))) {
      DocumentKind kind = one.document.kind();
      if (kinds.contains(kind) && !there.contains(kind.slug())) {
        rows.add(
            new DocumentStore.Frozen(
                product,
                version,
                kind.slug(),
                kind.title(),
                one.document.canvasVersion(),
                one.document.sections().size(),
                one.document.answered(),
                clocks.now(product),
                archive.put(one.json),
                archive.put(one.markdown),
                archive.put(one.html)));
      }
    }
    store.freeze(rows);
  }

  /** The bytes of a frozen form. */
  byte[] kept(Digest form) {
    return archive.read(form);
  }

  Canvases canvases() {
    return canvases;
  }

  /** What is frozen of a version; empty before its promotion. */
  List<DocumentStore.Frozen> frozen(String product, String version) {
    return store.all(product).stream().filter(one -> one.version().equals(version)).toList();
  }

  private List<Written> write(String product, Optional<String> version) {
    CanvasVersion canvas = canvases.require(product);
    Conformance board = canvases.conformance(product);
    Optional<String> about = version.or(() -> facts.champion(product));
    Optional<DocumentFacts.Model> model = about.flatMap(each -> facts.model(product, each));
    if (version.isPresent() && model.isEmpty()) {
      throw EspalierException.notFound(
          "Product '%s' has no version '%s'.".formatted(product, version.get()));
    }
    List<DocumentFacts.Release> releases = facts.releases(product);
    List<Written> written = new ArrayList<>();
    for (DocumentKind kind : DocumentKind.values()) {
      written.add(written(kind, new Sheet(board, canvas, model, releases)));
    }
    return written;
  }

  private static Written written(DocumentKind kind, Sheet sheet) {
    Document document =
        switch (kind) {
          case MODEL_CARD -> ModelCard.write(sheet);
          case DATASHEET -> Datasheet.write(sheet);
          case ML_BOM -> MlBom.write(sheet);
          case TECHNICAL_FILE -> TechnicalFile.write(sheet);
          case DORA -> DoraScorecard.write(sheet);
          case ML_TEST_SCORE -> TestScore.write(sheet);
        };
    byte[] json =
        kind == DocumentKind.ML_BOM
            ? Json.bytes(MlBom.cycloneDx(sheet, document))
            : Rendering.json(document);
    return new Written(document, json, Rendering.markdown(document), Rendering.html(document));
  }
}
