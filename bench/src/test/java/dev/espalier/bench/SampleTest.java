package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleTest {
  /**
   * The worked example of the nearest-rank method: 15, 20, 35, 40, 50 (Wikipedia, "Percentile").
   */
  @Test
  void percentiles_are_the_nearest_rank() {
    Sample sample = Sample.of(35, 20, 15, 50, 40);

    assertThat(sample.at(0.05)).isEqualTo(15);
    assertThat(sample.at(0.30)).isEqualTo(20);
    assertThat(sample.at(0.40)).isEqualTo(20);
    assertThat(sample.at(0.50)).isEqualTo(35);
    assertThat(sample.at(1)).isEqualTo(50);
  }

  @Test
  void the_99th_of_a_thousand_is_one_that_was_measured() {
    Sample sample = Sample.of(IntStream.rangeClosed(1, 1000).asDoubleStream().toArray());

    assertThat(sample.at(0.99)).isEqualTo(990);
    assertThat(sample.at(0.999)).isEqualTo(999);
  }

  @Test
  void a_median_is_told_with_its_spread() {
    assertThat(Sample.of(3, 1, 2).text()).isEqualTo("2.00 (1.00–3.00)");
    assertThat(Sample.of(1234.5).text()).isEqualTo("1,235");
    assertThat(Sample.of(0.01234).text()).isEqualTo("0.012");
    assertThat(Sample.of(45.67, 45.67).text()).isEqualTo("45.7 (45.7–45.7)");
  }

  @Test
  void nothing_and_nonsense_are_no_sample() {
    assertThatIllegalArgumentException().isThrownBy(() -> Sample.of());
    assertThatIllegalArgumentException().isThrownBy(() -> Sample.of(1, Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> Sample.of(1).at(0));
    assertThatIllegalArgumentException().isThrownBy(() -> Sample.of(1).at(1.01));
  }
}
