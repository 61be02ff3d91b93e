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
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Rehearses every monitor on a copy of its newest quiet window; the live log is only read. Answers
 * are turned round from some moment on: how long until the monitor finds it? Then 200 stationary
 * windows are drawn from quiet rows: how often does it cry wolf? And the rule is played over the
 * windows that really were: how often would it have fired?
 */
public final class DriftDrill implements Drill {
  private static final int REPLAYS = 200;
  private static final int STEPS = 10;

  /** What a monitor of a metric must see: half of the answers wrong. */
  private static final double HALF = 0.5;

  /** What a monitor of a distribution must see; half turned round may leave it much as it was. */
  private static final double MOST = 0.8;

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

  /** A monitor as a function of the rows of a window. */
  private record Subject(
      String name,
      Spec.Monitor monitor,
      double spoilt,
      MonitorWindow quiet,
      List<PredictionView> rows,
      List<PredictionView> stationary,
      Function<List<PredictionView>, MonitorWindow> judge) {
    boolean alarms(List<PredictionView> window) {
      return judge.apply(window).verdict() == Verdict.ALERT;
    }
  }

  /** How one monitor did. */
  private record Result(String words, boolean found, int rows, long alarms, String history) {}

  @Override
  public List<Observation> run(String product, CanvasVersion canvas, Instant now) {
    List<Result> results = new ArrayList<>();
    for (Resource resource : canvas.resources(Spec.Monitor.class)) {
      subject(canvas, resource).ifPresent(subject -> results.add(rehearse(canvas, subject)));
    }
    if (results.isEmpty()) {
      return List.of();
    }
    String source = "/api/v1/monitors/" + product;
    long alarms = results.stream().mapToLong(Result::alarms).sum();
    long replays = (long) REPLAYS * results.size();
    var interval = Wilson.interval(alarms, replays, 0.95);
    return List.of(
        Observation.verdict(
            "monitoring.decay",
            "injected",
            product,
            now,
            results.stream().mapToInt(Result::rows).sum(),
            results.stream().allMatch(Result::found),
            results.stream().map(Result::words).collect(Collectors.joining("; ")),
            source),
        Observation.measured(
            "monitoring.decay",
            "false_alarms",
            product,
            now,
            replays,
            (double) alarms / replays,
            Optional.of(new Interval(interval.low(), interval.high())),
            "%d false alarms on %d stationary windows; %s"
                .formatted(
                    alarms,
                    replays,
                    results.stream().map(Result::history).collect(Collectors.joining("; "))),
            source));
  }

  private Optional<Subject> subject(CanvasVersion canvas, Resource resource) {
    Spec.Monitor monitor = (Spec.Monitor) resource.spec();
    return switch (monitor.type()) {
      case "performance_drop" -> performance(canvas, resource.name(), monitor);
      case "prediction_drift" -> drift(canvas, resource.name(), monitor);
      default -> Optional.empty();
    };
  }

