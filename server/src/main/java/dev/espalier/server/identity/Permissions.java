package dev.espalier.server.identity;

import static dev.espalier.platform.Role.APPROVER;
import static dev.espalier.platform.Role.CONSUMER;
import static dev.espalier.platform.Role.CONTRIBUTOR;
import static dev.espalier.platform.Role.MAINTAINER;
import static dev.espalier.platform.Role.OWNER;
import static dev.espalier.platform.Role.VIEWER;

import dev.espalier.platform.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The permission of every route, in one table. What is not here is refused. A test walks every
 * mounted route and fails on one that this table does not know.
 *
 * <p>In a path {@code {product}} names the product whose roles count, any other {@code {…}} stands
 * for one segment, and a final {@code **} for everything below.
 */
public final class Permissions {
  private static final String API = "/api/v1";
  private static final List<String> GUARDED = List.of("api", "ajax-api", "v1", "v2", "invocations");
  private final List<Rule> rules = new ArrayList<>();

  private record Rule(String method, List<String> segments, Permission permission) {}

  /** A route's permission, with the product that the path names. */
  public record Match(Permission permission, Optional<String> product) {}

  private Permissions() {}

  /** The permissions of this program. */
  public static Permissions ofThisProgram() {
    Permissions all = new Permissions();
    all.open("/healthz", "/readyz", "/metrics", "/api/v1/openapi.json");
    all.open("/health", "/version");
    all.open("/v2", "/v2/health/live", "/v2/health/ready");
    all.canvas();
    all.stages();
    all.compatible();
    all.known("GET", "/me", "/tokens", "/events", "/canvas-schema", "/questions");
    all.known("POST", "/tokens", "/tokens/{id}/revoke");
    return all;
  }

  private void canvas() {
    known("GET", "/canvases");
    String canvas = "/canvases/{product}";
    member(
        "GET",
        VIEWER,
        canvas,
        canvas + "/versions",
        canvas + "/versions/{version}",
        canvas + "/verify",
        canvas + "/conformance",
        canvas + "/questions/{key}/history",
        canvas + "/history",
        canvas + "/history/{question}",
        canvas + "/export",
        canvas + "/evidence/{question}/{clause}",
        canvas + "/snapshot",
        canvas + "/badge.svg",
        canvas + "/plans",
        canvas + "/plans/{digest}",
        canvas + "/drift",
        canvas + "/comments",
        "/documents/{product}",
        "/documents/{product}/{name}");
    member("POST", VIEWER, canvas + "/snapshot/check");
    member("GET", CONTRIBUTOR, canvas + "/draft");
    member(
        "POST",
        CONTRIBUTOR,
        canvas + "/draft",
        canvas + "/check",
        canvas + "/patch",
        canvas + "/plan",
        canvas + "/apply",
        canvas + "/reapply",
        canvas + "/attest",
        canvas + "/comments",
        canvas + "/comments/{id}/settle");
    member("POST", APPROVER, canvas + "/plans/{digest}/approvals");
    member("GET", MAINTAINER, canvas + "/webhooks");
    member(
        "POST",
        MAINTAINER,
        canvas + "/drift/{id}/adopt",
        canvas + "/drift/{id}/revert",
        canvas + "/webhooks",
        canvas + "/webhooks/{id}/test",
        canvas + "/webhooks/{id}/remove");
  }

  private void stages() {
    member("GET", VIEWER, "/datasets", "/datasets/**");
    member("POST", CONTRIBUTOR, "/datasets/**");
    member("GET", VIEWER, "/tracking/**");
    member("POST", OWNER, "/tracking/purge");
    member("GET", VIEWER, "/pipelines/{product}/**");
    member("POST", CONTRIBUTOR, "/pipelines/{product}/**");
    member("GET", VIEWER, "/models/{product}/**");
    member("POST", MAINTAINER, "/models/{product}/**");
    member("GET", VIEWER, "/deployments/{product}", "/deployments/{product}/**");
    member(
        "POST",
        APPROVER,
        "/deployments/{product}/rollouts/{id}/approvals",
        "/deployments/{product}/rollouts/{id}/review");
    member("POST", MAINTAINER, "/deployments/{product}/**");
    member("POST", CONSUMER, "/predict/{product}", "/predict/{product}/**", "/feedback");
    member("GET", VIEWER, "/metrics/{product}/{metric}");
    member("POST", CONTRIBUTOR, "/metrics/{product}/{metric}");
    member("GET", VIEWER, "/monitors/{product}", "/monitors/{product}/**");
    member("POST", CONTRIBUTOR, "/monitors/{product}/**");
    member(
        "GET", VIEWER, "/alerts", "/alerts/**", "/incidents/{product}", "/incidents/{product}/**");
    member("POST", CONTRIBUTOR, "/alerts/**", "/incidents/{product}/**");
    member("GET", VIEWER, "/drills/{product}", "/drills/{product}/**");
    member("POST", MAINTAINER, "/drills/{product}/{name}", "/drills/{product}/{name}/abort");
    member("GET", VIEWER, "/ci/{product}");
    member("POST", CONTRIBUTOR, "/ci/{product}");
  }

