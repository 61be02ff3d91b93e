package dev.espalier.platform;

import java.util.Set;

/**
 * Finds digests in a stream of text: any 64 hexadecimal digits in a row that are one of the known
 * digests, also within a longer row of digits. Used by one thread, for one stream.
 */
public final class Mentions {
  /** The digits of a digest. */
  static final int LENGTH = 64;

  private final Set<Digest> known;
  private final Set<Digest> found;
  private final char[] last = new char[LENGTH];
  private long digits;

  /** Adds what it finds of {@code known} to {@code found}. */
  public Mentions(Set<Digest> known, Set<Digest> found) {
    this.known = known;
    this.found = found;
  }

  /** The next piece of the stream, one byte or character at a time. */
  public void next(int character) {
    char digit = (char) (character & 0xff);
    if (character > 0xff || Character.digit(digit, 16) < 0) {
      digits = 0;
      return;
    }
    last[(int) (digits % LENGTH)] = Character.toLowerCase(digit);
    digits++;
    if (digits >= LENGTH) {
      look();
    }
  }

  private void look() {
    StringBuilder hex = new StringBuilder(LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      hex.append(last[(int) ((digits + i) % LENGTH)]);
    }
    Digest digest = new Digest("sha256:" + hex);
    if (known.contains(digest)) {
      found.add(digest);
    }
  }

  void text(String text) {
    for (int i = 0; i < text.length(); i++) {
      next(text.charAt(i));
    }
  }
}
