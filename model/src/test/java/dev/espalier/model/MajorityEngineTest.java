package dev.espalier.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MajorityEngineTest extends EngineContract {
  @Override
  Engine engine() {
    return new MajorityEngine(Samples.SPAM, new double[] {0.7, 0.3});
  }

  @Test
  void refuses_shares_that_do_not_sum_to_one() {
    assertThatThrownBy(() -> new MajorityEngine(Samples.SPAM, new double[] {0.7, 0.7}))
        .hasMessageContaining("sum to 1");
    assertThatThrownBy(() -> new MajorityEngine(Samples.SPAM, new double[] {1}))
        .hasMessageContaining("one per label");
  }
}
