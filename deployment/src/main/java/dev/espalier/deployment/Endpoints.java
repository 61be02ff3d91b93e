package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.serving.EndpointConfig;
import dev.espalier.serving.EndpointConfig.OnPreFail;
import dev.espalier.serving.Intake;
import dev.espalier.serving.Rung;
import dev.espalier.serving.Trigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
        fallback.flatMap(one -> number(CONFIDENCE, one.post())).orElse(0.0),
        pre.filter(one -> one.onFail().equals("fallback")).isPresent()
            ? OnPreFail.FALLBACK
            : OnPreFail.REJECT,
        fallback.map(one -> ladder(one.chain())).orElse(List.of()),
        base.maxQueue(),
        intake(canvas, endpoint, pre));
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

  private static Optional<Double> number(Pattern pattern, List<String> rules) {
    return rules.stream()
        .map(pattern::matcher)
        .filter(Matcher::find)
        .map(matcher -> Double.valueOf(matcher.group(1)))
        .findFirst();
  }

  private static List<Rung> ladder(List<Spec.FallbackRung> chain) {
    List<Rung> rungs = new ArrayList<>();
    for (Spec.FallbackRung rung : chain) {
      for (Rung.Use use : Rung.Use.values()) {
        boolean usable = use != Rung.Use.DEFAULT_VALUE || rung.value().isPresent();
        if (use.text().equals(rung.use()) && usable) {
          rungs.add(new Rung(triggers(rung.on()), use, rung.value(), rung.timeout()));
        }
      }
    }
    return rungs;
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
