package dev.espalier.registry;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What the aliases of a product may name when a person or a client moves them. Those that its
 * canvas lists ({@code registry.versioning}) take only versions whose blocking gates passed; those
 * that decide what answers traffic move by rollouts only. All other aliases are free, but none
 * names a version that is retired. Stateless.
 */
public final class AliasRules {
  /** The aliases that rollouts move. */
  public static final Set<String> OF_ROLLOUTS =
      Set.of(Registry.CHAMPION, Registry.CHALLENGER, Registry.PREVIOUS);

  private final Registry registry;
  private final Function<String, Set<String>> governed;
  private final Retired retired;

  /** Which versions are out of service; {@code deployment} knows. */
  public interface Retired {
    /** Why nothing may name the version; empty when it is in service. */
    Optional<String> why(String product, String version);
  }

  /**
   * @param governed the aliases that a product's canvas lists; empty without a canvas
   */
  public AliasRules(Registry registry, Function<String, Set<String>> governed, Retired retired) {
    this.registry = registry;
    this.governed = governed;
    this.retired = retired;
  }

  /**
   * Lets a move pass.
   *
   * @param number the version that the alias is to name
   * @throws EspalierException DENIED, naming the gate and what to do; CONFLICT for a retired
   *     version
   */
  void check(String product, String alias, int number) {
    registry
        .numbered(product, number)
        .flatMap(version -> retired.why(product, version.version()))
        .ifPresent(why -> {
          throw EspalierException.conflict("Alias '%s': %s".formatted(alias, why));
        });
    if (!registry.ofPipeline(product)) {
      return;
    }
    if (OF_ROLLOUTS.contains(alias) || governed.apply(product).contains(alias)) {
      passed(product, alias, number);
    }
    checkOwner(product, alias);
  }

  private void passed(String product, String alias, int number) {
    Optional<ModelVersion> version = registry.numbered(product, number);
    String refused =
        version.isEmpty()
            ? "no gate has judged version %d".formatted(number)
            : GateRows.of(version.get().gates()).rows().stream()
                .filter(row -> row.blocking() && !row.passed())
                .findFirst()
                .map(row ->
                    "version %d (%s) did not pass gate '%s' (%s: %s)"
                        .formatted(
                            number,
                            version.get().version(),
                            row.metric(),
                            row.versus(),
                            row.verdict()))
                .orElse("");
    if (!refused.isEmpty()) {
      throw new EspalierException(
          ErrorCode.DENIED,
          ("Alias '%s' of '%s' is governed by its canvas: %s. Register a version that passes"
                  + " (espalier run %s), or name one that did.")
              .formatted(alias, product, refused, product));
    }
  }

  /** Lets an alias go, unless rollouts own it. */
  void checkOwner(String product, String alias) {
    if (OF_ROLLOUTS.contains(alias) && registry.ofPipeline(product)) {
      throw new EspalierException(
          ErrorCode.DENIED,
          "Alias '%s' of '%s' decides what answers traffic: start a rollout instead (espalier rollout %s)."
              .formatted(alias, product, product));
    }
  }
}
