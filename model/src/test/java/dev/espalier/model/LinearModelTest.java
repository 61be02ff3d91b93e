package dev.espalier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.platform.EspalierException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class LinearModelTest {
  private static final LinearModel SMALL =
      new LinearModel(new float[][] {{1, 0, -1}, {0, 2, 0.5f}}, new float[] {0.25f, -0.25f});

  @Test
  void survives_its_file_form() {
    LinearModel read = LinearModel.read(SMALL.bytes());
    assertThat(read.labels()).isEqualTo(2);
    assertThat(read.dimension()).isEqualTo(3);
    assertThat(read.bytes()).isEqualTo(SMALL.bytes());
  }

  /** scipy.special.softmax([0.25 + 1 - 3, -0.25 + 4 + 1.5]), scipy 1.16. */
  @Test
  void scores_a_dense_vector_as_scipy_does() {
    double[] probabilities = SMALL.score(new float[] {1, 2, 3});
    assertThat(probabilities[0]).isCloseTo(9.110511944006454e-4, within(1e-12));
    assertThat(probabilities[1]).isCloseTo(0.9990889488055994, within(1e-12));
  }

  @Test
  void scores_buckets_at_one_over_root_n() {
    double[] sparse = SMALL.score(new int[] {0, 2});
    float weight = (float) (1 / Math.sqrt(2));
    double[] dense = SMALL.score(new float[] {weight, 0, weight});
    assertThat(sparse[0]).isCloseTo(dense[0], within(1e-7));
  }

  @Test
  void huge_logits_do_not_overflow() {
    LinearModel extreme = new LinearModel(new float[][] {{1e30f}, {-1e30f}}, new float[] {0, 0});
    assertThat(extreme.score(new float[] {1})).containsExactly(1, 0);
  }

  @Test
  void refuses_a_vector_of_another_length() {
    assertThatThrownBy(() -> SMALL.score(new float[] {1})).hasMessageContaining("3 numbers");
  }

  @Test
  void refuses_numbers_that_are_not_finite() {
    byte[] file = SMALL.bytes();
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putFloat(16, Float.NaN);
    assertThatThrownBy(() -> LinearModel.read(file)).hasMessageContaining("finite");
  }

  @Test
  void refuses_a_header_that_promises_more_than_the_file_has() {
    byte[] file = SMALL.bytes();
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(12, Integer.MAX_VALUE);
    assertThatThrownBy(() -> LinearModel.read(file)).isInstanceOf(EspalierException.class);
    assertThatThrownBy(() -> LinearModel.read(new byte[0])).hasMessageContaining("ESPLIN01");
  }

  @RepeatedTest(50)
  void damage_gives_an_error_or_another_model_never_a_crash(RepetitionInfo info) {
    Random random = new Random(info.getCurrentRepetition());
    byte[] file = SMALL.bytes();
    byte[] damaged =
        random.nextBoolean() ? Arrays.copyOf(file, random.nextInt(file.length)) : file.clone();
    if (damaged.length > 0) {
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
    }
    try {
      assertThat(LinearModel.read(damaged).labels()).isEqualTo(2);
    } catch (EspalierException expected) {
      assertThat(expected).hasMessageNotContaining("null");
    }
  }
}
