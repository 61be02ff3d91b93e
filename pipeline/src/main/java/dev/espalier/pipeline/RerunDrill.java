package dev.espalier.pipeline;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Spec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Executes the newest successful run's pure steps again and expects what they gave then. */
public final class RerunDrill implements Drill {
  private static final String TRAIN = "train";
  private final Pipelines pipelines;
  private final Duration longest;

  /**
   * @param longest steps that took longer are left out, and named
   */
  public RerunDrill(Pipelines pipelines, Duration longest) {
    this.pipelines = pipelines;
    this.longest = longest;
  }

  @Override
  public String name() {
    return "rerun";
  }

  @Override
  public String description() {
    return "Executes the steps of the newest successful run again from their recorded inputs: the"
        + " outputs must be the same.";
  }

  @Override
  public List<Observation> run(String product, CanvasVersion canvas, Instant now) {
    Optional<Rerun.Report> report = pipelines.rerun(canvas, longest);
    Optional<Rerun.Report> compared =
        report.filter(done -> !done.same().isEmpty() || !done.different().isEmpty());
    List<Observation> seen = new ArrayList<>();
    compared.ifPresent(done ->
        seen.add(verdict("ct.workflow", "rerun", done, now, done.different().isEmpty(), product)));
    compared
        .filter(done -> reproduces(canvas) && trained(done))
        .ifPresent(done ->
            seen.add(
                verdict(
                    "registry.store",
                    "reproduce",
                    done,
                    now,
                    done.same().contains(TRAIN),
                    product)));
    return seen;
  }

  /** Models are stored in order to make them again: then training itself must give the same. */
  private static boolean reproduces(CanvasVersion canvas) {
    return canvas.specs(Spec.ModelStore.class).stream()
        .anyMatch(store -> store.why().contains("reproducibility"));
  }

  private static boolean trained(Rerun.Report done) {
    return done.same().contains(TRAIN)
        || done.different().stream().anyMatch(step -> step.startsWith(TRAIN + ":"));
  }

  private static Observation verdict(
      String question,
      String clause,
      Rerun.Report done,
      Instant now,
      boolean held,
      String product) {
    return Observation.verdict(
        question,
        clause,
        done.runId(),
        now,
        done.same().size() + done.different().size(),
        held,
        words(done),
        "/api/v1/pipelines/%s/runs/%s".formatted(product, done.runId()));
  }

  private static String words(Rerun.Report report) {
    StringBuilder words = new StringBuilder("Executed again: ");
    words.append(report.same().isEmpty() ? "none" : String.join(", ", report.same()));
    words.append(
        report.different().isEmpty() ? " gave the same" : " gave the same; other results from ");
    words.append(String.join("; ", report.different()));
    if (!report.left().isEmpty()) {
      words.append(". Left out: ").append(String.join("; ", report.left()));
    }
    return words.append('.').toString();
  }
}
