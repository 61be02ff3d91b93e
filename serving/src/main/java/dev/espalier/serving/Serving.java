package dev.espalier.serving;

import dev.espalier.model.Signature;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The data plane: answers predictions. It runs without SQL and never waits for monitoring.
 *
 * <p>Thread-safe. Requests read an immutable route table; {@code changing} serialises the creation
 * and removal of endpoints.
 */
public final class Serving implements Predictor, AutoCloseable {
  private final ServedModels models;
  private final InferenceSink sink;
  private final ServingConfig resources;
  private final RequestPath path;
  private final Map<String, Endpoint> endpoints = new ConcurrentSkipListMap<>();
  private final Map<String, EndpointMetrics> metrics = new ConcurrentSkipListMap<>();
  private final ReentrantLock changing = new ReentrantLock();
  private final InstantSource machine;
  private final Heartbeat heartbeat;

  /**
   * @param productNow each product's present, for requests that carry no event time
   * @param machine the machine's clock, for the time of arrival
   */
  public Serving(
      ModelSource source,
      InferenceSink sink,
      Function<String, Instant> productNow,
      InstantSource machine,
      Ids ids,
      ServingConfig resources) {
    this.models = new ServedModels(source);
    this.sink = sink;
    this.resources = resources;
    this.path = new RequestPath(productNow, machine, ids);
    this.machine = machine;
    this.heartbeat = new Heartbeat(machine);
    heartbeat.start(
        beat -> endpoints.forEach((product, endpoint) -> beat.check(product, endpoint)));
  }

  /**
   * Creates the endpoint or swaps its route and configuration in one step. Returns when every
   * version of the route is READY and the swap has happened; requests under way finish on the old
   * route. On failure nothing changed.
   */
  public void configure(EndpointConfig config, Route route) {
    changing.lock();
    try {
      Endpoint endpoint = endpoints.get(config.product());
      if (endpoint == null) {
        metrics.computeIfAbsent(config.product(), _ -> new EndpointMetrics());
        endpoints.put(config.product(), new Endpoint(models, resources, config, route));
      } else {
        endpoint.swap(config, route);
      }
    } finally {
      changing.unlock();
    }
    boolean _ = beat(config.product());
  }

  /**
   * Asks the champion of an endpoint now, as the heartbeat does every ten seconds; true when it
   * gave a usable answer in time.
   */
  public boolean beat(String product) {
    Endpoint endpoint = endpoints.get(product);
    return endpoint != null && heartbeat.check(product, endpoint);
  }

  /** How long ago, by the machine's clock, the endpoint was last seen alive; empty when never. */
  public Optional<Duration> sinceBeat(String product) {
    return heartbeat.last(product).map(last -> Duration.between(last, machine.instant()));
  }

  /** Loads of a product's versions since the process started. */
  public LoadCount loads(String product) {
    return models.loads(product);
  }

  /** What computes each READY version of a product, as its engine says. */
  public SortedMap<String, String> devices(String product) {
    return models.devices(product);
  }

  /** Swaps the route only. */
  public void route(String product, Route route) {
    changing.lock();
    try {
      Endpoint endpoint = endpoint(product);
      endpoint.swap(endpoint.table().config(), route);
    } finally {
      changing.unlock();
    }
  }

  /** Stops answering for a product; what is under way finishes. */
  public void remove(String product) {
    changing.lock();
    try {
      Endpoint endpoint = endpoints.remove(product);
      if (endpoint != null) {
        endpoint.close();
        heartbeat.forget(product);
      }
    } finally {
      changing.unlock();
    }
  }

  /**
   * Answers one request.
   *
   * @throws EspalierException INVALID for an ill-formed request, NOT_FOUND without an endpoint,
   *     UNAVAILABLE when the ladder is exhausted
   */
  public Answer predict(String product, Ask ask) {
    return predict(product, ask, Optional.empty());
  }

  @Override
  public Answer predict(String product, Ask ask, Optional<String> version) {
    Endpoint endpoint = endpoint(product);
    if (!endpoint.table().config().intake().online()) {
      throw EspalierException.conflict(
          "'%s' does not answer one by one: serving.mode.modes lacks online."
              .formatted(brief(product)));
    }
    if (!endpoint.admits()) {
      throw new EspalierException(
          ErrorCode.OVERLOADED,
          "'%s' may be asked %s times a second (serving.multi_model.quota)."
              .formatted(brief(product), endpoint.table().config().intake().perSecond()));
    }
    Outlet outlet = new Outlet(sink, metricsOf(product));
    return path.answer(endpoint, ask, version, Scorer.PLAIN, outlet);
  }

  private Endpoint endpoint(String product) {
    Endpoint endpoint = endpoints.get(product);
    if (endpoint == null) {
      throw EspalierException.notFound(
          "Nothing is released for '%s' yet.".formatted(brief(product)));
    }
    return endpoint;
  }

