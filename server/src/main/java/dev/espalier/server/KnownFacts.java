package dev.espalier.server;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Facts;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Datasets;
import dev.espalier.data.Snapshot;
import dev.espalier.deployment.Host;
import dev.espalier.pipeline.Pipelines;
import dev.espalier.pipeline.Run;
import dev.espalier.platform.Digest;
import dev.espalier.registry.ModelVersion;
import dev.espalier.registry.Registry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What this process knows about a product's world: this machine, the champion's labels, how long
 * training took, the fields of the data. Thread-safe; the fields of a snapshot are read once.
 */
final class KnownFacts {
  private static final int RUNS = 20;
  private static final int SNAPSHOTS = 100;
  private final Registry registry;
  private final Pipelines pipelines;
  private final Datasets datasets;
  private final Function<String, Optional<CanvasVersion>> canvases;
  private final Facts.Node machine = thisMachine();
  private final Map<Digest, Set<String>> fields = new ConcurrentHashMap<>();

  KnownFacts(
      Registry registry,
      Pipelines pipelines,
      Datasets datasets,
      Function<String, Optional<CanvasVersion>> canvases) {
    this.registry = registry;
    this.pipelines = pipelines;
    this.datasets = datasets;
    this.canvases = canvases;
  }

  Facts about(String product) {
    Facts known =
        Facts.unknown()
            .withNodes(List.of(machine))
            .withTimes(Optional.empty(), Optional.empty(), training(product));
    Optional<Set<String>> champion = labels(product, Registry.CHAMPION);
    if (champion.isPresent()) {
      Map<String, Set<String>> rungs = new HashMap<>();
      labels(product, Registry.PREVIOUS).ifPresent(its -> rungs.put("previous_champion", its));
      known = known.withLabels(champion.get(), rungs);
    }
    Optional<Facts.Pace> pace =
        registry.alias(product, Registry.CHAMPION).flatMap(KnownFacts::pace);
    if (pace.isPresent()) {
      known = known.withPace(pace.get());
    }
    Optional<Set<String>> carried = fields(product);
    return carried.isPresent() ? known.withFields(carried.get()) : known;
  }

  private Optional<Set<String>> labels(String product, String alias) {
    return registry.alias(product, alias).map(version -> Set.copyOf(version.signature().labels()));
  }

  /** What evaluation timed, one text after the other on one thread. */
  private static Optional<Facts.Pace> pace(ModelVersion champion) {
    return Optional.ofNullable(champion.meta().get("p95_ms"))
        .filter(text -> text.matches("\\d{1,7}(\\.\\d{1,6})?"))
        .map(text -> Duration.ofNanos(Math.round(Double.parseDouble(text) * 1e6)))
        .filter(Duration::isPositive)
        .map(each ->
            new Facts.Pace(each, Runtime.getRuntime().availableProcessors(), champion.version()));
  }

  /** The 95th percentile of the last runs that succeeded, by nearest rank. */
  private Optional<Duration> training(String product) {
    List<Long> millis =
        pipelines.runs(product).stream()
            .filter(Run::succeeded)
            .limit(RUNS)
            .map(Run::wallMillis)
            .sorted()
            .toList();
    return millis.isEmpty()
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(millis.get((int) Math.ceil(0.95 * millis.size()) - 1)));
  }

  /** The attributes that rows of the training data carry; empty while no row is stored. */
  private Optional<Set<String>> fields(String product) {
    Set<String> all = new HashSet<>();
    boolean known = false;
    List<Spec.Dataset> training =
        canvases.apply(product).stream()
            .flatMap(canvas -> canvas.specs(Spec.Dataset.class).stream())
            .filter(dataset -> dataset.role().equals("training"))
            .toList();
    for (Spec.Dataset dataset : training) {
      Optional<Snapshot> snapshot = datasets.latest(dataset.dataset());
      if (snapshot.filter(s -> s.rows() > 0).isPresent()) {
        all.addAll(fields(snapshot.get().digest()));
        known = true;
      }
    }
    return known ? Optional.of(all) : Optional.empty();
  }

  private Set<String> fields(Digest snapshot) {
    if (fields.size() > SNAPSHOTS) {
      fields.clear();
    }
    return fields.computeIfAbsent(
        snapshot,
        digest -> {
          Set<String> seen = new HashSet<>();
          datasets.forEach(digest, row -> seen.addAll(row.attributes().keySet()));
          return Set.copyOf(seen);
        });
  }

  private static Facts.Node thisMachine() {
    Host host = Host.here();
    return new Facts.Node(name(), host.zone(), host.devices());
  }

  private static String name() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException unnamed) {
      return "this machine";
    }
  }
}
