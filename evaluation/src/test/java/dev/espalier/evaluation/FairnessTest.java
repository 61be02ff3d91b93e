package dev.espalier.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FairnessTest {
  /**
   * Selection rates of Fairlearn's quick start for its metrics (user guide, "Performing a Fairness
   * Assessment"): predictions 0,1,1,1,1 for five of one sex and 0,0,0,1,1 for five of the other.
   * The rates of label 1 are 0.8 and 0.4: demographic parity difference 0.4, ratio 0.5.
   */
  private static final int[] PREDICTED = {0, 1, 1, 1, 1, 0, 0, 0, 1, 1};

  private static Predictions rows(int[] predicted, List<String> groups) {
    List<Scored> rows = new ArrayList<>();
    for (int i = 0; i < predicted.length; i++) {
      String label = predicted[i] == 1 ? "yes" : "no";
      rows.add(
          new Scored(
              "r" + i,
              Instant.EPOCH,
              "yes",
              new double[] {0.5, 0.5},
              label,
              groups.get(i).isEmpty() ? Map.of() : Map.of("sex", groups.get(i))));
    }
    return new Predictions(List.of("yes"), rows);
  }

  @Test
  void agrees_with_fairlearn_on_its_own_example() {
    List<String> sex = List.of("f", "f", "f", "f", "f", "m", "m", "m", "m", "m");
    Fairness fairness = Fairness.of(rows(PREDICTED, sex), "sex", 1);
    assertThat(fairness.difference()).isCloseTo(0.4, within(1e-12));
    assertThat(fairness.ratio()).isCloseTo(0.5, within(1e-12));
    assertThat(fairness.n()).isEqualTo(10);
    assertThat(fairness.comparable()).isTrue();
  }

  @Test
  void groups_that_are_too_small_and_rows_of_no_group_do_not_count() {
    List<String> sex = List.of("f", "f", "f", "f", "f", "m", "m", "", "", "");
    Fairness fairness = Fairness.of(rows(PREDICTED, sex), "sex", 3);
    assertThat(fairness.groups()).isEqualTo(1);
    assertThat(fairness.comparable()).isFalse();
    assertThat(fairness.n()).isEqualTo(5);
    assertThat(Fairness.of(rows(PREDICTED, sex), "age", 1).groups()).isZero();
  }

  @Test
  void the_worst_label_counts() {
    List<String> sex = List.of("f", "f", "f", "f", "f", "m", "m", "m", "m", "m");
    Predictions both = new Predictions(List.of("no", "yes"), rows(PREDICTED, sex).rows());
    // Label no: 0.2 against 0.6.
    assertThat(Fairness.of(both, "sex", 1).ratio()).isCloseTo(1.0 / 3, within(1e-12));
    assertThat(Fairness.of(both, "sex", 1).difference()).isCloseTo(0.4, within(1e-12));
  }
}
