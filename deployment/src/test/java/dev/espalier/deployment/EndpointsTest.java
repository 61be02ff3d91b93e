package dev.espalier.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Digest;
import dev.espalier.serving.EndpointConfig;
import dev.espalier.serving.PostRule;
import dev.espalier.serving.Rung;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The endpoint behaves as the resources of the canvas say. */
class EndpointsTest {
  private static final EndpointConfig PLAIN = config();

  private static EndpointConfig config(Spec... specs) {
    List<Resource> resources =
        Stream.of(specs).map(spec -> Resource.of("it", "mail@1.0.0#serving", spec)).toList();
    Digest digest = Digest.of("canvas");
    return Endpoints.config(
        "mail",
        new CanvasVersion(
            "mail", "1.0.0", digest, digest, Optional.empty(), Instant.EPOCH, "ana", resources));
  }

  private static Spec.Endpoint endpoint(Duration timeout) {
    return new Spec.Endpoint(Duration.ofMillis(40), Duration.ofMillis(90), 0.999, timeout, 16);
  }

  private static Spec.Fallback fallback(String post) {
    Spec.FallbackRung last =
        new Spec.FallbackRung(
            Set.of("*"), "default_value", Optional.of("inbox"), Duration.ofMillis(50));
    return new Spec.Fallback(List.of(post), Duration.ofMillis(500), List.of(last), 0.02);
  }

  @Test
  void a_caller_waits_as_long_as_the_canvas_says_and_the_model_never_longer() {
    EndpointConfig patient = config(endpoint(Duration.ofSeconds(3)));
    assertThat(patient.timeout()).hasSeconds(3).isNotEqualTo(PLAIN.timeout());
    assertThat(patient.p95()).hasMillis(40);
    EndpointConfig hasty = config(endpoint(Duration.ofMillis(200)), fallback("label set"));
    assertThat(hasty.primaryTimeout()).as("500 ms were declared").hasMillis(200);
  }

  @Test
  void who_answers_instead_and_from_which_confidence_on_is_what_the_canvas_says() {
    EndpointConfig sure = config(fallback("confidence >= 0.7"));
    assertThat(sure.minConfidence()).isEqualTo(0.7);
    assertThat(sure.primaryTimeout()).hasMillis(500);
    assertThat(sure.ladder())
        .singleElement()
        .satisfies(rung -> {
          assertThat(rung.use()).isEqualTo(Rung.Use.DEFAULT_VALUE);
          assertThat(rung.value()).contains("inbox");
        });
    assertThat(PLAIN.minConfidence()).isZero();
    assertThat(PLAIN.ladder()).isEmpty();
  }

  private static EndpointConfig chain(Spec.FallbackRung... rungs) {
    return config(
        new Spec.Fallback(
            List.of("sum(prob) = 1", "confidence >= 0.5", "confidence >= 0.8"),
            Duration.ofMillis(500),
            List.of(rungs),
            0.02));
  }

  private static Spec.FallbackRung rung(String use, Optional<String> value) {
    return new Spec.FallbackRung(Set.of("*"), use, value, Duration.ofMillis(50));
  }

  @Test
  void of_several_limits_of_confidence_the_tightest_holds_and_rules_left_out_are_not_asked() {
    assertThat(chain().minConfidence()).isEqualTo(0.8);
    assertThat(chain().post()).containsExactly(PostRule.SUM);
    assertThat(config(fallback("label set")).post()).containsExactly(PostRule.LABEL_SET);
    assertThat(PLAIN.post()).as("nobody was asked").containsOnly(PostRule.values());
  }

  @Test
  void a_rule_decides_by_the_words_of_its_value_and_what_an_earlier_build_took_is_passed_over() {
    EndpointConfig ruled =
        chain(
            rung("rule", Optional.of("offer, big prize -> spam; * -> inbox")),
            rung("rule", Optional.empty()),
            rung("default_value", Optional.empty()),
            rung("cached", Optional.empty()),
            rung("reject", Optional.empty()));
    assertThat(ruled.ladder())
        .extracting(Rung::use)
        .containsExactly(Rung.Use.RULE, Rung.Use.REJECT);
    assertThat(ruled.ladder().getFirst().rules().orElseThrow().label("A Big Prize"))
        .contains("spam");
    assertThat(ruled.ladder().getFirst().rules().orElseThrow().label("minutes")).contains("inbox");
  }

  @Test
  void how_long_an_input_may_be_and_what_a_longer_one_gets_is_what_the_canvas_says() {
    EndpointConfig strict =
        config(new Spec.PreAssertion(List.of("schema", "length <= 10"), "reject"));
    assertThat(strict.maxCharacters()).isEqualTo(10).isNotEqualTo(PLAIN.maxCharacters());
    assertThat(strict.onPreFail()).isEqualTo(EndpointConfig.OnPreFail.REJECT);
    EndpointConfig lenient = config(new Spec.PreAssertion(List.of("length <= 10"), "fallback"));
    assertThat(lenient.onPreFail()).isEqualTo(EndpointConfig.OnPreFail.FALLBACK);
  }
}
