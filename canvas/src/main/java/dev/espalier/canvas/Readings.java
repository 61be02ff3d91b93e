package dev.espalier.canvas;

import dev.espalier.platform.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The stored documents as they are understood, ready in memory. What a look at a product needs is
 * kept of many; the answers themselves take as much again and are kept of some, because only who
 * edits, plans or explains asks for them. Thread-safe.
 */
final class Readings {
  /** What part of the heap the readings may take. */
  static final int PART = 5;

  /**
   * Bytes that a clause of a reading takes in memory, its texts with it. Measured, as all weights
   * here, by the difference of the used heap after collections, over 60 products each: 166 kB for
   * the 10,346 characters of {@code examples/mail-filter/canvas.yaml} (226 clauses, 73 resources),
   * 119 kB for 536 (196, 64), 115 kB for 71 (189, 64). The weights give 164, 122 and 118.
   */
  private static final long CLAUSE = 340;

  private static final long RESOURCE = 600;

  /** Bytes that answers take for each character of their source: 129 kB for 10,346. */
  private static final long ANSWERED = 13;

  /** Bytes that no answers at all take. */
  private static final long UNANSWERED = 8_000;

  private final CanvasStore store;
  private final Recent<Digest, Read> read;
  private final Recent<Digest, Weighed> answers;

  /** A stored document and what follows from it; its answers are read again where they are not. */
  record Read(
      CanvasDocument document,
      CanvasVersion version,
      Layout layout,
      List<Waivers.Granted> waivers,
      Function<CanvasDocument, Answers> reader) {
    Answers answers() {
      return reader.apply(document);
    }
  }

  private record Weighed(Answers answers, long bytes) {}

  Readings(CanvasStore store) {
    this.store = store;
    long heap = Runtime.getRuntime().maxMemory();
    this.read = new Recent<>(heap / PART, Readings::bytes);
    this.answers = new Recent<>(heap / 16, Weighed::bytes);
  }

  Read of(CanvasDocument document) {
    return understood(document.digest(), () -> document);
  }

  Read of(String product, Digest digest) {
    return understood(digest, () -> stored(product, digest));
  }

  /** The newest version; its row is the last one even where somebody changed the digest in it. */
  private CanvasDocument stored(String product, Digest digest) {
    return store.version(product, digest).orElseGet(() -> store.versions(product).getLast());
  }

  private Read understood(Digest digest, Supplier<CanvasDocument> stored) {
    return read.get(
        digest,
        () -> {
          CanvasDocument document = stored.get();
          Answers given = answers(document);
          CanvasVersion version =
              new CanvasVersion(
                  document.product(),
                  document.version(),
                  document.digest(),
                  document.contentDigest(),
                  document.parent(),
                  document.appliedAt(),
                  document.appliedBy(),
                  Compiler.compile(given, document.product(), document.version()));
          return new Read(
              document,
              version,
              Layout.of(given, version.resources()),
              Waivers.granted(given.waivers(), document),
              this::answers);
        });
  }

  private Answers answers(CanvasDocument document) {
    return answers
        .get(
            document.digest(),
            () ->
                new Weighed(
                    Answers.read(document.source().getBytes(StandardCharsets.UTF_8)),
                    UNANSWERED + ANSWERED * document.source().length()))
        .answers();
  }

  static long bytes(Read each) {
    long clauses = each.layout().rows().stream().mapToLong(row -> row.clauses().size()).sum();
    return 2L * each.document().source().length()
        + each.document().document().length()
        + CLAUSE * clauses
        + RESOURCE * each.version().resources().size();
  }
}
