package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.Events;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Closes due windows in order and lets rules move. A window is a sliding view in event time, its
 * length the monitor's, its end at each midnight UTC (or each window, where that is shorter). One
 * that needs labels is judged when 99 % of its answers have theirs or the label delay has passed.
 *
 * <p>Every record that a window leads to has an id made of the window, and the window is marked as
 * judged last: a crash in between repeats it to the same records. Called by one thread at a time
 * per product.
 */
final class Watcher {
  private static final Duration DAY = Duration.ofDays(1);
  private static final double COVERED = 0.99;
  private final PredictionStore predictions;
  private final HourStore hours;
  private final WatchStore store;
  private final Responder responder;
  private final Events events;

  Watcher(
      PredictionStore predictions,
      HourStore hours,
      WatchStore store,
      Responder responder,
      Events events) {
    this.predictions = predictions;
    this.hours = hours;
    this.store = store;
    this.responder = responder;
    this.events = events;
  }

  /** Returns how many windows it judged. */
  int evaluate(CanvasVersion canvas, Instant now) {
    int judged = 0;
    for (Resource resource : canvas.resources(Spec.Monitor.class)) {
      Spec.Monitor monitor = (Spec.Monitor) resource.spec();
      if (!monitor.type().equals("data_drift")) {
        judged += advance(canvas, resource.name(), monitor, now);
      }
    }
    return judged;
  }

  private int advance(CanvasVersion canvas, String name, Spec.Monitor monitor, Instant now) {
    Duration step = monitor.window().compareTo(DAY) < 0 ? monitor.window() : DAY;
    Optional<WatchStore.Watch> watch = store.watch(canvas.product(), name).or(() -> begin(canvas));
    int judged = 0;
    while (watch.isPresent()) {
      Instant to = watch.get().judgedTo().plus(step);
      Optional<MonitorWindow> window =
          to.isAfter(now) ? Optional.empty() : window(canvas, name, monitor, to, now);
      if (window.isEmpty()) {
        return judged;
      }
      judged++;
      watch = Optional.of(judged(canvas, name, monitor, watch.get(), window.get(), now));
    }
    return judged;
  }

  private Optional<WatchStore.Watch> begin(CanvasVersion canvas) {
    return predictions
        .first(canvas.product(), Optional.empty())
        .map(first -> first.truncatedTo(ChronoUnit.DAYS))
        .map(day -> new WatchStore.Watch(AlertRule.Position.start(day), day));
  }

  private WatchStore.Watch judged(
      CanvasVersion canvas,
      String name,
      Spec.Monitor monitor,
      WatchStore.Watch before,
      MonitorWindow window,
      Instant now) {
    String product = canvas.product();
    store.saveWindow(product, name, window);
    Optional<Spec.Alert> alert =
        canvas.specs(Spec.Alert.class).stream().filter(rule -> rule.on().equals(name)).findFirst();
    AlertRule rule = new AlertRule(alert.map(Spec.Alert::holdFor).orElse(Duration.ZERO));
    AlertRule.Position next = rule.next(before.position(), window.verdict(), window.to());
    if (alert.isPresent()) {
      Responder.Case matter =
          new Responder.Case(
              canvas, name, monitor, alert.get(), window, bound(canvas, name, monitor), now);
      next = responder.respond(matter, before.position(), next);
    }
    WatchStore.Watch after = new WatchStore.Watch(next, window.to());
    store.saveWatch(product, name, after);
    events.publish(product, "monitor.window", window);
    return after;
  }

  /** The window that ends at {@code to}, once it can be judged. */
  private Optional<MonitorWindow> window(
      CanvasVersion canvas, String name, Spec.Monitor monitor, Instant to, Instant now) {
    Instant from = to.minus(monitor.window());
    String version = predictions.champion(canvas.product(), to).orElse("none");
    Judge.Frame frame = new Judge.Frame(from, to, version, WindowState.FINAL);
    boolean drift = monitor.type().equals("prediction_drift");
    return drift || settled(canvas, frame, now)
        ? Optional.of(peek(canvas, name, monitor, frame))
        : Optional.empty();
  }

