package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import dev.espalier.platform.Role;
import dev.espalier.server.http.HttpServer;
import dev.espalier.server.identity.Permission;
import dev.espalier.server.identity.Permissions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may call what, over the whole process. */
class IdentityTest {
  private static final String CANVAS =
      """
      canvas: espalier/1
      product:
        name: mail
        authors: {ana: owner, max: maintainer, ben: approver, cem: contributor, vic: viewer, gate: consumer}
      objectives: [{metric: macro_f1, target: ">= 0.8", due: 2030-12-31}]
      metrics: [{id: macro_f1, primary: true}]
      deploy: {lead_time: 30d}
      serving: {volume: 1000/day}
      """;

  private static final Map<Role, String> MEMBERS =
      new EnumMap<>(
          Map.of(
              Role.OWNER, "ana",
              Role.MAINTAINER, "max",
              Role.APPROVER, "ben",
              Role.CONTRIBUTOR, "cem",
              Role.VIEWER, "vic",
              Role.CONSUMER, "gate"));

  @TempDir Path home;
  private final HttpClient client = HttpClient.newHttpClient();
  private Espalier espalier;

  @BeforeEach
  void start() {
    espalier = Espalier.start(ServerConfig.local(home, 0));
  }

  @AfterEach
  void stop() {
    espalier.close();
    client.close();
  }

  private HttpResponse<String> send(
      String method, String path, String body, Optional<String> token, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(espalier.url() + path))
            .method(method, BodyPublishers.ofString(body));
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private String token(String user) throws Exception {
    HttpResponse<String> made =
        send("POST", "/api/v1/tokens", "{\"user\":\"%s\"}".formatted(user), Optional.empty());
    assertThat(made.statusCode()).isEqualTo(201);
    return Json.tree(made.body()).path("token").asText();
  }

  private void apply() throws Exception {
    String digest =
        Json.tree(send("POST", "/api/v1/canvases/mail/plan", CANVAS, Optional.empty()).body())
            .path("planDigest")
            .asText();
    HttpResponse<String> applied =
        send(
            "POST",
            "/api/v1/canvases/mail/apply",
            "{\"planDigest\":\"%s\"}".formatted(digest),
            Optional.empty());
    assertThat(applied.statusCode()).as(applied.body()).isEqualTo(200);
  }

  @Test
  void every_mounted_route_has_a_declared_permission() {
    Permissions permissions = Permissions.ofThisProgram();
    List<String> undeclared = new ArrayList<>();
    for (HttpServer.Route route : espalier.routes()) {
      List<String> methods =
          route.method().equals("*") ? List.of("GET", "POST") : List.of(route.method());
      for (String method : methods) {
        if (permissions.declared(method, route.path()).isEmpty()) {
          undeclared.add(method + " " + route.path());
        }
      }
    }
    assertThat(espalier.routes()).hasSizeGreaterThan(50);
    assertThat(undeclared).as("declare these in Permissions").isEmpty();
  }

  @Test
  void every_route_refuses_every_role_below_its_own_before_it_looks_at_the_request()
      throws Exception {
    apply();
    Map<Role, String> tokens = new EnumMap<>(Role.class);
    for (Map.Entry<Role, String> member : MEMBERS.entrySet()) {
      tokens.put(member.getKey(), token(member.getValue()));
    }
    Permissions permissions = Permissions.ofThisProgram();
    for (HttpServer.Route route : espalier.routes()) {
      if (route.method().equals("*")
          || !(permissions
                  .declared(route.method(), route.path())
                  .map(Permissions.Match::permission)
                  .orElse(new Permission.Open())
              instanceof Permission.Member(Role least))) {
        continue;
      }
      // {product} and {name} of the inference protocol are the product, the others do not exist.
      String path =
          route
              .path()
              .replaceAll("\\{product\\}|(?<=/models/)\\{name\\}", "mail")
              .replaceAll("\\{[^}]*\\}", "none")
              .replaceAll("\\*+$", "none");
      for (Role role : Role.values()) {
        if (role.atLeast(least)) {
          continue;
        }
        HttpResponse<String> refused =
            send(route.method(), path, "", Optional.ofNullable(tokens.get(role)));
        assertThat(refused.statusCode())
            .as("%s %s as %s", route.method(), path, role.word())
            .isEqualTo(403);
        assertThat(refused.body()).contains("the role of " + least.word());
      }
      HttpResponse<String> stranger = send(route.method(), path, "", Optional.of("esp_unknown"));
      assertThat(stranger.statusCode()).as(route.path()).isEqualTo(401);
    }
  }

