package dev.espalier.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.EspalierException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {
  private static Route split(String salt, double weight) {
    return new Route(
        salt,
        List.of(new Arm("old", 1 - weight, Arm.CHAMPION), new Arm("new", weight, Arm.CANDIDATE)));
  }

  private static boolean onCandidate(Route route, String unit) {
    return route.pick(unit).role().equals(Arm.CANDIDATE);
  }

  /**
   * Bounds are {@code scipy.stats.binom.ppf([0.005, 0.995], 20000, w)} (SciPy 1.17.1): a fair split
   * leaves them once in a hundred salts.
   */
  @ParameterizedTest
  @CsvSource({"0.01, 165, 237", "0.1, 1891, 2110", "0.25, 4843, 5158", "0.5, 9818, 10182"})
  void the_split_stays_within_the_binomial_99_percent_bounds(double weight, int low, int high) {
    int outside = 0;
    for (int salt = 0; salt < 20; salt++) {
      Route route = split("rollout-" + salt, weight);
      int hits = 0;
      for (int unit = 0; unit < 20_000; unit++) {
        hits += onCandidate(route, "user-" + unit) ? 1 : 0;
      }
      outside += hits < low || hits > high ? 1 : 0;
    }
    // P(more than 2 of 20 outside) = 0.1 % for a fair split.
    assertThat(outside).isLessThanOrEqualTo(2);
  }

  @Test
  void another_salt_draws_independently() {
    Route one = split("a", 0.5);
    Route other = split("b", 0.5);
    int both = 0;
    for (int unit = 0; unit < 20_000; unit++) {
      both += onCandidate(one, "u" + unit) && onCandidate(other, "u" + unit) ? 1 : 0;
    }
    // Binom(20000, 1/4), 99.9 %: a shared draw would give 10,000, an opposite one none.
    assertThat(both).isBetween(4798, 5202);
  }

  @Test
  void a_salt_and_a_unit_cannot_be_cut_apart_differently() {
    int equal = 0;
    for (int i = 0; i < 1000; i++) {
      equal += Route.bucket("ab", "c" + i) == Route.bucket("a", "bc" + i) ? 1 : 0;
    }
    assertThat(equal).isLessThan(5);
  }

  @Test
  void the_same_unit_always_meets_the_same_arm() {
    Route route = split("s", 0.5);
    for (int unit = 0; unit < 200; unit++) {
      boolean first = onCandidate(route, "u" + unit);
      for (int again = 0; again < 5; again++) {
        assertThat(onCandidate(split("s", 0.5), "u" + unit)).isEqualTo(first);
      }
    }
  }

  @Test
  void hostile_units_are_units_like_others() {
    Route route = split("s", 0.5);
    for (String unit : List.of("", "\0", "é", "\uD800", "x".repeat(200), "' OR 1=1 --", "💥")) {
      assertThat(route.pick(unit).version()).isIn("old", "new");
      assertThat(Route.bucket("s", unit)).isBetween(0, 9_999);
    }
  }

  @Test
  void zero_and_full_weight_leave_nobody_on_the_other_side() {
    for (int unit = 0; unit < 2000; unit++) {
      assertThat(onCandidate(split("s", 0), "u" + unit)).isFalse();
      assertThat(onCandidate(split("s", 1), "u" + unit)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.01, 1.01, Double.NaN, Double.POSITIVE_INFINITY})
  void a_weight_is_a_share(double weight) {
    assertThatThrownBy(() -> new Arm("v", weight, Arm.CHAMPION))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("between 0 and 1");
  }

  @Test
  void a_route_without_a_champion_twice_a_role_or_a_wrong_sum_is_refused() {
    assertThatThrownBy(() -> new Route("", List.of())).hasMessageContaining("champion");
    assertThatThrownBy(() -> new Route("", List.of(new Arm("a", 1, Arm.CANDIDATE))))
        .hasMessageContaining("champion");
    assertThatThrownBy(() ->
            new Route(
                "", List.of(new Arm("a", 0.5, Arm.CHAMPION), new Arm("b", 0.5, Arm.CHAMPION))))
        .hasMessageContaining("Two arms");
    assertThatThrownBy(() ->
            new Route(
                "", List.of(new Arm("a", 0.5, Arm.CHAMPION), new Arm("b", 0.4, Arm.CANDIDATE))))
        .hasMessageContaining("sum to 1");
  }
}
