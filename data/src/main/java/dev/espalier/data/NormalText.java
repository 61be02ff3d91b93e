package dev.espalier.data;

import dev.espalier.platform.Digest;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/** When two texts are the same: Unicode NFKC, lower case, runs of white space as one blank. */
final class NormalText {
  private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}]+");

  private NormalText() {}

  static Digest digest(String text) {
    String normal = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    return Digest.of(BLANKS.matcher(normal).replaceAll(" ").strip());
  }
}
