package dev.espalier.canvas;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What whoever applies a plan says to it.
 *
 * @param reason why; needed where the plan loosens a promise
 * @param confirms the rules whose warnings they have seen and accept, by number
 */
public record Consent(Optional<String> reason, Set<Integer> confirms) {
  public Consent {
    confirms = Set.copyOf(confirms);
  }

  /** A reason, and no warning accepted. */
  public static Consent because(String reason) {
    return new Consent(Optional.of(reason), Set.of());
  }

  /** Nothing is said. */
  public static Consent silent() {
    return new Consent(Optional.empty(), Set.of());
  }

  /** The same, accepting the warnings of these rules. */
  public Consent confirming(List<Integer> rules) {
    return new Consent(reason, Set.copyOf(rules));
  }
}
