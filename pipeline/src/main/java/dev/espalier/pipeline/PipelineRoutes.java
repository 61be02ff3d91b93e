package dev.espalier.pipeline;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.JsonRoutes;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Runs over HTTP. */
public final class PipelineRoutes extends JsonRoutes {
  private static final String RUN = "/pipelines/{product}/runs/{id}";
  private final Pipelines pipelines;
  private final Function<String, CanvasVersion> canvases;
  private final BiFunction<CanvasVersion, Cause, String> starter;

  /**
   * @param canvases the active canvas of a product, or NOT_FOUND
   * @param starter starts a run and returns its id
   */
  public PipelineRoutes(
      Pipelines pipelines,
      Function<String, CanvasVersion> canvases,
      BiFunction<CanvasVersion, Cause, String> starter) {
    this.pipelines = pipelines;
    this.canvases = canvases;
    this.starter = starter;
  }

  /** What a caller says when starting a run. */
  record Start(Optional<String> trigger, String reason) {}

  @Override
  public void routing(HttpRules rules) {
    rules.get(
        "/pipelines/{product}/runs",
        safely((request, response) -> send(response, pipelines.runs(path(request, "product")))));
    rules.post("/pipelines/{product}/runs", safely(this::start));
    rules.get(RUN, safely((request, response) -> send(response, run(request))));
    rules.post(RUN + "/cancel", safely(this::cancel));
    rules.get(RUN + "/steps/{step}/log", safely(this::log));
    rules.get(RUN + "/steps/{step}/explain", safely(this::explain));
  }

  private Run run(ServerRequest request) {
    Run run = pipelines.run(path(request, "id"));
    if (!run.product().equals(path(request, "product"))) {
      throw EspalierException.notFound(
          "%s has no run '%s'.".formatted(path(request, "product"), run.id()));
    }
    return run;
  }

  private void start(ServerRequest request, ServerResponse response) {
    Start start = body(request, Start.class);
    CanvasVersion canvas = canvases.apply(path(request, "product"));
    Cause cause = new Cause(start.trigger().orElse("manual"), start.reason(), Optional.empty());
    send(response, pipelines.run(starter.apply(canvas, cause)));
  }

  private void cancel(ServerRequest request, ServerResponse response) {
    pipelines.cancel(run(request).id());
    send(response, Map.of("id", path(request, "id"), "state", RunState.CANCELLING.name()));
  }

  private void log(ServerRequest request, ServerResponse response) {
    int after = query(request, "after", 0, Integer.MAX_VALUE, 0);
    send(response, pipelines.log(run(request).id(), path(request, "step"), after));
  }

  private void explain(ServerRequest request, ServerResponse response) {
    send(response, pipelines.explain(run(request).id(), path(request, "step")));
  }
}
