package dev.espalier.canvas;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The nearest known word by edit distance (Levenshtein). */
final class Nearest {
  private static final int COMPARED = 60;
  private static final int PART = 4;

  private Nearest() {}

  static String of(String word, List<String> known) {
    String brief = word.substring(0, Math.min(COMPARED, word.length())).toLowerCase(Locale.ROOT);
    return known.stream()
        .min(
            Comparator.<String>comparingInt(each -> within(brief, each) ? 0 : 1)
                .thenComparingInt(each -> distance(brief, each)))
        .orElse("");
  }

  /** {@code delay} is nearer to {@code label_delay} than to {@code day}. */
  private static boolean within(String word, String known) {
    return word.length() >= PART && known.contains(word);
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
