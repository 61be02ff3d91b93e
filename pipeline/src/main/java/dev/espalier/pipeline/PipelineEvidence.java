package dev.espalier.pipeline;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What runs prove of the answers about training: when, where, why, how, and at what cost. Reads the
 * runs anew only when one of them started or ended, the canvas changed or an hour of product time
 * passed. Thread-safe: answers are immutable and kept in a concurrent map.
 */
public final class PipelineEvidence implements EvidenceSource {
  private static final int RECENT = 20;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration PAST = Duration.ofDays(120);
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Pipelines pipelines;
  private final List<StepLogic<?>> steps;

  public PipelineEvidence(Pipelines pipelines, List<StepLogic<?>> steps) {
    this.pipelines = pipelines;
    this.steps = List.copyOf(steps);
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    String mark = canvas.digest().text() + " " + pipelines.mark(product);
    Answer known = answers.get(product);
    if (known != null && known.mark().equals(mark) && now.isBefore(known.at().plus(HOUR))) {
      return known.seen();
    }
    List<Observation> seen = List.copyOf(look(product, canvas, now));
    answers.put(product, new Answer(mark, now, seen));
    return seen;
  }

  private record Answer(String mark, Instant at, List<Observation> seen) {}

  private List<Observation> look(String product, CanvasVersion canvas, Instant now) {
    List<Observation> seen = new ArrayList<>();
    cadence(canvas, now, seen);
    List<Run> ended = pipelines.outlines(product).stream().filter(Run::ended).toList();
    if (ended.isEmpty()) {
      return seen;
    }
    seen.add(budget(product, ended, now));
    seen.add(runners(product, canvas, ended, now));
    seen.add(causes(product, ended, now));
    seen.addAll(workflow(product, canvas, ended.stream().limit(RECENT).toList(), now));
    return seen;
  }

  private static String source(String product) {
    return "/api/v1/pipelines/%s/runs".formatted(product);
  }

  /** Whether runs started when the cadence named a time, and how far apart. */
  private void cadence(CanvasVersion canvas, Instant now, List<Observation> seen) {
    Spec.Schedule schedule = canvas.spec(Spec.Schedule.class);
    if (!schedule.triggers().contains("schedule") || schedule.cron().isEmpty()) {
      return;
    }
    String product = canvas.product();
    Instant past = now.minus(PAST);
    Instant since = canvas.appliedAt().isAfter(past) ? canvas.appliedAt() : past;
    List<Instant> due = Triggers.times(schedule.cron().get(), since, now);
    List<Pipelines.Start> starts = pipelines.starts(product);
    List<Instant> missed = new ArrayList<>();
    for (Instant time : due) {
      Instant next = Triggers.nextDue(schedule.cron().get(), time).orElse(Instant.MAX);
      // A run shortly before counts: min_interval put the due one off for its sake.
      Instant from = time.minus(schedule.minInterval());
      boolean kept =
          starts.stream().anyMatch(one -> !one.at().isBefore(from) && one.at().isBefore(next));
      if (!kept && !next.isAfter(now)) {
        missed.add(time);
      }
    }
    if (!due.isEmpty()) {
      seen.add(
          Observation.measured(
              "ct.schedule",
              "missed",
              product,
              now,
              due.size(),
              missed.size(),
              Optional.empty(),
              missed.isEmpty()
                  ? "Each of the %d due times had its run, or still has time.".formatted(due.size())
                  : "%d of %d due times passed without a run, the first at %s."
                      .formatted(missed.size(), due.size(), missed.getFirst()),
              source(product)));
    }
    interval(product, schedule.cron().get(), starts, now).ifPresent(seen::add);
  }

