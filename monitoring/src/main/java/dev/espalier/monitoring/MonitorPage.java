package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/** Puts the monitoring page together from what is stored. */
final class MonitorPage {
  private static final int NEWEST = 5_000;
  private final ViewStore views;
  private final HourStore hours;
  private final WatchStore watches;
  private final Watcher watcher;

  MonitorPage(ViewStore views, HourStore hours, WatchStore watches, Watcher watcher) {
    this.views = views;
    this.hours = hours;
    this.watches = watches;
    this.watcher = watcher;
  }

  MonitorView of(String product, Optional<CanvasVersion> canvas, long dropped) {
    List<MonitorView.Monitor> monitors = new ArrayList<>();
    canvas.ifPresent(active -> {
      for (Resource resource : active.resources(Spec.Monitor.class)) {
        monitors.add(monitor(active, resource));
      }
    });
    return new MonitorView(
        monitors, labels(product, dropped), days(product), views.releases(product));
  }

  private MonitorView.Monitor monitor(CanvasVersion canvas, Resource resource) {
    Spec.Monitor monitor = (Spec.Monitor) resource.spec();
    double bound = watcher.bound(canvas, resource.name(), monitor);
    String metric = monitor.metric().orElse(monitor.type());
    double shown = Double.isFinite(bound) ? bound : monitor.alert();
    return new MonitorView.Monitor(
        resource.name(),
        monitor.type(),
        monitor.metric(),
        "alert when %s is %s %s".formatted(metric, words(monitor.breach()), shown),
        shown,
        monitor.breach().name(),
        monitor.minN(),
        monitor.window().toString(),
        watches.windows(canvas.product(), resource.name()));
  }

  private static String words(Spec.Op op) {
    return switch (op) {
      case ABOVE -> "above";
      case AT_LEAST -> "at least";
      case BELOW -> "below";
      case AT_MOST -> "at most";
    };
  }

  private MonitorView.Labels labels(String product, long dropped) {
    HourStore.Totals totals = hours.totals(product, Instant.EPOCH);
    List<Long> delays = views.recent(product, NEWEST).delays();
    return new MonitorView.Labels(
        totals.logged() + dropped,
        totals.logged(),
        dropped,
        totals.labelled(),
        totals.logged() - totals.labelled(),
        views.quarantined(),
        ViewStore.quantile(delays, 0.5, 1000),
        ViewStore.quantile(delays, 0.95, 1000),
        totals.logged() == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of((double) totals.labelled() / totals.logged()));
  }

  private List<MonitorView.Day> days(String product) {
    SortedMap<String, List<HourStore.Tally>> byDay = new TreeMap<>();
    hours
        .tallies(product)
        .forEach(tally -> byDay.computeIfAbsent(tally.day(), _ -> new ArrayList<>()).add(tally));
    return byDay.entrySet().stream().map(day -> day(day.getKey(), day.getValue())).toList();
  }

  private static MonitorView.Day day(String day, List<HourStore.Tally> tallies) {
    SortedMap<String, Long> byLabel = new TreeMap<>();
    SortedMap<String, Long> byVersion = new TreeMap<>();
    long served = 0;
    long labelled = 0;
    for (HourStore.Tally tally : tallies) {
      byLabel.merge(tally.label(), tally.served(), Long::sum);
      byVersion.merge(tally.version(), tally.served(), Long::sum);
      served += tally.served();
      labelled += tally.labelled();
    }
    return new MonitorView.Day(LocalDate.parse(day), served, labelled, byLabel, byVersion);
  }
}
