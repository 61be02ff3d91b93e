package dev.espalier.serving;

import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Endpoint → weighted versions: exactly one champion, at most one candidate, and rungs.
 *
 * <p>The split is {@code hash(salt, unit) mod 10,000 < weight · 10,000}, so ramps are monotone (a
 * unit once on the candidate stays there while the weight grows) and a new salt makes an
 * independent draw.
 */
public record Route(String salt, List<Arm> arms) {
  private static final int BUCKETS = 10_000;

  public Route {
    arms = List.copyOf(arms);
    Set<String> roles = new HashSet<>();
    double weight = 0;
    for (Arm arm : arms) {
      if (!roles.add(arm.role())) {
        throw EspalierException.invalid("Two arms have the role " + arm.role() + ".");
      }
      weight += arm.weight();
    }
    if (!roles.contains(Arm.CHAMPION)) {
      throw EspalierException.invalid("A route needs a champion.");
    }
    if (Math.abs(weight - 1) > 1e-9) {
      throw EspalierException.invalid("The weights of a route sum to 1, not " + weight + ".");
    }
  }

  /** One version answers everything. */
  public static Route only(String version) {
    return new Route("", List.of(new Arm(version, 1, Arm.CHAMPION)));
  }

  public Arm champion() {
    return arm(Arm.CHAMPION).orElseThrow();
  }

  public Optional<Arm> candidate() {
    return arm(Arm.CANDIDATE);
  }

  public Optional<Arm> arm(String role) {
    return arms.stream().filter(arm -> arm.role().equals(role)).findFirst();
  }

  public Optional<Arm> version(String version) {
    return arms.stream().filter(arm -> arm.version().equals(version)).findFirst();
  }

  /** The candidate's share, 0 without one. */
  public double candidateWeight() {
    return candidate().map(Arm::weight).orElse(0.0);
  }

  /** Every version that must be loaded. */
  public Set<String> versions() {
    return Set.copyOf(arms.stream().map(Arm::version).toList());
  }

  /** The arm that answers this unit: a pure function, equal on every replica. */
  public Arm pick(String unit) {
    Optional<Arm> candidate = candidate();
    if (candidate.isPresent()
        && bucket(salt, unit) < Math.round(candidate.get().weight() * BUCKETS)) {
      return candidate.get();
    }
    return champion();
  }

  static int bucket(String salt, String unit) {
    String hex = Digest.of(salt.length() + ":" + salt + unit).hex();
    return (int) (Long.parseLong(hex.substring(0, 15), 16) % BUCKETS);
  }
}
