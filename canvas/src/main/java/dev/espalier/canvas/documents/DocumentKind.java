package dev.espalier.canvas.documents;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.espalier.platform.EspalierException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The documents that are written. */
public enum DocumentKind {
  MODEL_CARD("Model card"),
  DATASHEET("Datasheet"),
  ML_BOM("ML-BOM"),
  TECHNICAL_FILE("Draft technical file"),
  DORA("DORA scorecard"),
  ML_TEST_SCORE("ML Test Score");

  private final String title;

  DocumentKind(String title) {
    this.title = title;
  }

  public String title() {
    return title;
  }

  /** As addresses and files have it: {@code model-card}. */
  @JsonValue
  public String slug() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** As the canvas names it in {@code metadata.docs}; empty for what is always written. */
  public Optional<String> declared() {
    return switch (this) {
      case MODEL_CARD -> Optional.of("model_card");
      case DATASHEET -> Optional.of("datasheet");
      case ML_BOM -> Optional.of("ml_bom");
      case TECHNICAL_FILE -> Optional.of("annex_iv");
      case DORA, ML_TEST_SCORE -> Optional.empty();
    };
  }

  /**
   * @throws EspalierException NOT_FOUND, with the names that there are
   */
  static DocumentKind of(String slug) {
    List<String> known = Arrays.stream(values()).map(DocumentKind::slug).toList();
    return Arrays.stream(values())
        .filter(kind -> kind.slug().equals(slug))
        .findFirst()
        .orElseThrow(() ->
            EspalierException.notFound(
                "No document '%s'; there are %s."
                    .formatted(
                        slug.length() > 60 ? slug.substring(0, 60) + "…" : slug,
                        String.join(", ", known))));
  }
}
