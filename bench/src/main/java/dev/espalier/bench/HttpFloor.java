package dev.espalier.bench;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;

/**
 * The limit that HTTP itself sets: the same HTTP library in a process of its own, which reads the
 * body and answers a fixed one of an answer's length, with nothing in between.
 */
final class HttpFloor {
  private static final byte[] ANSWER =
      "{\"predictionId\":\"%s\"}"
          .formatted("x".repeat(220))
          .getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private HttpFloor() {}

  /** Prints its port, and serves until its input ends. */
  public static void main(String[] arguments) throws IOException {
    HttpRouting.Builder routing =
        HttpRouting.builder()
            .post(
                "/",
                (request, response) -> {
                  byte[] _ = request.content().inputStream().readAllBytes();
                  response.header("Content-Type", "application/json").send(ANSWER);
                });
    WebServer server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .connectionOptions(options -> options.tcpNoDelay(true))
            .shutdownHook(false)
            .addRouting(routing)
            .build()
            .start();
    System.out.println("Port: " + server.port());
    byte[] _ = System.in.readAllBytes();
    server.stop();
  }
}
