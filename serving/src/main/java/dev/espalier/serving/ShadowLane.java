package dev.espalier.serving;

import dev.espalier.model.Signature;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A copy of an endpoint that only drills can reach: the same configuration, route and loaded
 * versions, but pools, circuits and counts of its own, and no inference log. What is broken here
 * hurts nobody. Thread-safe; close it when the drill is over.
 */
public final class ShadowLane implements Predictor, AutoCloseable {
  private final ServedModels models;
  private final RequestPath path;
  private final Endpoint endpoint;
  private final ServingConfig resources;
  private final Outlet outlet = new Outlet(_ -> {}, new EndpointMetrics());

  ShadowLane(
      ServedModels models,
      ServingConfig resources,
      RequestPath path,
      EndpointConfig config,
      Route route) {
    this.models = models;
    this.path = path;
    this.resources = resources;
    this.endpoint = new Endpoint(models, resources, config, route);
  }

  public EndpointConfig config() {
    return endpoint.table().config();
  }

  public Route route() {
    return endpoint.table().route();
  }

  /** Swaps the lane's route; returns when it is in force. */
  public void route(Route route) {
    endpoint.swap(config(), route);
  }

  /** Answers through the lane, as production would. */
  public Answer predict(Ask ask) {
    return path.answer(endpoint, ask, Optional.empty(), Scorer.PLAIN, outlet);
  }

  @Override
  public Answer predict(String product, Ask ask, Optional<String> version) {
    return path.answer(known(product), ask, version, Scorer.PLAIN, outlet);
  }

  @Override
  public int maxBatch(String product) {
    return config().intake().maxBatch();
  }

  @Override
  public Signature signature(String product, Optional<String> version) {
    return Serving.signature(models, product, known(product), version);
  }

  private Endpoint known(String product) {
    if (!product.equals(config().product())) {
      throw EspalierException.notFound("This lane answers for another product.");
    }
    return endpoint;
  }

  @Override
  public Optional<EndpointView> view(String product) {
    return views().stream().filter(view -> view.config().product().equals(product)).findFirst();
  }

  @Override
  public List<EndpointView> views() {
    return List.of(new EndpointView(config(), route(), models.states(config().product())));
  }

  /** Requests of this lane that wait for a permit now. */
  public int queued() {
    return endpoint.queued();
  }

  /** Answers with {@code fault} injected. */
  public Answer predict(Ask ask, Fault fault) {
    if (fault.trigger() == Trigger.OVERLOAD) {
      return overloaded(ask, fault);
    }
    Ask odd =
        Scorer.oddInput(fault, ask.text(), config().maxCharacters())
            .map(text -> withText(ask, text))
            .orElse(ask);
    Scorer scorer = Scorer.faulty(fault, config().primaryTimeout());
    return path.answer(endpoint, odd, Optional.empty(), scorer, outlet);
  }

  private static Ask withText(Ask ask, String text) {
    return new Ask(text, ask.unit(), ask.at(), ask.consumer(), ask.requestId());
  }

  /** Fills every permit and every place in the queue first. */
  private Answer overloaded(Ask ask, Fault fault) {
    CountDownLatch end = new CountDownLatch(1);
    List<FutureTask<Boolean>> blockers = new ArrayList<>();
    try {
      blockers.addAll(endpoint.saturate(resources.permits() + config().maxQueue(), end));
      Scorer scorer = Scorer.faulty(fault, config().primaryTimeout());
      return path.answer(endpoint, ask, Optional.empty(), scorer, outlet);
    } finally {
      end.countDown();
      // The next injection must find the lane empty again.
      blockers.forEach(ShadowLane::await);
    }
  }

  private static void await(FutureTask<Boolean> blocker) {
    try {
      Boolean _ = blocker.get();
    } catch (ExecutionException | InterruptedException cut) {
      throw new EspalierException(ErrorCode.UNAVAILABLE, "The drill was cut short", cut);
    }
  }

  public LatencySummary latency() {
    return outlet.metrics().latency();
  }

  @Override
  public void close() {
    endpoint.close();
  }
}
