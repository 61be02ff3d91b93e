package dev.espalier.platform;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * A stage's routes on a real port of this machine, with a client, for a test; shipped to the other
 * stages' tests. Who asks is {@code local}, or whom the header {@code X-User} names.
 */
public final class TestHttp implements AutoCloseable {
  private static final HeaderName USER = HeaderNames.create("X-User");
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebServer server;
  private final String base;

  /**
   * Starts the routes.
   *
   * @param prefix where they are mounted, such as {@code /api/v1}; every path given to this client
   *     is below it
   */
  public TestHttp(String prefix, HttpService... routes) {
    server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .routing(routing ->
                routing
                    .addFilter((chain, request, _) -> {
                      request
                          .context()
                          .register(
                              request
                                  .headers()
                                  .first(USER)
                                  .map(Caller::named)
                                  .orElse(Caller.local()));
                      chain.proceed();
                    })
                    .register(prefix, routes))
            .build()
            .start();
    base = "http://127.0.0.1:" + server.port() + (prefix.equals("/") ? "" : prefix);
  }

  public int port() {
    return server.port();
  }

  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(), path);
  }

  public HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder().POST(BodyPublishers.ofString(body)), path);
  }

  /** Sends what was built to a path. */
  public HttpResponse<String> send(HttpRequest.Builder request, String path)
      throws IOException, InterruptedException {
    return client.send(request.uri(URI.create(base + path)).build(), BodyHandlers.ofString());
  }

  @Override
  public void close() {
    server.stop();
    client.close();
  }
}
