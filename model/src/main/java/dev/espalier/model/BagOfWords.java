package dev.espalier.model;

import java.util.Arrays;
import java.util.Locale;

/**
 * Text to hashed words: lower-case, words of letters, digits, {@code $} and {@code !} in any
 * script, each hashed (FNV-1a, 32 bits) into 2¹⁶ buckets; a bucket counts once and weighs {@code
 * 1/√n} for n buckets in the text. The one recipe that training and serving share. Thread-safe.
 */
public final class BagOfWords {
  /** Buckets, and so the length of a weight row. */
  public static final int DIMENSION = 1 << 16;

  private BagOfWords() {}

  /** The text's buckets, ascending, each once; empty for a text without words. */
  public static int[] buckets(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    int[] found = new int[64];
    int size = 0;
    int hash = 0;
    boolean inWord = false;
    for (int i = 0; i <= lower.length(); i++) {
      char c = i < lower.length() ? lower.charAt(i) : ' ';
      if (Character.isLetterOrDigit(c) || c == '$' || c == '!') {
        hash = ((inWord ? hash : 0x811c9dc5) ^ c) * 0x01000193;
        inWord = true;
      } else if (inWord) {
        if (size == found.length) {
          found = Arrays.copyOf(found, size * 2);
        }
        found[size++] = (hash ^ (hash >>> 16)) & (DIMENSION - 1);
        inWord = false;
      }
    }
    return distinct(found, size);
  }

  private static int[] distinct(int[] found, int size) {
    Arrays.sort(found, 0, size);
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (i == 0 || found[i] != found[i - 1]) {
        found[kept++] = found[i];
      }
    }
    return Arrays.copyOf(found, kept);
  }

  /** The weight of each of {@code n} buckets: 1/√n. */
  public static double weight(int n) {
    return n == 0 ? 0 : 1 / Math.sqrt(n);
  }
}
