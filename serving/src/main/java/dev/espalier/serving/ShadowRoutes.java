package dev.espalier.serving;

import dev.espalier.platform.Ids;
import io.helidon.webserver.WebServer;
import java.net.URI;
import java.time.Duration;

/**
 * The inference routes of a shadow lane on a loopback port of their own, under a path that only its
 * opener knows: a drill speaks real HTTP to it, production never sees it. Close it when the drill
 * is over. Thread-safe.
 */
public final class ShadowRoutes implements AutoCloseable {
  private final WebServer server;
  private final String prefix;

  public ShadowRoutes(Predictor lane, Ids ids) {
    this.prefix = "/" + ids.nextUuid();
    this.server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .shutdownHook(false)
            .maxPayloadSize(64L << 20)
            .shutdownGracePeriod(Duration.ofSeconds(1))
            .routing(routing ->
                routing
                    .register(prefix, new PredictRoutes(lane, PredictRoutes.EventTime.NOW))
                    .register(prefix + "/v2", new InferenceRoutes(lane)))
            .build()
            .start();
  }

  /** Where {@code POST /predict/{product}} is. */
  public URI predict(String product) {
    return URI.create(base() + "/predict/" + product);
  }

  /** Where the Open Inference Protocol's infer call is. */
  public URI infer(String product) {
    return URI.create(base() + "/v2/models/" + product + "/infer");
  }

  private String base() {
    return "http://127.0.0.1:" + server.port() + prefix;
  }

  @Override
  public void close() {
    server.stop();
  }
}
