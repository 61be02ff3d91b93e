package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PipelineGraphTest {
  private static TestStep step(String name) {
    return new TestStep(name, _ -> "");
  }

  private static void refuses(String code, List<StepLogic<?>> known, String... names) {
    assertThatThrownBy(() -> PipelineGraph.compile(Bench.canvas(names), known))
        .hasMessageContaining("PIPELINE." + code);
  }

  @Test
  void refuses_a_step_that_nobody_knows() {
    refuses("E001", List.of(step("a")), "a", "b");
  }

  @Test
  void refuses_a_step_that_occurs_twice() {
    refuses("E002", List.of(step("a")), "a", "a");
  }

  @Test
  void refuses_an_input_that_the_workflow_does_not_produce() {
    refuses("E003", List.of(step("a"), step("b").after("a")), "b");
  }

  @Test
  void refuses_an_input_of_another_type() {
    refuses("E004", List.of(step("a"), step("b").after("a", String.class)), "a", "b");
  }

  @Test
  void refuses_steps_that_wait_for_each_other() {
    refuses("E005", List.of(step("a").after("b"), step("b").after("a")), "a", "b");
  }

  @Test
  void refuses_an_effect_before_the_gate() {
    refuses(
        "E006",
        List.of(step("a").effect(), step("b").after("a"), step("gate").after("b").after("a")),
        "a",
        "b",
        "gate");
  }

  @Test
  void allows_an_effect_after_the_gate() {
    PipelineGraph graph =
        PipelineGraph.compile(
            Bench.canvas("publish", "gate"),
            List.of(step("gate"), step("publish").after("gate").effect()));
    assertThat(graph.nodes())
        .extracting(PipelineGraph.Node::name)
        .containsExactly("gate", "publish");
  }

  @Test
  void has_a_digest_that_follows_its_shape() {
    PipelineGraph one = PipelineGraph.compile(Bench.canvas("a"), List.of(step("a")));
    PipelineGraph same = PipelineGraph.compile(Bench.canvas("a"), List.of(step("a")));
    PipelineGraph other = PipelineGraph.compile(Bench.canvas("a"), List.of(step("a").effect()));
    assertThat(one.digest()).isEqualTo(same.digest()).isNotEqualTo(other.digest());
  }
}
