package dev.espalier.server.http;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.JsonRoutes;
import dev.espalier.server.identity.Access;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpService;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** One port with everything on it. Routes answer before {@link #ready}; probes do not. */
public final class HttpServer implements AutoCloseable {
  private final AtomicBoolean ready = new AtomicBoolean();
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final List<Route> routes = new ArrayList<>();
  private final List<Route> mlflow = new ArrayList<>();
  private final WebServer server;

  /**
   * What is mounted: the native API's stages, and the services with prefixes of their own.
   *
   * @param mlflow mounted at the root, in order; the last one answers what the others do not
   */
  public record Mounts(
      List<HttpService> stages,
      HttpService inference,
      List<HttpService> mlflow,
      Supplier<String> metrics) {}

  /** A mounted route. */
  public record Route(String method, String path) {}

  /**
   * Starts listening.
   *
   * @param port 0 for any free one
   * @throws EspalierException UNAVAILABLE when the port is taken
   */
  public HttpServer(String host, int port, Events events, Access access, Mounts mounts) {
    refuseIfTaken(host, port);
    HttpRouting.Builder routing = HttpRouting.builder();
    routing.addFilter(new AccessFilter(access));
    mount(routing, access, "", new SystemRoutes(ready::get, mounts.metrics()));
    mount(routing, access, "/v2", mounts.inference());
    mount(routing, access, "/api/v1", new EventRoutes(events, access, open::get));
    mount(routing, access, "/api/v1", new OpenApiRoutes());
    mounts.stages().forEach(service -> mount(routing, access, "/api/v1", service));
    routing.register("/api/v1", new UnknownRoutes());
    for (HttpService service : mounts.mlflow()) {
      routing.register(service);
      for (MountedRoutes.Mounted route : MountedRoutes.of("", service)) {
        mlflow.add(new Route(route.method(), route.path()));
      }
    }
    routing.register("/", new UiRoutes());
    this.server =
        WebServer.builder()
            .host(host)
            .port(port)
            .connectionOptions(options -> options.tcpNoDelay(true))
            .shutdownHook(false)
            .update(JsonRoutes::passPackedBodies)
            .maxPayloadSize(600L << 20)
            .shutdownGracePeriod(java.time.Duration.ofSeconds(2))
            .addRouting(routing)
            .build();
    try {
      server.start();
    } catch (RuntimeException failure) {
      throw taken(host, port, failure);
    }
  }

  /**
   * Loads what a server needs by building one that serves nothing: a third of the start, done on
   * another core while the database is opened.
   */
  public static void prepare() {
    WebServer.builder().shutdownHook(false).addRouting(HttpRouting.builder()).build();
  }

  /** Mounts what the filter guards; beside the guarded prefixes it must know every route. */
  private void mount(
      HttpRouting.Builder routing, Access access, String prefix, HttpService service) {
    routing.register(prefix.isEmpty() ? "/" : prefix, service);
    for (MountedRoutes.Mounted route : MountedRoutes.of(prefix, service)) {
      routes.add(new Route(route.method(), route.path()));
      if (prefix.isEmpty() && !access.declares(route.method(), route.path())) {
        throw new EspalierException(
            ErrorCode.INTERNAL,
            "No permission is declared for %s %s.".formatted(route.method(), route.path()));
      }
    }
  }

  /** Every route that stages mounted; the UI's files are none. */
  public List<Route> routes() {
    return List.copyOf(routes);
  }

  /** Every route of MLflow's protocol. */
  public List<Route> mlflowRoutes() {
    return List.copyOf(mlflow);
  }

  /** The server's own socket shares a port that another one has; two programs on it help nobody. */
  private static void refuseIfTaken(String host, int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(host, port));
    } catch (IOException failure) {
      throw taken(host, port, failure);
    }
  }

  private static EspalierException taken(String host, int port, Exception cause) {
    return new EspalierException(
        ErrorCode.UNAVAILABLE,
        "Cannot listen on %s:%d. Is it taken? Choose another with --port.".formatted(host, port),
        cause);
  }

  /** From now on {@code /readyz} answers 200. */
  public void ready() {
    ready.set(true);
  }

  public int port() {
    return server.port();
  }

  /** A text file of the program. */
  public static String resource(String name) {
    try (InputStream in = HttpServer.class.getClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw EspalierException.notFound("This build lacks " + name + ".");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new EspalierException(ErrorCode.INTERNAL, "Cannot read " + name, failure);
    }
  }

  @Override
  public void close() {
    ready.set(false);
    open.set(false);
    server.stop();
  }
}
