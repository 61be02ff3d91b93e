package dev.espalier.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.Caller;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.platform.Problem;
import dev.espalier.server.identity.Access;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may ask, decided in one place before any route; what no permission allows is refused. First
 * the request must mean this server and come from no foreign page: Host against DNS rebinding,
 * Origin and Sec-Fetch-Site against other sites. Then {@link Access} says who asks and whether they
 * may, and the {@link Caller} travels on with the request.
 */
final class AccessFilter implements Filter {
  private static final List<HeaderName> PROXIES =
      List.of(
          HeaderNames.create("Forwarded"),
          HeaderNames.create("X-Forwarded-For"),
          HeaderNames.create("Via"));
  private static final Set<Method> METHODS = Set.of(Method.GET, Method.HEAD, Method.POST);

  /** MLflow's own clients also change and delete; the native API does not. */
  private static final Set<Method> MLFLOW_METHODS =
      Set.of(Method.GET, Method.HEAD, Method.POST, Method.PUT, Method.PATCH, Method.DELETE);

  private static final Set<String> HOSTS = Set.of("127.0.0.1", "localhost", "[::1]");
  private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");
  private static final String POLICY =
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
          + "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
          + "form-action 'none'; frame-ancestors 'none'";

  /** On every answer; made once, since every request passes here. */
  private static final List<Header> ALWAYS =
      List.of(
          HeaderValues.createCached("Content-Security-Policy", POLICY),
          HeaderValues.createCached("X-Content-Type-Options", "nosniff"),
          HeaderValues.createCached("X-Frame-Options", "DENY"),
          HeaderValues.createCached("Referrer-Policy", "no-referrer"),
          HeaderValues.createCached("Cross-Origin-Resource-Policy", "same-origin"));

  private static final Map<Integer, String> MLFLOW_CODES =
      Map.of(401, "UNAUTHENTICATED", 403, "PERMISSION_DENIED", 404, "ENDPOINT_NOT_FOUND");

  private final Access access;

  AccessFilter(Access access) {
    this.access = access;
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    ALWAYS.forEach(response::header);
    Optional<String> refusal = refusal(request);
    if (refusal.isPresent()) {
      refuse(
          request.path().path(),
          response,
          403,
          new EspalierException(ErrorCode.DENIED, refusal.get()));
      return;
    }
    String method = request.prologue().method().text();
    // The same decoded path that the router matches, so that both mean the same route.
    String path = request.path().path();
    switch (access.decide(method, path, authorization(request), here(request))) {
      case Access.Verdict.Allowed(Caller caller) -> {
        request.context().register(caller);
        request.context().register(access.rights(caller));
        chain.proceed();
      }
      case Access.Verdict.Denied(String why) ->
          refuse(path, response, 403, new EspalierException(ErrorCode.DENIED, why));
      case Access.Verdict.Unknown(String why) -> {
        response.header(HeaderNames.WWW_AUTHENTICATE, Access.challenge(path));
        refuse(path, response, 401, new EspalierException(ErrorCode.DENIED, why));
      }
      case Access.Verdict.NoRoute() -> refuse(path, response, 404, unknown(method, path));
    }
  }

  private static Optional<String> authorization(RoutingRequest request) {
    return request.headers().first(HeaderNames.AUTHORIZATION);
  }

  /** Straight from this machine: what came through a proxy is somebody else's. */
  private static boolean here(RoutingRequest request) {
    boolean loopback =
        request.remotePeer().address() instanceof InetSocketAddress peer
            && peer.getAddress() != null
            && peer.getAddress().isLoopbackAddress();
    return loopback && PROXIES.stream().noneMatch(request.headers()::contains);
  }

  private static EspalierException unknown(String method, String path) {
    return EspalierException.notFound(
        "No call %s %s. The API describes itself at /api/v1/openapi.json."
            .formatted(method, path.substring(0, Math.min(200, path.length()))));
  }

  /** As a problem; the same with the field that MLflow's clients read, where they ask. */
  private static void refuse(
      String path, RoutingResponse response, int status, EspalierException why) {
    Problem told = Problem.of(why);
    Problem problem =
        new Problem(
            told.type(),
            told.title(),
            status,
            told.detail(),
            told.field(),
            told.rule(),
            told.nearest());
    ObjectNode body = (ObjectNode) Json.tree(new String(Json.bytes(problem), UTF_8));
    if (Access.mlflow(path)) {
      body.put("error_code", MLFLOW_CODES.getOrDefault(status, "INTERNAL_ERROR"))
          .put("message", problem.detail());
    }
    response
        .status(Status.create(status))
        .header(HeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
        .send(Json.bytes(body));
  }

  private static Optional<String> refusal(RoutingRequest request) {
    if (!methods(request.path().path()).contains(request.prologue().method())) {
      return Optional.of("Method not allowed.");
    }
    String host = request.authority();
    if (!HOSTS.contains(withoutPort(host))) {
      return Optional.of("This server answers for 127.0.0.1 and localhost only.");
    }
    Optional<String> origin = request.headers().first(HeaderNames.ORIGIN);
    if (origin.isPresent() && !sameServer(origin.get(), host)) {
      return Optional.of("Requests from other origins are refused.");
    }
    boolean foreign =
        request.headers().first(FETCH_SITE).filter(site -> site.equals("cross-site")).isPresent();
    return foreign && !request.prologue().method().equals(Method.GET)
        ? Optional.of("Requests from other sites are refused.")
        : Optional.empty();
  }

  private static Set<Method> methods(String path) {
    boolean mlflow =
        path.startsWith("/api/2.0/")
            || path.startsWith("/api/3.0/")
            || path.startsWith("/ajax-api/");
    return mlflow ? MLFLOW_METHODS : METHODS;
  }

  private static boolean sameServer(String origin, String host) {
    try {
      URI uri = URI.create(origin);
      return "http".equals(uri.getScheme()) && host.equals(uri.getAuthority());
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }

  private static String withoutPort(String authority) {
    int colon = authority.lastIndexOf(':');
    return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
  }
}
