package dev.espalier.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Calls to one MLflow server whose address a person gave at the command line (decision 19): the
 * path of each call is ours, redirects are not followed, answers are bounded, and a call that found
 * the server busy is made again. One thread.
 */
final class MlflowHttp implements AutoCloseable {
  private static final int MAX_ANSWER = 256 << 20;
  private static final int ATTEMPTS = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private final String base;
  private final Optional<MlflowLogin> login;
  private final HttpClient client;

  MlflowHttp(String address, Optional<MlflowLogin> login) {
    this.base = checked(address);
    this.login = login;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(20))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  private static String checked(String address) {
    try {
      URI uri = URI.create(address);
      if (uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getQuery() == null
          && uri.getFragment() == null) {
        return address.replaceAll("/+$", "");
      }
    } catch (IllegalArgumentException malformed) {
      // Said below.
    }
    throw EspalierException.invalidField(
        "--from",
        "address",
        "'%s' is no address of a server: host, port and path only; for a login %s."
            .formatted(address.replaceAll("(?<=//)[^/@]*@", "…@"), MlflowLogin.HOW),
        Optional.of("http://127.0.0.1:5000"));
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  JsonNode get(String path) {
    return json(path, request(path).GET().build());
  }

  JsonNode post(String path, JsonNode body) {
    return json(
        path,
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)))
            .build());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(PATIENCE);
    login.ifPresent(each -> request.header("Authorization", each.header()));
    return request;
  }

  private JsonNode json(String path, HttpRequest request) {
    try (InputStream in = answered(path, request)) {
      byte[] answer = in.readNBytes(MAX_ANSWER + 1);
      if (answer.length > MAX_ANSWER) {
        throw EspalierException.limit(
            "%s answered more than %d bytes.".formatted(base + path, MAX_ANSWER));
      }
      return Json.tree(new String(answer, StandardCharsets.UTF_8));
    } catch (IOException failure) {
      throw away(failure);
    } catch (EspalierException failure) {
      throw failure.code() == ErrorCode.NOT_FOUND ? stranger(path) : failure;
    }
  }

  private EspalierException stranger(String path) {
    return EspalierException.invalid(
        "No MLflow server of version 3 answers at %s: %s is unknown there.".formatted(base, path));
  }

  private EspalierException away(IOException failure) {
    return new EspalierException(
        ErrorCode.UNAVAILABLE,
        "%s does not answer. Run the import again when it does: what is here stays."
            .formatted(base),
        failure);
  }

  /** The bytes of a file; NOT_FOUND or INTERNAL when the server does not give it. */
  InputStream open(String path) {
    return answered(path, request(path).GET().build());
  }

  private InputStream answered(String path, HttpRequest request) {
    for (int attempt = 1; ; attempt++) {
      try {
        HttpResponse<InputStream> response =
            client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        int status = response.statusCode();
        if (status == 200) {
          return response.body();
        }
        response.body().close();
        boolean busy = status == 429 || status == 503 || status == 504;
        if (!busy || attempt == ATTEMPTS) {
          throw refused(path, status);
        }
      } catch (IOException failure) {
        if (attempt == ATTEMPTS) {
          throw away(failure);
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new EspalierException(ErrorCode.UNAVAILABLE, "Interrupted", interrupted);
      }
      pause();
    }
  }

  private EspalierException refused(String path, int status) {
    return switch (status) {
      case 404 -> EspalierException.notFound("%s has no %s.".formatted(base, path));
      case 401, 403 ->
          new EspalierException(
              ErrorCode.DENIED,
              login.isPresent()
                  ? "%s refuses this login for %s.".formatted(base, path)
                  : "%s asks for a login: %s.".formatted(base, MlflowLogin.HOW));
      default ->
          new EspalierException(
              ErrorCode.INTERNAL, "%s answered %d to %s.".formatted(base, status, path));
    };
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
