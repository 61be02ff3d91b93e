package dev.espalier.deployment;

import dev.espalier.evaluation.Interval;
import dev.espalier.evaluation.Mover;
import java.util.Optional;

/**
 * The candidate minus the champion in one signal, with its 95 % interval.
 *
 * @param n requests of both arms
 */
public record Effect(String signal, double value, double low, double high, long n) {

  /** From both arms' readings; empty unless both have any. */
  static Optional<Effect> of(GuardrailResult result) {
    if (result.champion().isEmpty() || result.candidate().isEmpty()) {
      return Optional.empty();
    }
    Reading theirs = result.champion().get();
    Reading ours = result.candidate().get();
    if (theirs.n() == 0 || ours.n() == 0) {
      return Optional.empty();
    }
    Interval interval =
        Mover.difference(
            ours.value(),
            new Interval(ours.low(), ours.high()),
            theirs.value(),
            new Interval(theirs.low(), theirs.high()));
    return Optional.of(
        new Effect(
            result.signal(),
            ours.value() - theirs.value(),
            interval.low(),
            interval.high(),
            theirs.n() + ours.n()));
  }
}
