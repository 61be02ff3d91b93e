package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Heuristic;
import dev.espalier.canvas.Spec;
import dev.espalier.serving.EndpointConfig;
import dev.espalier.serving.EndpointConfig.OnPreFail;
import dev.espalier.serving.Intake;
import dev.espalier.serving.PostRule;
import dev.espalier.serving.Rung;
import dev.espalier.serving.Trigger;
import dev.espalier.serving.WordRules;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compiles a canvas' serving resources to the data plane's configuration. */
final class Endpoints {
  /** In a canvas: whatever no earlier rung has answered. */
  private static final String ANY = "*";

  private static final Pattern LENGTH =
      Pattern.compile("length\\s*(?:<=|≤)\\s*(\\d+)\\s*(characters|bytes|tokens)?");
  private static final Pattern CONFIDENCE = Pattern.compile("confidence\\s*(?:>=|≥)\\s*([0-9.]+)");

  private Endpoints() {}

  static EndpointConfig config(String product, CanvasVersion canvas) {
    EndpointConfig base = EndpointConfig.of(product);
    Optional<Spec.Endpoint> endpoint = canvas.specs(Spec.Endpoint.class).stream().findFirst();
    Optional<Spec.Fallback> fallback = canvas.specs(Spec.Fallback.class).stream().findFirst();
    Optional<Spec.PreAssertion> pre = canvas.specs(Spec.PreAssertion.class).stream().findFirst();
    Duration timeout = endpoint.map(Spec.Endpoint::timeout).orElse(base.timeout());
    Duration primary = fallback.map(Spec.Fallback::primaryTimeout).orElse(base.primaryTimeout());
    return new EndpointConfig(
        product,
        timeout,
        primary.compareTo(timeout) > 0 ? timeout : primary,
        endpoint.map(Spec.Endpoint::p95).orElse(base.p95()),
        pre.flatMap(one -> longest(one, "characters")).orElse(base.maxCharacters()),
        fallback.flatMap(one -> confidence(one.post())).orElse(0.0),
        pre.filter(one -> one.onFail().equals("fallback")).isPresent()
            ? OnPreFail.FALLBACK
            : OnPreFail.REJECT,
        fallback.map(one -> ladder(one.chain())).orElse(List.of()),
        base.maxQueue(),
        intake(canvas, endpoint, pre),
        fallback.map(Endpoints::post).orElse(EnumSet.allOf(PostRule.class)));
  }

  private static Set<PostRule> post(Spec.Fallback fallback) {
    Set<String> said = fallback.post().stream().map(String::strip).collect(Collectors.toSet());
    Set<PostRule> rules = EnumSet.noneOf(PostRule.class);
    for (PostRule rule : PostRule.values()) {
      if (said.contains(rule.text())) {
        rules.add(rule);
      }
    }
    return rules;
  }

  private static Intake intake(
      CanvasVersion canvas, Optional<Spec.Endpoint> endpoint, Optional<Spec.PreAssertion> pre) {
    return new Intake(
        canvas.specs(Spec.Modes.class).stream().allMatch(one -> one.modes().contains("online")),
        canvas.specs(Spec.MultiModel.class).stream()
            .flatMap(one -> one.quotaPerSecond().stream())
            .filter(rate -> rate > 0)
            .findFirst()
            .orElse(Double.POSITIVE_INFINITY),
        endpoint.map(Spec.Endpoint::maxBatch).orElse(Intake.ANY.maxBatch()),
        pre.filter(one -> one.rules().stream().anyMatch(rule -> rule.strip().equals("schema")))
            .isPresent(),
        pre.flatMap(one -> longest(one, "bytes")).orElse(Intake.ANY.maxBytes()),
        pre.flatMap(one -> longest(one, "tokens")).orElse(Intake.ANY.maxTokens()));
  }

  /** The tightest length rule of that unit; a rule without a unit counts characters. */
  private static Optional<Integer> longest(Spec.PreAssertion pre, String unit) {
    return pre.rules().stream()
        .map(LENGTH::matcher)
        .filter(Matcher::find)
        .filter(rule -> Optional.ofNullable(rule.group(2)).orElse("characters").equals(unit))
        .map(rule -> Integer.valueOf(rule.group(1)))
        .min(Integer::compare);
  }

  /** The tightest of the limits: an answer keeps all rules. */
  private static Optional<Double> confidence(List<String> rules) {
    return rules.stream()
        .map(CONFIDENCE::matcher)
        .filter(Matcher::find)
        .map(matcher -> Double.valueOf(matcher.group(1)))
        .max(Double::compare);
  }

  /**
   * A plan refuses rungs that nothing stands behind; a version that an earlier build applied may
   * still hold one, and it is passed over as it was then.
   */
  private static List<Rung> ladder(List<Spec.FallbackRung> chain) {
    return chain.stream().flatMap(rung -> rung(rung).stream()).toList();
  }

  private static Optional<Rung> rung(Spec.FallbackRung rung) {
    Set<Trigger> on = triggers(rung.on());
    if (rung.use().equals(Rung.Use.RULE.text())) {
      return rung.value()
          .flatMap(Heuristic::read)
          .map(rule -> new Rung(on, words(rule), rung.timeout()));
    }
    return Stream.of(Rung.Use.values())
        .filter(use -> use.text().equals(rung.use()))
        .filter(use -> use != Rung.Use.DEFAULT_VALUE || rung.value().isPresent())
        .findFirst()
        .map(use -> new Rung(on, use, rung.value(), rung.timeout()));
  }

  private static WordRules words(Heuristic rule) {
    return new WordRules(
        rule.cases().stream().map(one -> new WordRules.Case(one.words(), one.label())).toList());
  }

  private static Set<Trigger> triggers(Set<String> on) {
    Set<Trigger> triggers = EnumSet.noneOf(Trigger.class);
    for (Trigger trigger : Trigger.values()) {
      if (on.contains(ANY) || on.contains(trigger.text())) {
        triggers.add(trigger);
      }
    }
    return triggers;
  }
}
