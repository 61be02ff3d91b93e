package dev.espalier.serving;

import dev.espalier.platform.EspalierException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How an endpoint behaves, whatever version answers.
 *
 * @param timeout the caller's whole wait
 * @param primaryTimeout the routed version's share of it
 * @param p95 the objective that drills and guardrails measure against
 * @param maxCharacters longest accepted text, in UTF-16 units
 * @param minConfidence smallest accepted top probability, 0 for none
 * @param onPreFail what an input that breaks a pre-assertion gets
 * @param ladder alternatives in order
 * @param maxQueue most requests waiting for a permit
 * @param intake what is taken in besides
 * @param post what is asked of an answer besides that it can be read
 */
public record EndpointConfig(
    String product,
    Duration timeout,
    Duration primaryTimeout,
    Duration p95,
    int maxCharacters,
    double minConfidence,
    OnPreFail onPreFail,
    List<Rung> ladder,
    int maxQueue,
    Intake intake,
    Set<PostRule> post) {

  /** What happens to an input that breaks a pre-assertion. */
  public enum OnPreFail {
    REJECT,
    FALLBACK
  }

  /** An endpoint that takes whatever the wire takes. */
  public EndpointConfig(
      String product,
      Duration timeout,
      Duration primaryTimeout,
      Duration p95,
      int maxCharacters,
      double minConfidence,
      OnPreFail onPreFail,
      List<Rung> ladder,
      int maxQueue) {
    this(
        product,
        timeout,
        primaryTimeout,
        p95,
        maxCharacters,
        minConfidence,
        onPreFail,
        ladder,
        maxQueue,
        Intake.ANY,
        EnumSet.allOf(PostRule.class));
  }

  public EndpointConfig {
    ladder = List.copyOf(ladder);
    post = Set.copyOf(post);
    if (primaryTimeout.isNegative() || primaryTimeout.isZero() || timeout.isZero()) {
      throw EspalierException.invalid("Timeouts must be positive.");
    }
    if (primaryTimeout.compareTo(timeout) > 0) {
      throw EspalierException.invalid(
          "The primary's timeout %s is longer than the caller's %s."
              .formatted(primaryTimeout, timeout));
    }
    if (maxCharacters < 1 || maxQueue < 1 || !(minConfidence >= 0 && minConfidence <= 1)) {
      throw EspalierException.invalid(
          "maxCharacters and maxQueue are at least 1, minConfidence is between 0 and 1.");
    }
  }

  /** Sensible bounds for a product that declares none: 1 s, 500 ms for the primary, no rungs. */
  public static EndpointConfig of(String product) {
    return new EndpointConfig(
        product,
        Duration.ofSeconds(1),
        Duration.ofMillis(500),
        Duration.ofMillis(100),
        200_000,
        0,
        OnPreFail.REJECT,
        List.of(),
        256);
  }

  /** The same endpoint with other alternatives. */
  public EndpointConfig withLadder(List<Rung> other) {
    return new EndpointConfig(
        product,
        timeout,
        primaryTimeout,
        p95,
        maxCharacters,
        minConfidence,
        onPreFail,
        other,
        maxQueue,
        intake,
        post);
  }
}
