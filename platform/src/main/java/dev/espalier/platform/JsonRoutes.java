package dev.espalier.platform;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.http.encoding.ContentDecoder;
import io.helidon.http.encoding.ContentEncoder;
import io.helidon.http.encoding.ContentEncoding;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every stage's routes share: bounded bodies, JSON in and out, and one table from {@link
 * EspalierException} to problem+json. A stage extends it, wraps each handler in {@link #safely} and
 * never writes an error itself.
 */
public abstract class JsonRoutes implements HttpService {
  /** The default bound of a request body, in bytes. */
  protected static final int MAX_BODY = 1 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(JsonRoutes.class);

  /** A handler whose failures become problem+json. */
  protected static Handler safely(Handler handler) {
    return (request, response) -> {
      try {
        handler.handle(request, response);
      } catch (EspalierException failure) {
        if (failure.code() == ErrorCode.INTERNAL || failure.code() == ErrorCode.UNAVAILABLE) {
          LOG.warn("{} {}", request.prologue().method(), request.path().path(), failure);
        }
        problem(response, Problem.of(failure));
      } catch (RuntimeException failure) {
        unexpected(request, response, failure);
      }
    };
  }

  private static void unexpected(
      ServerRequest request, ServerResponse response, RuntimeException failure) {
    String correlation = Long.toHexString(System.nanoTime());
    LOG.error(
        "{} {} failed, correlation {}",
        request.prologue().method(),
        request.path().path(),
        correlation,
        failure);
    problem(response, Problem.internal(correlation));
  }

  /** Answers an error. */
  protected static void problem(ServerResponse response, Problem problem) {
    if (!response.isSent()) {
      response
          .status(Status.create(problem.status()))
          .header(HeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
          .send(Json.bytes(problem));
    }
  }

  /** Answers 200 with {@code value} as JSON. */
  protected static void send(ServerResponse response, Object value) {
    send(response, 200, value);
  }

  protected static void send(ServerResponse response, int status, Object value) {
    response
        .status(Status.create(status))
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .send(Json.bytes(value));
  }

  /** Reads a JSON body of at most {@link #MAX_BODY} bytes. */
  protected static <T> T body(ServerRequest request, Class<T> type) {
    return Json.read(bytes(request, MAX_BODY), type);
  }

  /**
   * Reads the body into memory.
   *
   * @throws EspalierException LIMIT when it is longer than {@code limit} bytes
   */
  protected static byte[] bytes(ServerRequest request, int limit) {
    long declared = request.headers().contentLength().orElse(0);
    if (declared > limit) {
      throw tooLong(limit);
    }
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    try (InputStream in = request.content().inputStream()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (out.size() + n > limit) {
          throw tooLong(limit);
        }
        out.write(buffer, 0, n);
      }
      return out.toByteArray();
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.INVALID, "The request body ended before it was complete.", failure);
    }
  }

  private static EspalierException tooLong(int limit) {
    return EspalierException.limit("The request body is longer than %d bytes.".formatted(limit));
  }

  /**
   * Who asks, as the filter in front of every route found out.
   *
   * @throws EspalierException DENIED when nothing in front of the route asked
   */
  protected static Caller caller(ServerRequest request) {
    return request
        .context()
        .get(Caller.class)
        .orElseThrow(() -> new EspalierException(ErrorCode.DENIED, "Nobody said who asks."));
  }

  protected static String path(ServerRequest request, String name) {
    return request.path().pathParameters().get(name);
  }

  protected static Optional<String> query(ServerRequest request, String name) {
    return request.query().first(name).asOptional();
  }

  /**
   * A whole number from the query.
   *
   * @throws EspalierException INVALID outside {@code min..max}
   */
  protected static int query(ServerRequest request, String name, int min, int max, int absent) {
    Optional<String> text = query(request, name);
    if (text.isEmpty()) {
      return absent;
    }
    try {
      int value = Integer.parseInt(text.get());
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // Falls through to the one message below.
    }
    throw EspalierException.invalidField(
        name,
        "range",
        "%s must be a whole number from %d to %d".formatted(name, min, max),
        Optional.of(String.valueOf(absent)));
  }

  /**
   * Makes a server let a request body that is packed ({@code Content-Encoding}) through as it came:
   * the few routes that take one unpack it themselves, within their own bound, so that no small
   * request becomes a large one elsewhere. Answers are never packed.
   */
  public static void passPackedBodies(WebServerConfig.Builder server) {
    server.contentEncoding(
        ContentEncodingContext.builder()
            .contentEncodingsDiscoverServices(false)
            .addContentEncoding(new AsItCame())
            .build());
  }

  private record AsItCame() implements ContentEncoding {
    @Override
    public Set<String> ids() {
      return Set.of("gzip", "deflate");
    }

    @Override
    public boolean supportsEncoding() {
      return false;
    }

    @Override
    public boolean supportsDecoding() {
      return true;
    }

    @Override
    public ContentDecoder decoder() {
      return ContentDecoder.NO_OP;
    }

    @Override
    public ContentEncoder encoder() {
      return ContentEncoder.NO_OP;
    }

    @Override
    public String name() {
      return "as-it-came";
    }

    @Override
    public String type() {
      return "as-it-came";
    }
  }
}
