package dev.espalier.monitoring;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How this process does: processor, heap, pauses of the collector, open files. Sampled every ten
 * seconds of the machine's clock and kept by the minute, so that a minute without a row shows as a
 * gap; pauses are heard one by one. Thread-safe: {@code pauses} is guarded by itself.
 */
public final class ProcessSignals implements EvidenceSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessSignals.class);
  private static final Duration DAY = Duration.ofDays(1);
  private static final int MOST_PAUSES = 10_000;
  private static final double P95 = 0.95;
  private static final double P99 = 0.99;
  private final ProcessStore store;
  private final InstantSource machine;
  private final Deque<Long> pauses = new ArrayDeque<>();
  private final Map<NotificationEmitter, NotificationListener> listening = new HashMap<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("process-signals").factory());
  private volatile Optional<Look> last = Optional.empty();

  public ProcessSignals(Database database, InstantSource machine) {
    this.store = new ProcessStore(database);
    this.machine = machine;
    listen();
    var _ = timer.scheduleWithFixedDelay(this::round, 0, 10, TimeUnit.SECONDS);
  }

  /** One look at the process; shares are 0 to 1. */
  record Sample(double cpu, double heap, double files) {}

  private record Look(Instant minute, List<ProcessStore.Minute> minutes) {}

  private void listen() {
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      // Concurrent phases stop nobody: their length is no pause.
      boolean pausing =
          !collector.getName().contains("Cycles") && !collector.getName().contains("Concurrent");
      if (pausing && collector instanceof NotificationEmitter emitter) {
        NotificationListener listener = (notification, _) -> heard(notification);
        emitter.addNotificationListener(listener, null, null);
        listening.put(emitter, listener);
      }
    }
  }

  private void heard(Notification notification) {
    if (notification
        .getType()
        .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
      long millis =
          GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData())
              .getGcInfo()
              .getDuration();
      synchronized (pauses) {
        pauses.addLast(millis);
        if (pauses.size() > MOST_PAUSES) {
          pauses.removeFirst();
        }
      }
    }
  }

  private void round() {
    try {
      sample().ifPresent(seen -> store.add(machine.instant(), seen));
    } catch (EspalierException failure) {
      // The missing minute is the record of it; the next round tries again.
      LOG.debug("No sample could be stored", failure);
    } catch (RuntimeException failure) {
      LOG.warn("The process could not be sampled", failure);
    }
  }

  /** Empty while the system has not measured the processor yet. */
  static Optional<Sample> sample() {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system)) {
      return Optional.empty();
    }
    double cpu = system.getProcessCpuLoad();
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    double files =
        system instanceof UnixOperatingSystemMXBean unix && unix.getMaxFileDescriptorCount() > 0
            ? (double) unix.getOpenFileDescriptorCount() / unix.getMaxFileDescriptorCount()
            : 0;
    double most = heap.getMax() > 0 ? heap.getMax() : heap.getCommitted();
    return cpu < 0
        ? Optional.empty()
        : Optional.of(new Sample(cpu, heap.getUsed() / Math.max(1, most), files));
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    if (canvas.specs(Spec.Operational.class).isEmpty()) {
      return List.of();
    }
    List<ProcessStore.Minute> minutes = minutes();
    List<Observation> seen = new ArrayList<>();
    if (!minutes.isEmpty()) {
      String gaps = gaps(minutes);
      seen.add(share("cpu", minutes, ProcessStore.Minute::cpu, gaps, now));
      seen.add(share("heap", minutes, ProcessStore.Minute::heap, gaps, now));
      double files = quantile(minutes.stream().map(ProcessStore.Minute::files).toList(), 1);
      seen.add(
          Observation.verdict(
              "monitoring.operational",
              "fd",
              "process",
              now,
              minutes.size(),
              files < 0.9,
              "At most %.1f %% of the allowed files are open, %s".formatted(100 * files, gaps),
              "/metrics"));
    }
    pause().ifPresent(p99 -> seen.add(pauses(p99, now)));
    return seen;
  }

  /** Read anew once a minute. */
  private List<ProcessStore.Minute> minutes() {
    Instant minute = machine.instant().truncatedTo(ChronoUnit.MINUTES);
    Optional<Look> known = last.filter(look -> look.minute().equals(minute));
    if (known.isPresent() && !known.get().minutes().isEmpty()) {
      return known.get().minutes();
    }
    List<ProcessStore.Minute> fresh = store.since(machine.instant().minus(DAY));
    last = Optional.of(new Look(minute, fresh));
    return fresh;
  }

  private static String gaps(List<ProcessStore.Minute> minutes) {
    long span = 1 + Duration.between(minutes.getFirst().at(), minutes.getLast().at()).toMinutes();
    return "over %d minutes, of which %d have no sample".formatted(span, span - minutes.size());
  }

  private static Observation share(
      String clause,
      List<ProcessStore.Minute> minutes,
      java.util.function.Function<ProcessStore.Minute, Double> value,
      String gaps,
      Instant now) {
    double p95 = quantile(minutes.stream().map(value).toList(), P95);
    return Observation.measured(
        "monitoring.operational",
        clause,
        "process",
        now,
        minutes.size(),
        p95,
        Optional.empty(),
        "95 %% of minutes at or below %.1f %%, %s".formatted(100 * p95, gaps),
        "/metrics");
  }

  private Observation pauses(double p99, Instant now) {
    int n;
    synchronized (pauses) {
      n = pauses.size();
    }
    return Observation.measured(
        "monitoring.operational",
        "gc",
        "process",
        now,
        n,
        p99,
        Optional.empty(),
        "99 %% of the %d pauses since this process started took %.0f ms or less".formatted(n, p99),
        "/metrics");
  }

  private OptionalDouble pause() {
    List<Double> all;
    synchronized (pauses) {
      all = pauses.stream().map(Long::doubleValue).toList();
    }
    return all.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(quantile(all, P99));
  }

  static double quantile(List<Double> values, double q) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(Math.max(0, (int) Math.ceil(q * sorted.size()) - 1));
  }

  @Override
  public void close() {
    timer.shutdownNow();
    listening.forEach((emitter, listener) -> {
      try {
        emitter.removeNotificationListener(listener);
      } catch (javax.management.ListenerNotFoundException gone) {
        LOG.debug("Already gone", gone);
      }
    });
  }
}
