package dev.espalier.server.http;

import dev.espalier.platform.Caller;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Events.Event;
import dev.espalier.platform.Json;
import dev.espalier.platform.JsonRoutes;
import dev.espalier.server.identity.Access;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/**
 * Every state change of the products that the caller may read, as server-sent events, resumable by
 * {@code Last-Event-ID}. A comment goes out every few seconds of silence, so that a dead reader is
 * noticed.
 */
final class EventRoutes extends JsonRoutes {
  private static final int BATCH = 200;
  private static final long SILENCE_MILLIS = 5_000;
  private final Semaphore readers = new Semaphore(64);
  private final Events events;
  private final Access access;
  private final BooleanSupplier open;

  EventRoutes(Events events, Access access, BooleanSupplier open) {
    this.events = events;
    this.access = access;
    this.open = open;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/events", safely(this::stream));
  }

  private void stream(ServerRequest request, ServerResponse response) {
    if (!readers.tryAcquire()) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Too many readers of the event stream; close one.");
    }
    try {
      follow(request, response);
    } finally {
      readers.release();
    }
  }

  private void follow(ServerRequest request, ServerResponse response) {
    Caller caller = caller(request);
    long seq =
        request
            .headers()
            .first(HeaderNames.create("Last-Event-ID"))
            .map(EventRoutes::sequence)
            .orElseGet(events::latest);
    response
        .status(Status.OK_200)
        .header(HeaderNames.CONTENT_TYPE, "text/event-stream")
        .header(HeaderNames.CACHE_CONTROL, "no-cache");
    try (OutputStream out = response.outputStream()) {
      write(out, "retry: 1000\n\n");
      while (open.getAsBoolean()) {
        List<Event> batch = events.await(seq, BATCH, SILENCE_MILLIS);
        if (batch.isEmpty()) {
          write(out, ": still here\n\n");
        }
        for (Event event : batch) {
          if (access.reads(caller, event.product())) {
            write(
                out,
                "id: %d\nevent: change\ndata: %s\n\n".formatted(event.seq(), Json.write(event)));
          }
          seq = event.seq();
        }
        out.flush();
      }
    } catch (IOException
        | java.io.UncheckedIOException
        | io.helidon.webserver.ServerConnectionException readerLeft) {
      // Nobody is left to tell.
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  private static long sequence(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException notOurs) {
      throw EspalierException.invalid("Last-Event-ID must be a number that this stream sent.");
    }
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
