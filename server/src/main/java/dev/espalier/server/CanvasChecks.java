package dev.espalier.server;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Canvases;
import dev.espalier.canvas.Check;
import dev.espalier.canvas.Plan;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Datasets;
import dev.espalier.deployment.PolicyCheck;
import dev.espalier.pipeline.Pipelines;
import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.Problem;
import dev.espalier.platform.ProductClocks;
import dev.espalier.registry.ModelVersion;
import dev.espalier.training.CiRun;
import dev.espalier.training.ContinuousIntegration;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Continuous integration in one process: the checks that canvas and pipeline answer, and the runs
 * that a new canvas asks for. Thread-safe.
 */
final class CanvasChecks {
  private static final Logger LOG = LoggerFactory.getLogger(CanvasChecks.class);
  private static final long SEED = 42;
  private final ContinuousIntegration checks;
  private final Canvases canvases;

  CanvasChecks(
      Database database,
      Datasets datasets,
      ArtifactStore artifacts,
      ProductClocks clocks,
      Events events,
      Ids ids,
      Home home,
      Canvases canvases,
      Pipelines pipelines) {
    this.canvases = canvases;
    this.checks =
        new ContinuousIntegration(
            database,
            datasets,
            artifacts,
            clocks,
            events,
            ids,
            home.work().resolve("ci"),
            Map.of(
                "lint", canvas -> lint(canvases, canvas),
                "unit", canvas -> compiled(pipelines, canvas),
                "sign", canvas -> signed(canvases, canvas)));
  }

  ContinuousIntegration checks() {
    return checks;
  }

  /** Whether the canvas that a version was trained under is green, for its release. */
  PolicyCheck released(ModelVersion version, CanvasVersion canvas, Instant now) {
    CanvasVersion own = canvases.version(version.product(), version.canvasVersion());
    boolean green = checks.green(version.product(), own.contentDigest());
    return new PolicyCheck(
        "ci",
        green,
        green
            ? "the checks of canvas %s were green".formatted(own.version())
            : "no green check run of canvas %s is on record; `espalier ci %s` makes one"
                .formatted(own.version(), version.product()));
  }

  /**
   * Runs the checks once for each new content of a canvas that asks for them, aside.
   *
   * @return what runs them, where they were due
   */
  Optional<Thread> due(CanvasVersion canvas) {
    boolean asked =
        canvas.specs(Spec.Ci.class).stream()
            .anyMatch(ci -> ci.triggers().contains("canvas_change"));
    if (!asked || !checks.due(canvas)) {
      return Optional.empty();
    }
    return Optional.of(
        Thread.ofVirtual()
            .name("ci-" + canvas.product())
            .start(() -> {
              try {
                var run = checks.run(canvas, ContinuousIntegration.SAMPLE, CiRun.CANVAS_CHANGE);
                LOG.info("checks {} of {} {}", run.id(), run.product(), run.green());
              } catch (EspalierException failure) {
                LOG.warn("Checks of {} did not run", canvas.product(), failure);
              }
            }));
  }

  /** The contradictions of the canvas that would stop a plan. */
  private static List<String> lint(Canvases canvases, CanvasVersion canvas) {
    byte[] source =
        canvases
            .document(canvas.product(), canvas.version())
            .source()
            .getBytes(StandardCharsets.UTF_8);
    Check check = canvases.check(canvas.product(), source);
    return Stream.concat(
            check.problems().stream().map(Problem::detail),
            check.contradictions().stream()
                .filter(each -> each.level() == Plan.Level.ERROR)
                .map(each -> "Rule %s: %s".formatted(each.rule(), each.message())))
        .toList();
  }

  /** Whether the workflow is a graph of known steps whose types fit. */
  private static List<String> compiled(Pipelines pipelines, CanvasVersion canvas) {
    return pipelines.plan(canvas, SEED).isEmpty()
        ? List.of("The workflow has no steps.")
        : List.of();
  }

  /** Whether every version of the canvas is signed and follows from its parent. */
  private static List<String> signed(Canvases canvases, CanvasVersion canvas) {
    return canvases.verify(canvas.product()).problems();
  }
}
