package dev.espalier.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PostAssertionsTest {
  private static final Set<PostRule> ALL = EnumSet.allOf(PostRule.class);

  static Stream<Arguments> rows() {
    return Stream.of(
        Arguments.of(new double[] {0.5, 0.5}, ""),
        Arguments.of(new double[] {0, 1}, ""),
        Arguments.of(new double[] {0.00005, 0.99999}, ""),
        Arguments.of(new double[] {0.5, 0.49}, "sum to 0.99"),
        Arguments.of(new double[] {0.5, 0.5001 + 0.0001}, "sum to 1.0002"),
        Arguments.of(new double[] {-0.5, 1.5}, "outside 0–1"),
        Arguments.of(new double[] {Double.NaN, 1}, "not finite"),
        Arguments.of(new double[] {Double.POSITIVE_INFINITY, 0}, "not finite"),
        Arguments.of(new double[] {1}, "1 probabilities for 2 labels"),
        Arguments.of(new double[] {}, "0 probabilities for 2 labels"),
        Arguments.of(new double[] {0.3, 0.3, 0.4}, "3 probabilities for 2 labels"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void only_a_distribution_over_the_labels_leaves(double[] row, String problem) {
    String found = PostAssertions.problem(row, 2, ALL).orElse("");
    assertThat(found).contains(problem);
    assertThat(found.isEmpty()).as(Arrays.toString(row)).isEqualTo(problem.isEmpty());
  }

  @Test
  void rounding_of_single_precision_over_many_labels_is_no_failure() {
    double[] row = new double[1000];
    Arrays.fill(row, (double) (1f / 1000));
    assertThat(PostAssertions.problem(row, 1000, ALL)).isEmpty();
  }
}