  private static String brief(String name) {
    return name.length() <= 80 ? name : name.substring(0, 80) + "…";
  }

  /** Counts exist for products with an endpoint only: asking about others must cost no memory. */
  private EndpointMetrics metricsOf(String product) {
    return Objects.requireNonNullElseGet(metrics.get(product), EndpointMetrics::new);
  }

  @Override
  public Optional<EndpointView> view(String product) {
    return Optional.ofNullable(endpoints.get(product)).map(endpoint -> view(product, endpoint));
  }

  private EndpointView view(String product, Endpoint endpoint) {
    return new EndpointView(
        endpoint.table().config(), endpoint.table().route(), models.states(product));
  }

  @Override
  public List<EndpointView> views() {
    List<EndpointView> views = new ArrayList<>();
    endpoints.forEach((product, endpoint) -> views.add(view(product, endpoint)));
    return views;
  }

  @Override
  public Signature signature(String product, Optional<String> version) {
    return signature(models, product, endpoint(product), version);
  }

  @Override
  public int maxBatch(String product) {
    return endpoint(product).table().config().intake().maxBatch();
  }

  static Signature signature(
      ServedModels models, String product, Endpoint endpoint, Optional<String> version) {
    for (int attempt = 0; ; attempt++) {
      Route route = endpoint.table().route();
      String asked = version.orElse(route.champion().version());
      if (route.version(asked).isEmpty()) {
        throw EspalierException.notFound(
            "Version '%s' of '%s' is not served.".formatted(brief(asked), brief(product)));
      }
      Optional<ServedModel.Lease> taken = models.model(product, asked).lease();
      if (taken.isPresent()) {
        try (ServedModel.Lease lease = taken.get()) {
          return lease.engine().signature();
        }
      }
      // Swapped between the two reads: the route now names another version.
      if (attempt == RequestPath.SWAP_RETRIES) {
        throw new EspalierException(ErrorCode.UNAVAILABLE, "The version is being replaced.");
      }
    }
  }

  /** A copy of the endpoint for drills; the caller closes it. */
  public ShadowLane shadow(String product) {
    Endpoint.Table table = endpoint(product).table();
    return new ShadowLane(models, resources, path, table.config(), table.route());
  }

  /** A copy of the endpoint for drills with another configuration and route. */
  public ShadowLane shadow(EndpointConfig config, Route route) {
    return new ShadowLane(models, resources, path, config, route);
  }

  /** Latency of all answers of a product since the process started. */
  public LatencySummary latency(String product) {
    return metricsOf(product).latency();
  }

  /** Latency of the requests routed to one version; empty when there were none. */
  public Optional<LatencySummary> latency(String product, String version) {
    return metricsOf(product).latency(version);
  }

  /** Answers and fallbacks of a product since the process started. */
  public FallbackCount fallbacks(String product) {
    return metricsOf(product).fallbackCount();
  }

  /** Inputs of a product that broke each pre-assertion since the process started, by rule. */
  public SortedMap<String, Long> brokenRules(String product) {
    return metricsOf(product).broken();
  }

  /** Requests of all products that wait for a permit now. */
  public int queued() {
    return endpoints.values().stream().mapToInt(Endpoint::queued).sum();
  }

  /** Requests of a product that wait for a permit now; 0 without an endpoint. */
  public int queued(String product) {
    Endpoint endpoint = endpoints.get(product);
    return endpoint == null ? 0 : endpoint.queued();
  }

  /** The state of every version this process has loaded for a product. */
  public SortedMap<String, ServedModelState> models(String product) {
    return new TreeMap<>(models.states(product));
  }

  /** Everything in the Prometheus text format 0.0.4. */
  public String metrics() {
    PrometheusText out = new PrometheusText();
    out.family("espalier_predictions_total", "counter", "Answers by version and rung.");
    metrics.forEach((product, counts) -> counts.renderPredictions(out, product));
    out.family("espalier_fallback_total", "counter", "Answers of a rung, by trigger.");
    metrics.forEach((product, counts) -> counts.renderFallbacks(out, product));
    out.family("espalier_rejections_total", "counter", "Requests that nobody answered.");
    metrics.forEach((product, counts) -> counts.renderRejections(out, product));
    out.family("espalier_pre_assertion_failures_total", "counter", "Inputs that broke a rule.");
    metrics.forEach((product, counts) -> counts.renderBroken(out, product));
    out.family("espalier_prediction_latency_seconds", "histogram", "Arrival to answer.");
    metrics.forEach((product, counts) -> counts.renderLatency(out, product));
    out.family("espalier_serving_queue_depth", "gauge", "Requests waiting for a permit.");
    endpoints.forEach((product, endpoint) -> out.sample(endpoint.queued(), "product", product));
    return out.toString();
  }

  @Override
  public void close() {
    heartbeat.close();
    List.copyOf(endpoints.keySet()).forEach(this::remove);
  }
}
