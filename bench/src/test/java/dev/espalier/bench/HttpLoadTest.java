package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpLoadTest {
  private final ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;
  private volatile Duration stall = Duration.ZERO;
  private volatile int status = 200;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/echo",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          received.add(new String(body, StandardCharsets.UTF_8));
          if (count.getAndIncrement() == 0) {
            LockSupport.parkNanos(stall.toNanos());
          }
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.close();
  }

  private HttpLoad load() {
    return new HttpLoad(
        server.getAddress().getPort(),
        "/echo",
        List.of("ä one".getBytes(StandardCharsets.UTF_8), "two".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void a_closed_loop_sends_every_body_whole_and_counts_each_answer_once() throws Exception {
    HttpLoad.Result result = load().closed(3, Duration.ofMillis(300));

    assertThat(result.failures()).isZero();
    assertThat(result.millis().n()).isEqualTo(received.size()).isGreaterThanOrEqualTo(3);
    assertThat(received).contains("ä one", "two").allMatch(List.of("ä one", "two")::contains);
    assertThat(result.perSecond()).isPositive();
  }

  @Test
  void an_open_loop_counts_the_wait_of_requests_that_a_stalled_server_kept_waiting()
      throws Exception {
    stall = Duration.ofMillis(400);

    HttpLoad.Result result = load().open(100, 1, Duration.ofMillis(600));

    // A closed loop would report one slow answer; of these, every one due in the stall waited.
    assertThat(result.millis().n()).isEqualTo(60);
    assertThat(result.millis().max()).isGreaterThanOrEqualTo(400);
    assertThat(result.millis().median()).isGreaterThan(50);
  }

  @Test
  void an_answer_that_is_not_200_is_a_failure_and_no_latency() {
    status = 503;

    assertThatThrownBy(() -> load().closed(1, Duration.ofMillis(100)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
  }

  @Test
  void reads_an_answer_to_its_end_and_no_further() throws IOException {
    InputStream two =
        new ByteArrayInputStream(
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcHTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));

    assertThat(HttpLoad.readAnswer(two)).isEqualTo(200);
    assertThat(HttpLoad.readAnswer(two)).isEqualTo(503);
    assertThatThrownBy(() -> HttpLoad.readAnswer(two)).isInstanceOf(IOException.class);
  }
}
