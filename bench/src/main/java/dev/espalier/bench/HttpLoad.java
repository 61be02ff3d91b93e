package dev.espalier.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * HTTP/1.1 load over kept connections on plain sockets, so that the client costs little beside the
 * server on the same cores. A closed loop asks again as soon as it is answered; an open loop asks
 * when it is due and counts latency from then, so a server that stalls cannot hide it.
 */
final class HttpLoad {
  private static final int MOST = 4_000_000;
  private final int port;
  private final List<byte[]> requests;

  /** What came of a load. Latencies are milliseconds of answered requests. */
  record Result(long failures, double seconds, Sample millis) {
    double perSecond() {
      return millis.n() / seconds;
    }
  }

  HttpLoad(int port, String path, List<byte[]> bodies) {
    this.port = port;
    this.requests = bodies.stream().map(body -> request(path, body)).toList();
  }

  private static byte[] request(String path, byte[] body) {
    String head =
        String.join(
            "\r\n",
            "POST " + path + " HTTP/1.1",
            "Host: 127.0.0.1",
            "Content-Type: application/json",
            "Content-Length: " + body.length,
            "",
            "");
    byte[] start = head.getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(start, start.length + body.length);
    System.arraycopy(body, 0, all, start.length, body.length);
    return all;
  }

  Result closed(int connections, Duration duration) throws InterruptedException {
    return run(connections, duration, 0);
  }

  Result open(double perSecond, int connections, Duration duration) throws InterruptedException {
    return run(connections, duration, perSecond);
  }

  private Result run(int connections, Duration duration, double perSecond)
      throws InterruptedException {
    AtomicLong next = new AtomicLong();
    AtomicLong failures = new AtomicLong();
    long start = System.nanoTime();
    long end = start + duration.toNanos();
    List<Worker> workers = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      workers.add(new Worker(start, end, perSecond, next, failures));
    }
    List<Thread> threads = workers.stream().map(Thread.ofPlatform()::start).toList();
    for (Thread thread : threads) {
      thread.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double[] millis =
        workers.stream()
            .flatMapToDouble(
                worker -> Arrays.stream(worker.nanos, 0, worker.answered).asDoubleStream())
            .map(nanos -> nanos / 1e6)
            .toArray();
    return new Result(failures.get(), seconds, Sample.of(millis));
  }

  /** One connection; asks until the end, or until it breaks. */
  private final class Worker implements Runnable {
    private final long start;
    private final long end;
    private final double perSecond;
    private final AtomicLong next;
    private final AtomicLong failures;
    private long[] nanos = new long[1024];
    private int answered;

    Worker(long start, long end, double perSecond, AtomicLong next, AtomicLong failures) {
      this.start = start;
      this.end = end;
      this.perSecond = perSecond;
      this.next = next;
      this.failures = failures;
    }

    @Override
    public void run() {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        OutputStream out = socket.getOutputStream();
        InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 14);
        for (long index = due(); index >= 0 && answered < MOST; index = due()) {
          long asked = perSecond > 0 ? instant(index) : System.nanoTime();
          out.write(requests.get((int) (index % requests.size())));
          if (readAnswer(in) == 200) {
            keep(System.nanoTime() - asked);
          } else {
            failures.incrementAndGet();
          }
        }
      } catch (IOException broken) {
        failures.incrementAndGet();
      }
    }

    private long instant(long index) {
      return start + (long) (index / perSecond * 1e9);
    }

    /** Waits for the next request's turn; -1 when the load is over. */
    private long due() {
      long index = next.getAndIncrement();
      if (perSecond <= 0) {
        return System.nanoTime() < end ? index : -1;
      }
      long at = instant(index);
      if (at - end >= 0) {
        return -1;
      }
      for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      return index;
    }

    private void keep(long latency) {
      if (answered == nanos.length) {
        nanos = Arrays.copyOf(nanos, answered * 2);
      }
      nanos[answered++] = latency;
    }
  }

  /** Reads one answer with a declared length to its end and returns its status. */
  static int readAnswer(InputStream in) throws IOException {
    String status = line(in);
    int length = -1;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(header.substring(header.indexOf(':') + 1).trim());
      }
    }
    if (!status.startsWith("HTTP/1.1 ") || length < 0) {
      throw new IOException("Not an answer with a length: " + status);
    }
    in.skipNBytes(length);
    return Integer.parseInt(status.substring(9, 12));
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder(64);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("The connection ended inside an answer.");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
