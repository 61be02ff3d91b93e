package dev.espalier.training.transformer;

import dev.espalier.platform.EspalierException;

/**
 * The sizes of an encoder: {@code width} d is divided among {@code heads}; {@code feedForward} f is
 * the inner width of each block; {@code maxLength} counts tokens.
 */
public record EncoderShape(
    int layers, int heads, int width, int feedForward, int maxLength, int vocabulary, int classes) {

  public EncoderShape {
    if (Math.min(Math.min(layers, heads), Math.min(width, feedForward)) < 1
        || Math.min(maxLength, Math.min(vocabulary, classes)) < 2) {
      throw EspalierException.invalid("Every size of an encoder must be positive.");
    }
    if (width % heads != 0) {
      throw EspalierException.invalidField(
          "modeling.arch.width",
          "width mod heads = 0",
          "A width of %d cannot be divided among %d heads.".formatted(width, heads),
          java.util.Optional.of(String.valueOf(width / heads * heads)));
    }
  }

  /** Width of one head. */
  int headWidth() {
    return width / heads;
  }

  /** Trainable numbers: embeddings, positions, blocks, last layer norm, head. */
  public long parameters() {
    long d = width;
    long f = feedForward;
    long block = 4 * (d * d + d) + 2 * d * f + f + d + 4 * d;
    return vocabulary * d + maxLength * d + layers * block + 2 * d + classes * d + classes;
  }
}
