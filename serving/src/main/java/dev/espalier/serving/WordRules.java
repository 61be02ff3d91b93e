package dev.espalier.serving;

import dev.espalier.platform.EspalierException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A heuristic that decides by words, without any model: of the cases in order, the first with a
 * word that stands in the text gives the label. Immutable and thread-safe; a look costs time in
 * proportion to text × words.
 */
public record WordRules(List<Case> cases) {
  /**
   * @param words one of them must stand in the text, whole and in any capitals; none for whatever
   *     is left
   */
  public record Case(List<String> words, String label) {
    public Case {
      words = words.stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
      if (words.contains("") || label.isBlank()) {
        throw EspalierException.invalid("A case of a rule has words that say something, a label.");
      }
    }

    private boolean fits(String lower) {
      return words.isEmpty() || words.stream().anyMatch(word -> stands(word, lower));
    }
  }

  public WordRules {
    cases = List.copyOf(cases);
    if (cases.isEmpty()) {
      throw EspalierException.invalid("A rule needs at least one case.");
    }
  }

  /** The label of the first case that fits; empty when none does. */
  public Optional<String> label(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return cases.stream().filter(each -> each.fits(lower)).map(Case::label).findFirst();
  }

  /** A text that some case fits, for rehearsals. */
  public String sample() {
    List<String> words = cases.getFirst().words();
    return words.isEmpty() ? "anything" : words.getFirst();
  }

  /** Whether the word stands in the text and is no part of a longer one. */
  private static boolean stands(String word, String text) {
    for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      int end = at + word.length();
      boolean begins = at == 0 || !Character.isLetterOrDigit(text.codePointBefore(at));
      boolean ends = end == text.length() || !Character.isLetterOrDigit(text.codePointAt(end));
      if (begins && ends) {
        return true;
      }
    }
    return false;
  }
}
