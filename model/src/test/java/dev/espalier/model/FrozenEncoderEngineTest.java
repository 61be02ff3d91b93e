package dev.espalier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The real all-MiniLM-L6-v2 (int8), read from its Maven artifact. */
class FrozenEncoderEngineTest extends EngineContract {
  private static final byte[] GRAPH = resource("all-minilm-l6-v2-q.onnx");
  private static final byte[] TOKENIZER = resource("all-minilm-l6-v2-q-tokenizer.json");

  @Override
  Engine engine() {
    return new FrozenEncoderEngine(
        Samples.SPAM, new EncoderEmbedding(GRAPH, TOKENIZER, 32), head(), Temperature.NONE);
  }

  private static LinearModel head() {
    Random random = new Random(3);
    float[][] weights = new float[2][384];
    for (float[] row : weights) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return new LinearModel(weights, new float[2]);
  }

  @Test
  void embeds_into_384_numbers_of_length_one_that_follow_meaning() {
    try (EncoderEmbedding embedding = new EncoderEmbedding(GRAPH, TOKENIZER, 64)) {
      float[] dog = embedding.embed("A dog runs across the meadow.");
      float[] puppy = embedding.embed("A puppy is running through the grass.");
      float[] bill = embedding.embed("Your invoice is overdue, pay now.");
      assertThat(dog).hasSize(384);
      assertThat(cosine(dog, dog)).isCloseTo(1, within(1e-5));
      assertThat(cosine(dog, puppy)).isGreaterThan(cosine(dog, bill) + 0.2);
    }
  }

  @Test
  void the_tokenizer_does_not_pad() {
    try (TextTokenizer tokenizer = new TextTokenizer(TOKENIZER, 64)) {
      assertThat(tokenizer.encode("a").ids()).hasSize(3);
      assertThat(tokenizer.encode("word ".repeat(500)).ids()).hasSize(64);
    }
  }

  private static double cosine(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static byte[] resource(String name) {
    try (InputStream in =
        FrozenEncoderEngineTest.class.getClassLoader().getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
