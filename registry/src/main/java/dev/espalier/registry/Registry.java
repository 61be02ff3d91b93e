package dev.espalier.registry;

import dev.espalier.model.Bundles;
import dev.espalier.model.ScanReport;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.ProductClocks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Pattern;

/**
 * The registered models: immutable versions, and aliases that move between them by compare-and-set.
 * Thread-safe: every change is one transaction of the store.
 */
public final class Registry {
  /** The version that answers production traffic. */
  public static final String CHAMPION = "champion";

  /** The version that is being compared with the champion. */
  public static final String CHALLENGER = "challenger";

  /** The version that was champion before. */
  public static final String PREVIOUS = "previous";

  private static final Pattern ALIAS = Pattern.compile("[a-z][a-z0-9-]{0,39}");
  private static final int MAX_KEY = 200;
  private final Database database;
  private final RegistryStore store;
  private final Bundles bundles;
  private final ProductClocks clocks;
  private final RegistryNews news;

  /** A registry whose changes are events and nothing else. */
  public Registry(Database database, Bundles bundles, ProductClocks clocks, Events events) {
    this(database, bundles, clocks, new RegistryNews(events));
  }

  public Registry(Database database, Bundles bundles, ProductClocks clocks, RegistryNews news) {
    this.database = database;
    this.store = new RegistryStore(database);
    this.bundles = bundles;
    this.clocks = clocks;
    this.news = news;
  }

  Database database() {
    return database;
  }

  RegistryNews news() {
    return news;
  }

  /** The product's time. */
  Instant now(String product) {
    return clocks.now(product);
  }

  /** Whether there is a registered model of the name. */
  public boolean isRegistered(String name) {
    return store.isRegistered(name);
  }

  boolean ofPipeline(String name) {
    return store.ofPipeline(name);
  }

  /** Whether a version came from the run or logged model of this id, or has files below there. */
  public boolean needs(String id, String artifactUri) {
    return store.needs(id, artifactUri);
  }

  /** A pipeline's version by its number. */
  Optional<ModelVersion> numbered(String product, int number) {
    return store.numbered(product, number);
  }

  /** Registers with nothing required beyond the record's own fields. */
  public ModelVersion register(Registration registration, String idempotencyKey) {
    return register(registration, idempotencyKey, Set.of());
  }

  /**
   * Registers a version: wholly, or not at all. The same key again returns the version it made.
   *
   * @param requiredMeta metadata that must be present ({@code RegistryPolicy.requiredMeta})
   * @throws EspalierException INVALID when metadata is missing or the scan objects; CONFLICT when
   *     the key was used for something else; NOT_FOUND when the bundle is absent; INTERNAL when a
   *     file of it is damaged
   */
  public ModelVersion register(
      Registration registration, String idempotencyKey, Set<String> requiredMeta) {
    if (idempotencyKey.isBlank() || idempotencyKey.length() > MAX_KEY) {
      throw EspalierException.invalid(
          "An idempotency key has 1 to %d characters.".formatted(MAX_KEY));
    }
    List<String> missing =
        RequiredMeta.missing(requiredMeta, registration.metrics(), registration.meta());
    if (!missing.isEmpty()) {
      throw EspalierException.invalidField(
          "meta",
          "required",
          "The model cannot be registered: %s missing.".formatted(String.join(", ", missing)),
          Optional.of(missing.getFirst()));
    }
    Digest content = CanonicalJson.digest(registration);
    Optional<ModelVersion> earlier = store.byKey(registration.product(), idempotencyKey, content);
    if (earlier.isPresent()) {
      return earlier.get();
    }
    long bytes = verified(registration.bundle());
    return database.write(_ -> {
      RegistryStore.Registered registered =
          store.register(
              registration, idempotencyKey, content, bytes, clocks.now(registration.product()));
      registered
          .shown()
          .ifPresent(shown -> {
            if (shown.first()) {
              news.shown(shown.model());
            }
            news.registered(registered.version(), shown.version());
          });
      return registered.version();
    });
  }

  private long verified(Digest bundle) {
    List<String> damaged = bundles.damaged(bundle);
    if (!damaged.isEmpty()) {
      throw new EspalierException(
          ErrorCode.INTERNAL,
          "The bundle is damaged (%s): train again.".formatted(String.join(", ", damaged)));
    }
    ScanReport scan = bundles.scan(bundle);
    if (!scan.clean()) {
      throw EspalierException.invalid(
          "The bundle is refused by the scan: " + String.join("; ", scan.findings()) + ".");
    }
    return bundles.bytes(bundle);
  }

  /** All versions of a product, oldest first. */
  public List<ModelVersion> versions(String product) {
    return store.versions(product);
  }

  /**
   * One version.
   *
   * @throws EspalierException NOT_FOUND
   */
  public ModelVersion version(String product, String version) {
    return store
        .version(product, version)
        .orElseThrow(() ->
            EspalierException.notFound(
                "Product '%s' has no version '%s'.".formatted(product, version)));
  }

  /** The version that an alias names. */
  public Optional<ModelVersion> alias(String product, String name) {
    return store.alias(product, name);
  }

  /** The version of each alias, by alias. */
  public SortedMap<String, String> aliases(String product) {
    return store.aliases(product);
  }

  /** Every move of every alias of a product, oldest first. */
  public List<AliasMove> aliasHistory(String product) {
    return store.moves(product);
  }

  /**
   * Moves an alias if it still names {@code expected}. Naming the same version again moves nothing.
   *
   * @param expected the version it is believed to name; empty when it should not exist yet
   * @throws EspalierException CONFLICT when it names another; NOT_FOUND when {@code to} is unknown
   */
  public AliasMove moveAlias(
      String product, String alias, Optional<String> expected, String to, String by, String why) {
    if (!ALIAS.matcher(alias).matches()) {
      throw EspalierException.invalidField(
          "alias",
          "name",
          "An alias is lower-case letters, digits and dashes, at most 40.",
          Optional.of(CHAMPION));
    }
    int number = version(product, to).number();
    AliasMove move = new AliasMove(product, alias, expected, to, by, why, clocks.now(product));
    return database.write(_ -> {
      if (store.move(move, number)) {
        news.aliased(store.shown(product), move, number);
      }
      return move;
    });
  }

  /**
   * Where a version comes from.
   *
   * @throws EspalierException NOT_FOUND
   */
  public Lineage lineage(String product, String version) {
    ModelVersion own = version(product, version);
    List<ModelVersion> before = new ArrayList<>(versions(product));
    before.removeIf(other -> other.number() >= own.number());
    return new Lineage(
        product,
        version,
        own.bundle(),
        own.runId(),
        own.snapshot(),
        own.canvasVersion(),
        own.canvasDigest(),
        before.isEmpty() ? Optional.empty() : Optional.of(before.getLast().version()));
  }
}
