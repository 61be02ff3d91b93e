package dev.espalier.monitoring;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a text is like, in numbers that tell nothing of what it says: comparable between training
 * and serving even where texts are not kept.
 */
@SuppressWarnings("ArrayRecordComponent") // Copied in and out; equality is by content.
record TextProperties(double[] values) {
  /** The names of the values, in their order. */
  static final List<String> NAMES =
      List.of("characters", "words", "word length", "digits", "capitals", "beyond ascii", "links");

  private static final int MOST = 100_000;
  private static final MathContext FIVE_DIGITS = new MathContext(5);

  TextProperties {
    values = values.clone();
  }

  /** Counts over the first {@value #MOST} characters; shares are of all characters, 0 to 1. */
  static TextProperties of(String whole) {
    String text = whole.length() <= MOST ? whole : whole.substring(0, MOST);
    long digits = 0;
    long capitals = 0;
    long beyond = 0;
    long letters = 0;
    long words = 0;
    boolean inside = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      digits += Character.isDigit(c) ? 1 : 0;
      capitals += Character.isUpperCase(c) ? 1 : 0;
      beyond += c > 127 ? 1 : 0;
      boolean blank = Character.isWhitespace(c);
      letters += blank ? 0 : 1;
      words += !blank && !inside ? 1 : 0;
      inside = !blank;
    }
    double all = Math.max(1, text.length());
    return new TextProperties(
        new double[] {
          whole.length(),
          words,
          words == 0 ? 0 : (double) letters / words,
          digits / all,
          capitals / all,
          beyond / all,
          links(text)
        });
  }

  private static double links(String text) {
    int links = 0;
    for (int at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
      links++;
    }
    return links;
  }

  /** As stored: numbers with five significant digits, separated by blanks. */
  String text() {
    return Arrays.stream(values)
        .mapToObj(value -> new BigDecimal(value, FIVE_DIGITS).toString())
        .collect(Collectors.joining(" "));
  }

  /** What {@link #text} wrote; empty for anything else. */
  static Optional<TextProperties> parse(String text) {
    String[] parts = text.split(" ", -1);
    if (parts.length != NAMES.size()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new TextProperties(Arrays.stream(parts).mapToDouble(Double::parseDouble).toArray()));
    } catch (NumberFormatException another) {
      return Optional.empty();
    }
  }

  @Override
  public double[] values() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TextProperties that && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return NAMES + " " + Arrays.toString(values);
  }
}
