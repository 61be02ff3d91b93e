package dev.espalier.serving;

import java.util.Set;

/**
 * What a drill breaks in a {@link ShadowLane}; production never sees one.
 *
 * @param trigger how the routed version misbehaves
 * @param broken rungs that err as well, so that a later one is reached
 */
public record Fault(Trigger trigger, Set<Rung.Use> broken) {
  public Fault {
    broken = Set.copyOf(broken);
  }
}
