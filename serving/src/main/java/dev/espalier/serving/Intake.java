package dev.espalier.serving;

import dev.espalier.platform.EspalierException;

/**
 * What an endpoint takes in, besides the length in characters.
 *
 * @param online whether callers are answered one by one at all
 * @param perSecond most requests a second, averaged over two; infinite for no quota
 * @param maxBatch most texts in one request
 * @param wellFormed whether a text must be Unicode without unpaired surrogates and NUL
 * @param maxBytes longest text in UTF-8 bytes
 * @param maxTokens longest text in tokens of the version that is asked
 */
public record Intake(
    boolean online,
    double perSecond,
    int maxBatch,
    boolean wellFormed,
    int maxBytes,
    int maxTokens) {
  /** Everything that the wire takes. */
  public static final Intake ANY =
      new Intake(
          true,
          Double.POSITIVE_INFINITY,
          InferenceCodec.MAX_BATCH,
          false,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE);

  public Intake {
    if (!(perSecond > 0) || maxBatch < 1 || maxBytes < 1 || maxTokens < 1) {
      throw EspalierException.invalid("A quota is above 0; batch, bytes and tokens at least 1.");
    }
  }
}
