package dev.espalier.pipeline;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What runs prove of the answers about training: where, why, how, and at what cost. */
public final class PipelineEvidence implements EvidenceSource {
  private static final int RECENT = 20;
  private final Pipelines pipelines;
  private final List<StepLogic<?>> steps;

  public PipelineEvidence(Pipelines pipelines, List<StepLogic<?>> steps) {
    this.pipelines = pipelines;
    this.steps = List.copyOf(steps);
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    List<Run> ended = pipelines.runs(product).stream().filter(Run::ended).toList();
    if (ended.isEmpty()) {
      return List.of();
    }
    List<Observation> seen = new ArrayList<>();
    seen.add(budget(product, ended, now));
    seen.add(runners(product, canvas, ended, now));
    seen.add(causes(product, ended, now));
    seen.addAll(workflow(product, canvas, ended.stream().limit(RECENT).toList(), now));
    return seen;
  }

  private static String source(String product) {
    return "/api/v1/pipelines/%s/runs".formatted(product);
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
