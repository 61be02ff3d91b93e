package dev.espalier.training.tokens;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The 256 bytes as printable characters, as in GPT-2's {@code bytes_to_unicode}: printable Latin-1
 * characters stand for themselves, every other byte for a character from U+0100 on, in order.
 */
final class ByteAlphabet {
  private static final int FIRST_SUBSTITUTE = 0x100;
  private final char[] characters = new char[256];

  ByteAlphabet() {
    int next = FIRST_SUBSTITUTE;
    for (int value = 0; value < characters.length; value++) {
      characters[value] = (char) (printable(value) ? value : next++);
    }
  }

  private static boolean printable(int value) {
    return (value >= '!' && value <= '~')
        || (value >= 0xA1 && value <= 0xAC)
        || (value >= 0xAE && value <= 0xFF);
  }

  /** The byte's symbol. */
  String symbol(int value) {
    return String.valueOf(characters[value & 0xff]);
  }

  /** All symbols, in the order of their bytes. */
  List<String> symbols() {
    return IntStream.range(0, characters.length).mapToObj(this::symbol).toList();
  }

  /** The UTF-8 bytes of a text, unsigned. */
  static int[] bytes(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    int[] values = new int[encoded.length];
    for (int i = 0; i < encoded.length; i++) {
      values[i] = encoded[i] & 0xff;
    }
    return values;
  }
}