  /** Protocols that other programs speak; their paths lie outside the native API. */
  private void compatible() {
    Permission asks = new Permission.Member(CONSUMER);
    add("GET", "/v2/models/{product}", asks);
    add("GET", "/v2/models/{product}/**", asks);
    add("POST", "/v2/models/{product}/**", asks);
    add("POST", "/v1/traces", new Permission.Member(CONTRIBUTOR));
    // What the protocol does not know is answered in its own words.
    add("GET", "/v2/**", asks);
    add("POST", "/v2/**", asks);
    add("GET", "/v1/**", asks);
    add("POST", "/v1/**", asks);
    add("POST", "/invocations", asks);
    add("POST", "/invocations/{product}", asks);
    add("GET", "/get-artifact", new Permission.Member(VIEWER));
    add("GET", "/model-versions/get-artifact", new Permission.Member(VIEWER));
    // Signed for one part of one upload; clients show no token there.
    add("PUT", "/api/2.0/mlflow-artifacts/mpu/parts/{id}/{number}", new Permission.Open());
    for (String prefix : List.of("/api/2.0/mlflow", "/ajax-api/2.0/mlflow")) {
      for (String search :
          List.of(
              "runs/search",
              "experiments/search",
              "experiments/search-datasets",
              "logged-models/search",
              "registered-models/get-latest-versions")) {
        // A question that is too long for a query string.
        add("POST", prefix + "/" + search, new Permission.Member(VIEWER));
      }
    }
    for (String prefix : List.of("/api/2.0/mlflow", "/ajax-api/2.0/mlflow")) {
      // What is sent out of the house is for those who keep it.
      add("POST", prefix + "/webhooks", new Permission.Member(MAINTAINER));
      add("POST", prefix + "/webhooks/{id}/test", new Permission.Member(MAINTAINER));
      add("PATCH", prefix + "/webhooks/{id}", new Permission.Member(MAINTAINER));
      add("DELETE", prefix + "/webhooks/{id}", new Permission.Member(MAINTAINER));
    }
    for (String prefix :
        List.of(
            "/api/2.0/mlflow", "/ajax-api/2.0/mlflow", "/api/3.0/mlflow", "/ajax-api/3.0/mlflow")) {
      // Each says itself who may: administrators, whoever manages the thing, the user.
      for (String method : List.of("GET", "POST", "PATCH", "DELETE")) {
        for (String of :
            List.of("users", "experiments/permissions", "registered-models/permissions")) {
          add(method, prefix + "/" + of + "/**", new Permission.Known());
        }
      }
    }
    for (String prefix : List.of("/api/3.0/mlflow", "/ajax-api/3.0/mlflow")) {
      for (String question : List.of("search", "batchGetInfos", "calculate-filter-correlation")) {
        add("POST", prefix + "/traces/" + question, new Permission.Member(VIEWER));
      }
    }
    for (String prefix : List.of("/api/2.0/**", "/api/3.0/**", "/ajax-api/**")) {
      add("GET", prefix, new Permission.Member(VIEWER));
      for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
        add(method, prefix, new Permission.Member(CONTRIBUTOR));
      }
    }
  }

  /** True on the routes that MLflow's clients ask, where a name and a password count. */
  static boolean mlflow(String path) {
    return path.startsWith("/api/2.0/")
        || path.startsWith("/api/3.0/")
        || path.startsWith("/ajax-api/")
        || path.equals("/v1/traces")
        || path.equals("/get-artifact")
        || path.equals("/model-versions/get-artifact");
  }

  private void open(String... paths) {
    for (String path : paths) {
      add("GET", path, new Permission.Open());
    }
  }

  private void known(String method, String... paths) {
    for (String path : paths) {
      add(method, API + path, new Permission.Known());
    }
  }

  private void member(String method, Role least, String... paths) {
    for (String path : paths) {
      add(method, API + path, new Permission.Member(least));
    }
  }

  private void add(String method, String path, Permission permission) {
    rules.add(new Rule(method, segments(path), permission));
  }

  private static List<String> segments(String path) {
    return List.of(path.substring(1).split("/", -1));
  }

  /**
   * The first rule for the call, if any. Paths outside {@code /api} and the inference protocols are
   * files of the UI, which are open.
   *
   * @param path decoded, or a route's template
   */
  public Optional<Match> of(String method, String path) {
    return declared(method, path)
        .or(() ->
            (method.equals("GET") || method.equals("HEAD")) && page(path)
                ? Optional.of(new Match(new Permission.Open(), Optional.empty()))
                : Optional.empty());
  }

  /** The permission that the table itself has for the call. */
  public Optional<Match> declared(String method, String path) {
    String verb = method.equals("HEAD") ? "GET" : method;
    List<String> asked = segments(path.isEmpty() ? "/" : withoutTrailingSlash(path));
    for (Rule rule : rules) {
      if (rule.method().equals(verb) && matches(rule.segments(), asked)) {
        int at = rule.segments().indexOf("{product}");
        Optional<String> product = at < 0 ? Optional.empty() : Optional.of(asked.get(at));
        return Optional.of(new Match(rule.permission(), product));
      }
    }
    return Optional.empty();
  }

  /** True outside the protocols: there only the UI answers. */
  private static boolean page(String path) {
    return !GUARDED.contains(segments(path.isEmpty() ? "/" : path).getFirst());
  }

  private static String withoutTrailingSlash(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private static boolean matches(List<String> rule, List<String> asked) {
    boolean open = rule.getLast().equals("**");
    int fixed = open ? rule.size() - 1 : rule.size();
    if (open ? asked.size() <= fixed : asked.size() != fixed) {
      return false;
    }
    for (int i = 0; i < fixed; i++) {
      if (!rule.get(i).startsWith("{") && !rule.get(i).equals(asked.get(i))) {
        return false;
      }
    }
    return true;
  }
}