  @Test
  void says_who_asks_and_which_roles_they_have() throws Exception {
    apply();
    JsonNode here = Json.tree(send("GET", "/api/v1/me", "", Optional.empty()).body());
    assertThat(here.path("user").asText()).isEqualTo("local");
    assertThat(here.path("roles").path("mail").asText()).isEqualTo("owner");
    JsonNode ben = Json.tree(send("GET", "/api/v1/me", "", Optional.of(token("ben"))).body());
    assertThat(ben.path("user").asText()).isEqualTo("ben");
    assertThat(ben.path("via").asText()).isEqualTo("TOKEN");
    assertThat(ben.path("roles").path("mail").asText()).isEqualTo("approver");
    assertThat(send("GET", "/api/v1/canvases", "", Optional.of(token("eve"))).body())
        .as("a stranger sees no product")
        .isEqualTo("[]");
  }

  @Test
  void a_revoked_token_stops_working_at_once_and_secrets_are_shown_once() throws Exception {
    String ben = token("ben");
    HttpResponse<String> list = send("GET", "/api/v1/tokens", "", Optional.of(ben));
    assertThat(list.body()).doesNotContain("esp_").doesNotContain("sha256");
    String id = Json.tree(list.body()).path(0).path("id").asText();
    assertThat(send("POST", "/api/v1/tokens/" + id + "/revoke", "", Optional.of(ben)).statusCode())
        .isEqualTo(200);
    HttpResponse<String> after = send("GET", "/api/v1/me", "", Optional.of(ben));
    assertThat(after.statusCode()).isEqualTo(401);
    assertThat(after.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    assertThat(after.headers().firstValue("Content-Type")).contains("application/problem+json");
  }

  @Test
  void what_a_proxy_forwards_is_not_the_person_at_the_machine() throws Exception {
    for (String header : List.of("Forwarded", "X-Forwarded-For")) {
      assertThat(
              send("GET", "/api/v1/canvases", "", Optional.empty(), header, "203.0.113.9")
                  .statusCode())
          .as(header)
          .isEqualTo(401);
    }
  }

  @Test
  void a_second_person_approves_over_http_with_a_token_of_their_own() throws Exception {
    apply();
    String looser = CANVAS.replace(">= 0.8", ">= 0.7");
    JsonNode plan =
        Json.tree(
            send("POST", "/api/v1/canvases/mail/plan", looser, Optional.of(token("cem"))).body());
    assertThat(plan.path("by").asText()).isEqualTo("cem");
    String digest = plan.path("planDigest").asText();
    String approvals = "/api/v1/canvases/mail/plans/" + digest + "/approvals";
    String apply = "{\"planDigest\":\"%s\",\"reason\":\"measured\"}".formatted(digest);
    String apply403 = "/api/v1/canvases/mail/apply";
    assertThat(send("POST", apply403, apply, Optional.of(token("cem"))).statusCode())
        .isEqualTo(403);
    assertThat(send("POST", approvals, "{}", Optional.of(token("cem"))).statusCode())
        .isEqualTo(403);
    assertThat(send("POST", approvals, "{}", Optional.of(token("ben"))).statusCode())
        .isEqualTo(200);
    HttpResponse<String> applied = send("POST", apply403, apply, Optional.of(token("cem")));
    assertThat(applied.statusCode()).as(applied.body()).isEqualTo(200);
    assertThat(Json.tree(applied.body()).path("version").asText()).isEqualTo("2.0.0");
  }
}