  private Optional<Subject> performance(CanvasVersion canvas, String name, Spec.Monitor monitor) {
    Optional<Spec.Metric> metric = Judge.metric(canvas, monitor);
    Optional<MonitorWindow> quiet = metric.flatMap(_ -> quiet(canvas, name, monitor));
    if (quiet.isEmpty()) {
      return Optional.empty();
    }
    List<PredictionView> rows =
        rows(canvas, quiet.get()).stream().filter(row -> row.actual().isPresent()).toList();
    double bound = monitoring.watcher().bound(canvas, name, monitor);
    Judge.Frame frame = frame(quiet.get());
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Subject(
                name,
                monitor,
                HALF,
                quiet.get(),
                rows,
                rows,
                window -> Judge.performance(frame, monitor, metric.orElseThrow(), window, bound)));
  }

  private Optional<Subject> drift(CanvasVersion canvas, String name, Spec.Monitor monitor) {
    Optional<MonitorWindow> quiet = quiet(canvas, name, monitor);
    if (quiet.isEmpty()) {
      return Optional.empty();
    }
    List<PredictionView> rows = rows(canvas, quiet.get());
    List<PredictionView> reference =
        monitoring.watcher().reference(canvas, monitor, quiet.get().version());
    Judge.Frame frame = frame(quiet.get());
    return rows.isEmpty() || reference.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Subject(
                name,
                monitor,
                MOST,
                quiet.get(),
                rows,
                reference,
                window -> Judge.drift(frame, monitor, reference, window)));
  }

  private static Judge.Frame frame(MonitorWindow quiet) {
    return new Judge.Frame(quiet.from(), quiet.to(), quiet.version(), WindowState.FINAL);
  }

  private List<PredictionView> rows(CanvasVersion canvas, MonitorWindow quiet) {
    return monitoring
        .store()
        .window(canvas.product(), quiet.version(), quiet.from(), quiet.to())
        .stream()
        .filter(row -> row.probabilities().size() > 1)
        .toList();
  }

  /** The newest window in which all was well. */
  private Optional<MonitorWindow> quiet(CanvasVersion canvas, String name, Spec.Monitor monitor) {
    return monitoring.watches().windows(canvas.product(), name).reversed().stream()
        .filter(window -> window.verdict() == Verdict.OK && window.n() >= monitor.minN())
        .findFirst();
  }

  private Result rehearse(CanvasVersion canvas, Subject subject) {
    SplittableRandom random = new SplittableRandom(7);
    List<PredictionView> rows = subject.rows();
    boolean[] turned = new boolean[rows.size()];
    for (int i = 0; i < turned.length; i++) {
      turned[i] = random.nextDouble() < subject.spoilt();
    }
    Optional<Integer> late = Optional.empty();
    for (int step = 1; step <= STEPS && late.isEmpty(); step++) {
      int from = rows.size() - rows.size() * step / STEPS;
      late = subject.alarms(spoil(rows, turned, from)) ? Optional.of(from) : Optional.empty();
    }
    MonitorWindow all = subject.judge().apply(spoil(rows, turned, 0));
    String found =
        late.map(from ->
                "found after %d rows, %.1f days of a window of %.1f"
                    .formatted(
                        rows.size() - from,
                        days(rows.get(from).at(), subject.quiet().to()),
                        days(subject.quiet().from(), subject.quiet().to())))
            .orElse("missed");
    String words =
        "%s, %.0f %% of the answers turned round in a copy of the window to %s: %s, at %.3f [%.3f, %.3f] in the end"
            .formatted(
                subject.name(),
                100 * subject.spoilt(),
                subject.quiet().to(),
                found,
                all.value(),
                all.low(),
                all.high());
    long alarms = 0;
    for (int replay = 0; replay < REPLAYS; replay++) {
      List<PredictionView> drawn = new ArrayList<>(rows.size());
      for (int i = 0; i < rows.size(); i++) {
        drawn.add(subject.stationary().get(random.nextInt(subject.stationary().size())));
      }
      alarms += subject.alarms(drawn) ? 1 : 0;
    }
    return new Result(words, late.isPresent(), rows.size(), alarms, history(canvas, subject));
  }

  /** The rule over the windows as they were. */
  private String history(CanvasVersion canvas, Subject subject) {
    List<MonitorWindow> windows = monitoring.watches().windows(canvas.product(), subject.name());
    AlertRule rule =
        new AlertRule(
            canvas.specs(Spec.Alert.class).stream()
                .filter(alert -> alert.on().equals(subject.name()))
                .map(Spec.Alert::holdFor)
                .findFirst()
                .orElse(Duration.ZERO));
    return "%s would have fired %d times in %.0f days"
        .formatted(
            subject.name(),
            fired(rule, windows),
            days(windows.getFirst().from(), windows.getLast().to()));
  }

  static int fired(AlertRule rule, List<MonitorWindow> windows) {
    AlertRule.Position position = AlertRule.Position.start(windows.getFirst().from());
    int fired = 0;
    for (MonitorWindow window : windows) {
      AlertRule.Position next = rule.next(position, window.verdict(), window.to());
      boolean begins = next.state() == AlertState.FIRING && position.state() != AlertState.FIRING;
      fired += begins ? 1 : 0;
      position = next;
    }
    return fired;
  }

  private static double days(Instant from, Instant to) {
    return Duration.between(from, to).toMinutes() / 1440.0;
  }

  /** A copy in which the chosen answers are turned round from the row {@code from} on. */
  private static List<PredictionView> spoil(List<PredictionView> rows, boolean[] turned, int from) {
    List<PredictionView> copy = new ArrayList<>(rows);
    for (int i = from; i < copy.size(); i++) {
      if (turned[i]) {
        copy.set(i, turnedRound(copy.get(i)));
      }
    }
    return copy;
  }

  /** Another label than the true one, or than the one given, with the scores to match. */
  private static PredictionView turnedRound(PredictionView row) {
    Optional<String> right = row.actual().or(row::label);
    String label =
        row.probabilities().keySet().stream()
            .filter(name -> !Optional.of(name).equals(right))
            .findFirst()
            .orElseThrow();
    TreeMap<String, Double> scores = new TreeMap<>();
    List<Double> values = row.probabilities().values().stream().sorted().toList();
    int next = 0;
    for (String name : row.probabilities().keySet()) {
      scores.put(name, name.equals(label) ? values.getLast() : values.get(next++));
    }
    return new PredictionView(
        row.predictionId(),
        row.product(),
        row.at(),
        Optional.of(label),
        scores,
        row.modelVersion(),
        row.servedBy(),
        row.latencyMicros(),
        row.actual(),
        row.seq());
  }
}
