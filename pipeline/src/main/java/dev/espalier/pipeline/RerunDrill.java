package dev.espalier.pipeline;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Executes the newest successful run's pure steps again and expects what they gave then. */
public final class RerunDrill implements Drill {
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
    return report
        .filter(done -> !done.same().isEmpty() || !done.different().isEmpty())
        .map(done ->
            Observation.verdict(
                "ct.workflow",
                "rerun",
                done.runId(),
                now,
                done.same().size() + done.different().size(),
                done.different().isEmpty(),
                words(done),
                "/api/v1/pipelines/%s/runs/%s".formatted(product, done.runId())))
        .stream()
        .toList();
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
