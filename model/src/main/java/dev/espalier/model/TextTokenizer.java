package dev.espalier.model;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.espalier.platform.EspalierException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;

/**
 * A {@code tokenizer.json} at work: truncation at a stated length, no padding. Many exported files
 * carry fixed padding that makes every text cost its maximum; loading checks that this is off.
 * Thread-safe.
 */
public final class TextTokenizer implements AutoCloseable {
  private static final int LONGEST_OF_ONE_LETTER = 8;

  /**
   * Characters handed over per token that may come back. The native code recurses over long texts
   * and would overflow a thread's stack, which ends the whole process.
   */
  private static final int CHARACTERS_PER_TOKEN = 32;

  private final HuggingFaceTokenizer tokenizer;
  private final int maxCharacters;

  /** Token ids and what is not padding, both {@code [tokens]}. */
  @SuppressWarnings("ArrayRecordComponent") // Handed straight to the tensor.
  public record Tokens(long[] ids, long[] attentionMask) {}

  /**
   * @param file the bytes of tokenizer.json
   * @param maxTokens 2 … 4096
   * @throws EspalierException INVALID when the file is none or pads
   */
  public TextTokenizer(byte[] file, int maxTokens) {
    if (maxTokens < 2 || maxTokens > 4096) {
      throw EspalierException.invalid("maxTokens must be 2 … 4096.");
    }
    this.maxCharacters = maxTokens * CHARACTERS_PER_TOKEN;
    try {
      this.tokenizer =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(file),
              Map.of(
                  "padding", "false",
                  "truncation", "true",
                  "maxLength", String.valueOf(maxTokens)));
    } catch (IOException | RuntimeException failure) {
      throw EspalierException.invalid("Not a tokenizer.json: " + failure.getMessage());
    }
    int length = encode("a").ids().length;
    if (length > LONGEST_OF_ONE_LETTER) {
      tokenizer.close();
      throw EspalierException.invalid(
          "The tokenizer turns one letter into %d tokens: it pads.".formatted(length));
    }
  }

  public Tokens encode(String text) {
    Encoding encoding =
        tokenizer.encode(text.length() > maxCharacters ? text.substring(0, maxCharacters) : text);
    return new Tokens(encoding.getIds(), encoding.getAttentionMask());
  }

  /** How many tokens a text has; one more than are read when it is cut. */
  int count(String text) {
    Encoding encoding =
        tokenizer.encode(text.length() > maxCharacters ? text.substring(0, maxCharacters) : text);
    boolean cut = encoding.exceedMaxLength() || text.length() > maxCharacters;
    return encoding.getIds().length + (cut ? 1 : 0);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
