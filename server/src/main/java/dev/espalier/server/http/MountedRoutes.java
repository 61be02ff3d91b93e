package dev.espalier.server.http;

import io.helidon.http.Method;
import io.helidon.http.PathMatcher;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRoute;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Writes down which routes a service mounts, so that each can be held against the permissions. A
 * way of mounting that hides its path is written down as {@code ?}, which no permission knows.
 */
final class MountedRoutes implements HttpRules {
  private final String prefix;
  private final List<Mounted> routes = new ArrayList<>();

  /** A method, or {@code *} for all, and the template of a path. */
  public record Mounted(String method, String path) {}

  private MountedRoutes(String prefix) {
    this.prefix = prefix;
  }

  /** What {@code service} mounts below {@code prefix}. */
  static List<Mounted> of(String prefix, HttpService service) {
    MountedRoutes seen = new MountedRoutes(prefix);
    service.routing(seen);
    return List.copyOf(seen.routes);
  }

  private HttpRules saw(String method, String path) {
    String whole = prefix + path;
    String plain =
        whole.length() > 1 && whole.endsWith("/") ? whole.substring(0, whole.length() - 1) : whole;
    routes.add(new Mounted(method, plain));
    return this;
  }

  @Override
  public HttpRules get(String path, Handler... handlers) {
    return saw("GET", path);
  }

  @Override
  public HttpRules post(String path, Handler... handlers) {
    return saw("POST", path);
  }

  @Override
  public HttpRules put(String path, Handler... handlers) {
    return saw("PUT", path);
  }

  @Override
  public HttpRules delete(String path, Handler... handlers) {
    return saw("DELETE", path);
  }

  @Override
  public HttpRules patch(String path, Handler... handlers) {
    return saw("PATCH", path);
  }

  @Override
  public HttpRules any(String path, Handler... handlers) {
    return saw("*", path);
  }

  @Override
  public HttpRules route(Method method, String path, Handler handler) {
    return saw(method.text(), path);
  }

  @Override
  public HttpRules route(Predicate<Method> methods, PathMatcher path, Handler handler) {
    return saw("?", "/?");
  }

  @Override
  public HttpRules route(HttpRoute route) {
    return saw("?", "/?");
  }

  @Override
  public HttpRules register(HttpService... services) {
    for (HttpService service : services) {
      routes.addAll(of(prefix, service));
    }
    return this;
  }

  @Override
  public HttpRules register(String path, HttpService... services) {
    for (HttpService service : services) {
      routes.addAll(of(prefix + path, service));
    }
    return this;
  }
}