  /** How far the median time between scheduled runs is from the cadence's, as a share of it. */
  private static Optional<Observation> interval(
      String product, String cron, List<Pipelines.Start> starts, Instant now) {
    List<Instant> scheduled =
        starts.stream()
            .filter(one -> one.trigger().equals("schedule"))
            .map(Pipelines.Start::at)
            .sorted()
            .toList();
    Optional<Instant> first = Triggers.nextDue(cron, now);
    Optional<Instant> second = first.flatMap(at -> Triggers.nextDue(cron, at));
    if (scheduled.size() < 2 || second.isEmpty()) {
      return Optional.empty();
    }
    double[] gaps = new double[scheduled.size() - 1];
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = Duration.between(scheduled.get(i), scheduled.get(i + 1)).toSeconds();
    }
    Arrays.sort(gaps);
    int half = gaps.length / 2;
    double median = gaps.length % 2 == 1 ? gaps[half] : (gaps[half - 1] + gaps[half]) / 2;
    double cadence = Duration.between(first.get(), second.get()).toSeconds();
    return Optional.of(
        Observation.measured(
            "ct.schedule",
            "interval",
            product,
            now,
            scheduled.size(),
            Math.abs(median / cadence - 1),
            Optional.empty(),
            "%.1f h between scheduled runs in the median, %.1f h in the cadence."
                .formatted(median / 3600, cadence / 3600),
            source(product)));
  }

  private static Observation budget(String product, List<Run> ended, Instant now) {
    Instant month = now.minus(Duration.ofDays(30));
    List<Run> recent = ended.stream().filter(run -> run.createdAt().isAfter(month)).toList();
    double hours =
        recent.stream().flatMap(run -> run.steps().stream()).mapToLong(StepRun::cpuMillis).sum()
            / 3_600_000.0;
    return Observation.measured(
        "ct.schedule",
        "budget",
        product,
        now,
        ended.size(),
        hours,
        Optional.empty(),
        "%.4f core-hours in the last 30 days, %d runs".formatted(hours, recent.size()),
        source(product));
  }

  private static Observation runners(
      String product, CanvasVersion canvas, List<Run> ended, Instant now) {
    String declared = canvas.spec(Spec.Placement.class).runIn();
    boolean here = declared.equals("embedded") || declared.equals("local_process");
    long allowed = ended.stream().filter(run -> here && runHere(run)).count();
    return Observation.measured(
        "ct.where",
        "runner",
        product,
        now,
        ended.size(),
        (double) allowed / ended.size(),
        Optional.empty(),
        "%d of %d runs on %s".formatted(allowed, ended.size(), declared),
        source(product));
  }

  private static boolean runHere(Run run) {
    return run.steps().stream()
        .allMatch(step ->
            step.executor().isEmpty()
                || step.executor().equals("in-process")
                || step.executor().equals("forked-jvm"));
  }

  private static Observation causes(String product, List<Run> ended, Instant now) {
    long known = ended.stream().filter(run -> !run.cause().reason().isBlank()).count();
    return Observation.measured(
        "ct.where",
        "cause",
        product,
        now,
        ended.size(),
        (double) known / ended.size(),
        Optional.empty(),
        "%d of %d runs say why they started".formatted(known, ended.size()),
        source(product));
  }

  private List<Observation> workflow(
      String product, CanvasVersion canvas, List<Run> recent, Instant now) {
    String compiled = PipelineGraph.compile(canvas, steps).digest().text();
    long same = recent.stream().filter(run -> run.graphDigest().equals(compiled)).count();
    long succeeded = recent.stream().filter(Run::succeeded).count();
    List<Observation> seen = new ArrayList<>();
    seen.add(share(product, "dag", same, recent.size(), "executed the compiled graph", now));
    seen.add(share(product, "success", succeeded, recent.size(), "succeeded", now));
    return seen;
  }

  private static Observation share(
      String product, String clause, long part, long all, String words, Instant now) {
    return Observation.measured(
        "ct.workflow",
        clause,
        product,
        now,
        all,
        (double) part / all,
        Optional.empty(),
        "%d of the last %d runs %s".formatted(part, all, words),
        source(product));
  }
}
