package dev.espalier.training.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EncoderTest {
  private static final EncoderShape SHAPE = new EncoderShape(2, 4, 64, 256, 32, 300, 3);
  private NDManager root;

  @BeforeAll
  static void natives() {
    Natives.required();
    Autograd.threads(1);
  }

  @BeforeEach
  void open() {
    root = Engine.getEngine("PyTorch").newBaseManager();
  }

  @AfterEach
  void close() {
    Autograd.mode(Autograd.Mode.OFF);
    root.close();
  }

  @Test
  void has_as_many_parameters_as_the_formula_says() {
    // MiniLM's published size without head and token types, post-norm: checked against the
    // formula of the same shape; 22,565,376 + last norm 768 − types 768 + head 770.
    assertThat(new EncoderShape(6, 12, 384, 1_536, 512, 30_522, 2).parameters())
        .isEqualTo(22_566_146 - 2 * 384 - 2 * 384 + 2 * 384);
    assertThat(Weights.initial(SHAPE, root, new SplittableRandom(1)).count())
        .isEqualTo(SHAPE.parameters());
  }

  @Test
  void attention_rows_sum_to_one_and_ignore_padding() {
    Encoder encoder = new Encoder(weights(SHAPE), 0);
    Encoder.Output output =
        encoder.forward(Encoder.Batch.of(root, List.of(tokens(16, 1), tokens(9, 2))));

    assertThat(output.attention()).hasSize(2);
    assertThat(Parity.deviation(output.attention())).isLessThan(1e-5);
    NDArray paddedKeys = output.attention().getFirst().get(new NDIndex("1, :, :, 9:"));
    assertThat(paddedKeys.max().getFloat()).isZero();
  }

  @Test
  void padding_more_changes_nothing() {
    Encoder encoder = new Encoder(weights(SHAPE), 0);
    List<long[]> rows = List.of(tokens(7, 3));
    float[] tight = encoder.forward(Encoder.Batch.of(root, rows)).logits().toFloatArray();
    float[] loose = encoder.forward(Encoder.Batch.of(root, rows, 32)).logits().toFloatArray();

    assertThat(loose).containsExactly(tight, within(1e-6f));
  }

  @Test
  void a_row_without_any_token_gives_numbers() {
    Encoder encoder = new Encoder(weights(SHAPE), 0);
    Encoder.Output output =
        encoder.forward(Encoder.Batch.of(root, List.of(tokens(4, 1), new long[0])));

    assertThat(Parity.deviation(output.attention())).isLessThan(1e-5);
    assertThat(output.logits().get(0).toFloatArray()).doesNotContain(Float.NaN);
  }

  @Test
  void gradients_agree_with_central_differences() {
    EncoderShape small = new EncoderShape(1, 2, 8, 16, 8, 20, 2);
    Weights weights = Weights.initial(small, root, new SplittableRandom(5));
    // Larger than the initial spread, so that every gradient stands out of fp32's rounding.
    weights
        .all()
        .forEach((name, tensor) -> {
          if (!name.contains("norm")) {
            tensor.set(tensor.mul(20).toFloatArray());
          }
        });
    List<long[]> rows = List.of(new long[] {1, 2, 3, 4}, new long[] {5, 6});
    Autograd.mode(Autograd.Mode.RECORDING);
    Autograd.backward(loss(weights, rows));
    Map<String, float[]> gradients = new java.util.LinkedHashMap<>();
    weights
        .all()
        .forEach((name, tensor) -> gradients.put(name, tensor.getGradient().toFloatArray()));
    Autograd.mode(Autograd.Mode.OFF);

    List<Double> errors = new ArrayList<>();
    gradients.forEach((name, gradient) -> errors.add(error(weights, rows, name, gradient)));

    assertThat(errors).allSatisfy(error -> assertThat(error).isLessThan(5e-3));
    assertThat(errors.stream().mapToDouble(Double::doubleValue).average().orElseThrow())
        .isLessThan(1e-3);
  }

  /** Relative error of the directional derivative along the gradient itself, per tensor. */
  private double error(Weights weights, List<long[]> rows, String name, float[] gradient) {
    double norm = 0;
    for (float value : gradient) {
      norm += (double) value * value;
    }
    norm = Math.sqrt(norm);
    float[] start = weights.get(name).toFloatArray();
    double step = 5e-3;
    weights.get(name).set(moved(start, gradient, step / norm));
    double up = loss(weights, rows).getFloat();
    weights.get(name).set(moved(start, gradient, -step / norm));
    double down = loss(weights, rows).getFloat();
    weights.get(name).set(start);
    // Against at least 0.1: a bias of the keys shifts every score of a row alike, its slope is 0.
    return Math.abs((up - down) / (2 * step) - norm) / Math.max(norm, 0.1);
  }

  private static float[] moved(float[] start, float[] direction, double by) {
    float[] moved = start.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += (float) (by * direction[i]);
    }
    return moved;
  }

  private NDArray loss(Weights weights, List<long[]> rows) {
    NDArray logits = new Encoder(weights, 0).forward(Encoder.Batch.of(root, rows)).logits();
    return logits.logSoftmax(-1).get(new NDIndex(":, 1")).sum().neg();
  }

  @Test
  void equal_steps_give_equal_gradients_because_they_are_zeroed() {
    Weights weights = weights(SHAPE);
    AdamW still = new AdamW(weights);
    List<Double> norms = new ArrayList<>();
    Autograd.mode(Autograd.Mode.RECORDING);
    for (int round = 0; round < 2; round++) {
      try (NDManager step = root.newSubManager()) {
        Autograd.zero(weights.all().values());
        Encoder.Batch batch = Encoder.Batch.of(step, List.of(tokens(6, 1)));
        Autograd.backward(new Encoder(weights, 0).forward(batch).logits().square().sum());
        norms.add(still.step(0, step));
      }
    }

    assertThat(norms.get(1)).isEqualTo(norms.get(0), within(1e-6));
  }

  @Test
  void a_step_leaves_no_tensor_behind() {
    Weights weights = weights(SHAPE);
    AdamW optimizer = new AdamW(weights);
    Autograd.mode(Autograd.Mode.RECORDING);
    List<Integer> alive = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      try (NDManager step = root.newSubManager()) {
        Autograd.zero(weights.all().values());
        Encoder.Batch batch = Encoder.Batch.of(step, List.of(tokens(6, round)));
        Autograd.backward(new Encoder(weights, 0.1f).forward(batch).logits().sum());
        optimizer.step(1e-3, step);
      }
      alive.add(root.getManagedArrays().size());
    }

    assertThat(alive).containsOnly(alive.getFirst());
  }

  private Weights weights(EncoderShape shape) {
    return Weights.initial(shape, root, new SplittableRandom(42));
  }

  private static long[] tokens(int length, long seed) {
    return new SplittableRandom(seed).longs(length, 7, 300).toArray();
  }
}
