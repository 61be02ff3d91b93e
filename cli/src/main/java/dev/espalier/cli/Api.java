package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * The server's native API as the command line sees it: a path and a body in, JSON out. An answer
 * that is a problem becomes the {@link EspalierException} that the server meant. Thread-safe.
 */
public final class Api {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();
  private final URI base;
  private final Optional<String> token;

  /**
   * @param url of the server, such as {@code http://127.0.0.1:8080}
   */
  public Api(String url) {
    this(url, Optional.empty());
  }

  /**
   * @param token who asks; without one the server knows the caller by being on the same machine
   */
  public Api(String url, Optional<String> token) {
    this.token = token;
    this.base = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
  }

  /**
   * {@code value}, which may stand in a path.
   *
   * @throws EspalierException INVALID when it is no name and no id of the API
   */
  static String id(String value) {
    if (!value.matches("[A-Za-z0-9_.-]{1,120}")) {
      throw new EspalierException(ErrorCode.INVALID, "Not an id: '%s'.".formatted(value));
    }
    return value;
  }

  /** The address that this client talks to. */
  public String url() {
    return base.toString();
  }

  public JsonNode get(String path) {
    return send(request(path).GET().build());
  }

  /** What a path answers, as it is: for documents that are no JSON. */
  public String text(String path) {
    return body(request(path).setHeader("Accept", "*/*").GET().build());
  }

  /** Posts {@code body} as JSON. */
  public JsonNode post(String path, Object body) {
    return post(path, "application/json", BodyPublishers.ofByteArray(Json.bytes(body)));
  }

  public JsonNode post(String path, String mediaType, BodyPublisher body) {
    return send(request(path).header("Content-Type", mediaType).POST(body).build());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + "/api/v1" + path))
            .timeout(Duration.ofMinutes(30))
            .header("Accept", "application/json");
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    return request;
  }

  private JsonNode send(HttpRequest request) {
    String body = body(request);
    return body.isBlank() ? Json.mapper().createObjectNode() : Json.tree(body);
  }

  private String body(HttpRequest request) {
    try {
      var response = client.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
      if (response.statusCode() / 100 != 2) {
        throw failure(response.statusCode(), response.body());
      }
      return response.body();
    } catch (ConnectException refused) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE,
          "No Espalier answers at %s. Start one with: espalier up".formatted(base),
          refused);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE,
          "The connection to %s broke: %s".formatted(base, failure.getMessage()),
          failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new EspalierException(ErrorCode.UNAVAILABLE, "Interrupted", interrupted);
    }
  }

  private static EspalierException failure(int status, String body) {
    ErrorCode code =
        switch (status) {
          case 400, 422 -> ErrorCode.INVALID;
          case 401, 403 -> ErrorCode.DENIED;
          case 404 -> ErrorCode.NOT_FOUND;
          case 409 -> ErrorCode.CONFLICT;
          case 413, 429 -> ErrorCode.LIMIT;
          case 503 -> ErrorCode.UNAVAILABLE;
          default -> ErrorCode.INTERNAL;
        };
    try {
      JsonNode problem = Json.tree(body);
      String detail = problem.path("detail").asText("HTTP " + status);
      if (problem.has("field")) {
        return EspalierException.invalidField(
            problem.get("field").asText(),
            problem.path("rule").asText(""),
            detail,
            Optional.ofNullable(problem.get("nearest")).map(JsonNode::asText));
      }
      return new EspalierException(code, detail);
    } catch (EspalierException notJson) {
      return new EspalierException(code, "HTTP " + status);
    }
  }
}
