package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Observation.Interval;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.evaluation.Wilson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Spoils half of the answers in a shadow copy of a window and expects the alarm; draws 200
 * stationary windows from quiet rows and counts false ones. The live log is only read.
 */
public final class DriftDrill implements Drill {
  private static final int REPLAYS = 200;
  private static final double SPOILT = 0.5;
  private final Monitoring monitoring;

  public DriftDrill(Monitoring monitoring) {
    this.monitoring = monitoring;
  }

  @Override
  public String name() {
    return "drift";
  }

  @Override
  public String description() {
    return "Injects wrong answers into a copy of a window: the monitor must find them, and must"
        + " stay quiet on 200 windows without.";
  }

  @Override
  public List<Observation> run(String product, CanvasVersion canvas, Instant now) {
    List<Observation> seen = new ArrayList<>();
    for (Resource resource : canvas.resources(Spec.Monitor.class)) {
      Spec.Monitor monitor = (Spec.Monitor) resource.spec();
      Optional<Spec.Metric> metric = Judge.metric(canvas, monitor);
      if (monitor.type().equals("performance_drop") && metric.isPresent()) {
        quiet(product, resource.name(), monitor)
            .ifPresent(window ->
                rehearse(
                    canvas,
                    new Subject(resource.name(), monitor, metric.get(), window),
                    now,
                    seen));
      }
    }
    return seen;
  }

  private record Subject(
      String name, Spec.Monitor monitor, Spec.Metric metric, MonitorWindow quiet) {}

  /** The newest window in which all was well. */
  private Optional<MonitorWindow> quiet(String product, String name, Spec.Monitor monitor) {
    return monitoring.watches().windows(product, name).reversed().stream()
        .filter(window -> window.verdict() == Verdict.OK && window.n() >= monitor.minN())
        .findFirst();
  }

  private void rehearse(
      CanvasVersion canvas, Subject subject, Instant now, List<Observation> seen) {
    MonitorWindow quiet = subject.quiet();
    Judge.Frame frame =
        new Judge.Frame(quiet.from(), quiet.to(), quiet.version(), WindowState.FINAL);
    List<PredictionView> rows =
        monitoring
            .store()
            .window(canvas.product(), quiet.version(), quiet.from(), quiet.to())
            .stream()
            .filter(row -> row.actual().isPresent() && row.probabilities().size() > 1)
            .toList();
    if (rows.isEmpty()) {
      return;
    }
    double bound = monitoring.watcher().bound(canvas, subject.name(), subject.monitor());
    SplittableRandom random = new SplittableRandom(7);
    MonitorWindow shifted = judge(frame, subject, spoil(rows, random), bound);
    boolean found = shifted.verdict() == Verdict.ALERT;
    String source = "/api/v1/monitors/" + canvas.product();
    seen.add(
        Observation.verdict(
            "monitoring.decay",
            "injected",
            subject.name(),
            now,
            rows.size(),
            found,
            "Half of the answers spoilt in a copy of the window to %s: %s at %.3f [%.3f, %.3f], within one window of %s"
                .formatted(
                    quiet.to(),
                    found ? "found" : "missed",
                    shifted.value(),
                    shifted.low(),
                    shifted.high(),
                    Duration.between(quiet.from(), quiet.to())),
            source));
    long alarms = 0;
    for (int replay = 0; replay < REPLAYS; replay++) {
      List<PredictionView> drawn = new ArrayList<>(rows.size());
      for (int i = 0; i < rows.size(); i++) {
        drawn.add(rows.get(random.nextInt(rows.size())));
      }
      alarms += judge(frame, subject, drawn, bound).verdict() == Verdict.ALERT ? 1 : 0;
    }
    var interval = Wilson.interval(alarms, REPLAYS, 0.95);
    seen.add(
        Observation.measured(
            "monitoring.decay",
            "false_alarms",
            subject.name(),
            now,
            REPLAYS,
            (double) alarms / REPLAYS,
            Optional.of(new Interval(interval.low(), interval.high())),
            "%d false alarms on %d stationary windows".formatted(alarms, REPLAYS),
            source));
  }

  private static MonitorWindow judge(
      Judge.Frame frame, Subject subject, List<PredictionView> rows, double bound) {
    return Judge.performance(frame, subject.monitor(), subject.metric(), rows, bound);
  }

  private static List<PredictionView> spoil(List<PredictionView> rows, SplittableRandom random) {
    return rows.stream().map(row -> random.nextDouble() < SPOILT ? wrong(row) : row).toList();
  }

  private static PredictionView wrong(PredictionView row) {
    String label =
        row.probabilities().keySet().stream()
            .filter(name -> !Optional.of(name).equals(row.actual()))
            .findFirst()
            .orElseThrow();
    return new PredictionView(
        row.predictionId(),
        row.product(),
        row.at(),
        Optional.of(label),
        new TreeMap<>(row.probabilities()),
        row.modelVersion(),
        row.servedBy(),
        row.latencyMicros(),
        row.actual(),
        row.seq());
  }
}
