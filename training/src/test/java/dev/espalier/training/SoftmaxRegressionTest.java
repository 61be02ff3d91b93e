package dev.espalier.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.model.BagOfWords;
import dev.espalier.model.LinearModel;
import dev.espalier.platform.EspalierException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SoftmaxRegressionTest {
  private static final List<float[]> POINTS =
      IntStream.range(0, 60)
          .mapToObj(i -> new float[] {(float) (2 * Math.sin(1.7 * i)), (float) Math.cos(0.9 * i)})
          .toList();
  private static final double[] HIDDEN =
      IntStream.range(0, 60)
          .mapToDouble(
              i -> 2 * Math.sin(1.7 * i) + 0.5 * Math.cos(0.9 * i) + 1.2 * Math.sin(5.3 * i))
          .toArray();
  private static final List<float[]> PROBES =
      List.of(new float[] {0, 0}, new float[] {1, 1}, new float[] {-0.5f, 0.5f});

  @Test
  void two_classes_agree_with_scikit_learn() {
    // scikit-learn 1.9.1: LogisticRegression(C=2/(60·1e-3), class_weight="balanced",
    // tol=1e-10).predict_proba at PROBES; softmax halves the penalty of the difference, hence 2.
    int[] labels = IntStream.range(0, 60).map(i -> HIDDEN[i] > 0.7 ? 1 : 0).toArray();
    LinearModel model = train(labels, 2);

    double[] expected = {0.30292204, 0.8403453, 0.15580413};
    for (int i = 0; i < expected.length; i++) {
      assertThat(model.score(PROBES.get(i))[1]).isCloseTo(expected[i], within(0.01));
    }
  }

  @Test
  void three_classes_agree_with_scikit_learn() {
    // scikit-learn 1.9.1: LogisticRegression(C=1/(60·1e-3), class_weight="balanced", tol=1e-10).
    int[] labels =
        IntStream.range(0, 60).map(i -> HIDDEN[i] < -0.8 ? 0 : HIDDEN[i] < 0.9 ? 1 : 2).toArray();
    LinearModel model = train(labels, 3);

    double[][] expected = {
      {0.16176123, 0.70753445, 0.13070432},
      {0.006065, 0.48044026, 0.51349473},
      {0.25140084, 0.70140142, 0.04719774}
    };
    for (int i = 0; i < expected.length; i++) {
      assertThat(model.score(PROBES.get(i))).containsExactly(expected[i], within(0.01));
    }
  }

  private static LinearModel train(int[] labels, int classes) {
    return SoftmaxRegression.train(
        SparseRows.ofVectors(POINTS),
        labels,
        classes,
        new SoftmaxRegression.Setting(20_000, 0.5, 1e-3, 1));
  }

  @Test
  void the_same_seed_gives_the_same_bits() {
    int[] labels = IntStream.range(0, 60).map(i -> HIDDEN[i] > 0.7 ? 1 : 0).toArray();
    SparseRows rows = SparseRows.ofVectors(POINTS);
    SoftmaxRegression.Setting setting = SoftmaxRegression.Setting.embeddings(7);

    assertThat(SoftmaxRegression.train(rows, labels, 2, setting).bytes())
        .isEqualTo(SoftmaxRegression.train(rows, labels, 2, setting).bytes());
  }

  @Test
  void a_rare_class_is_learned_because_classes_weigh_the_same() {
    List<int[]> bags =
        IntStream.range(0, 200)
            .mapToObj(i -> BagOfWords.buckets(i % 20 == 0 ? "win money now" : "see you at lunch"))
            .toList();
    int[] labels = IntStream.range(0, 200).map(i -> i % 20 == 0 ? 1 : 0).toArray();
    LinearModel model =
        SoftmaxRegression.train(
            SparseRows.ofBags(bags), labels, 2, SoftmaxRegression.Setting.bags(1));

    assertThat(model.score(BagOfWords.buckets("win money"))[1]).isGreaterThan(0.9);
    assertThat(model.score(BagOfWords.buckets("lunch"))[1]).isLessThan(0.3);
  }

  @Test
  void a_text_without_words_is_a_row_without_entries() {
    SparseRows rows = SparseRows.ofBags(List.of(new int[0], new int[] {3, 9}));

    assertThat(rows.rows()).isEqualTo(2);
    assertThat(rows.offsets).containsExactly(0, 0, 2);
  }

  @Test
  void refuses_a_class_that_no_row_has() {
    assertThatThrownBy(() -> train(new int[60], 2))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("Class 1 of 2 has no training row");
  }
}
