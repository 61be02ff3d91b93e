package dev.espalier.canvas.documents;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One document about a product, in the order in which it is read.
 *
 * @param version the model version it is about; empty before one answers
 * @param canvasVersion the canvas it is written from
 * @param asOf product time of the evidence it quotes
 * @param attribution the sources of the board's layout and prompts, and their licence
 */
public record Document(
    DocumentKind kind,
    String product,
    Optional<String> version,
    String canvasVersion,
    Instant asOf,
    List<Section> sections,
    List<String> attribution) {

  public Document {
    sections = List.copyOf(sections);
    attribution = List.copyOf(attribution);
  }

  /** One heading; without a sentence it is not answered. */
  public record Section(String heading, List<Sentence> sentences) {
    public Section {
      sentences = List.copyOf(sentences);
    }

    public boolean answered() {
      return !sentences.isEmpty();
    }
  }

  /** One statement, with where it comes from. */
  public record Sentence(String text, Source source) {}

  /**
   * Where a sentence comes from.
   *
   * @param ref {@code canvas@1.0.0#value}, {@code evidence:ev_…}, {@code model@1.0.0#gates} or
   *     {@code release:rol_…}
   * @param href the record behind it, in the native API
   */
  public record Source(String ref, String href) {}

  public int answered() {
    return (int) sections.stream().filter(Section::answered).count();
  }
}