  private boolean settled(CanvasVersion canvas, Judge.Frame frame, Instant now) {
    if (!now.isBefore(frame.to().plus(labelDelay(canvas)))) {
      return true;
    }
    PredictionStore.Coverage coverage =
        wholeHours(frame)
            ? hours.coverage(canvas.product(), frame.version(), frame.from(), frame.to())
            : predictions.coverage(canvas.product(), frame.version(), frame.from(), frame.to());
    return coverage.labelled() >= Math.ceil(COVERED * coverage.rows());
  }

  private static boolean wholeHours(Judge.Frame frame) {
    return frame.from().equals(frame.from().truncatedTo(ChronoUnit.HOURS))
        && frame.to().equals(frame.to().truncatedTo(ChronoUnit.HOURS));
  }

  /** How a window stands now, whether or not it has settled. */
  MonitorWindow peek(CanvasVersion canvas, String name, Spec.Monitor monitor, Judge.Frame frame) {
    List<PredictionView> rows =
        predictions.window(canvas.product(), frame.version(), frame.from(), frame.to());
    return monitor.type().equals("prediction_drift")
        ? drift(canvas, monitor, frame, rows)
        : performance(canvas, name, monitor, frame, rows);
  }

  /** A label arrived late: the settled windows around it are computed anew; no alert is fired. */
  void revise(CanvasVersion canvas, Instant at, String version) {
    for (Resource resource : canvas.resources(Spec.Monitor.class)) {
      Spec.Monitor monitor = (Spec.Monitor) resource.spec();
      if (!monitor.type().equals("performance_drop")) {
        continue;
      }
      for (MonitorWindow window : store.settledAround(canvas.product(), resource.name(), at)) {
        if (window.version().equals(version)) {
          Judge.Frame frame =
              new Judge.Frame(window.from(), window.to(), version, WindowState.REVISED);
          store.saveWindow(
              canvas.product(), resource.name(), peek(canvas, resource.name(), monitor, frame));
        }
      }
    }
  }

  private MonitorWindow performance(
      CanvasVersion canvas,
      String name,
      Spec.Monitor monitor,
      Judge.Frame frame,
      List<PredictionView> rows) {
    return Judge.metric(canvas, monitor)
        .map(
            metric -> Judge.performance(frame, monitor, metric, rows, bound(canvas, name, monitor)))
        .orElseGet(() -> Judge.insufficient(frame, rows.size(), "The metric is not defined"));
  }

  private MonitorWindow drift(
      CanvasVersion canvas, Spec.Monitor monitor, Judge.Frame frame, List<PredictionView> rows) {
    Instant until = firstWindow(canvas, monitor, frame.version()).orElse(frame.to());
    if (until.isAfter(frame.from())) {
      return Judge.insufficient(
          frame, rows.size(), "The reference, the version's first window, is not behind us yet");
    }
    return Judge.drift(frame, monitor, reference(canvas, monitor, frame.version()), rows);
  }

  private Optional<Instant> firstWindow(
      CanvasVersion canvas, Spec.Monitor monitor, String version) {
    return predictions
        .first(canvas.product(), Optional.of(version))
        .map(first -> first.plus(monitor.window()));
  }

  /** What a version answered in its first window: later ones are compared with it. */
  List<PredictionView> reference(CanvasVersion canvas, Spec.Monitor monitor, String version) {
    return firstWindow(canvas, monitor, version)
        .map(until ->
            predictions.window(canvas.product(), version, until.minus(monitor.window()), until))
        .orElse(List.of());
  }

  /** The bound in the metric's unit; a relative one rests on the first window that had a value. */
  double bound(CanvasVersion canvas, String name, Spec.Monitor monitor) {
    Optional<Double> reference =
        monitor.relative()
            ? store.firstJudged(canvas.product(), name).map(MonitorWindow::value)
            : Optional.empty();
    return Judge.bound(monitor, reference);
  }

  static Duration labelDelay(CanvasVersion canvas) {
    return canvas.specs(Spec.Dataset.class).stream()
        .map(Spec.Dataset::labelDelay)
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }
}
