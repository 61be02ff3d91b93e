package dev.espalier.server.identity;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.espalier.platform.Caller;
import dev.espalier.platform.JsonRoutes;
import dev.espalier.platform.Role;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Who asks, and the tokens that say so. */
public final class IdentityRoutes extends JsonRoutes {
  private final Tokens tokens;
  private final Access access;

  public IdentityRoutes(Tokens tokens, Access access) {
    this.tokens = tokens;
    this.access = access;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/me", safely(this::me))
        .get("/tokens", safely((request, response) -> send(response, tokens.list(caller(request)))))
        .post("/tokens", safely(this::create))
        .post(
            "/tokens/{id}/revoke",
            safely((request, response) ->
                send(response, tokens.revoke(path(request, "id"), caller(request)))));
  }

  private void me(ServerRequest request, ServerResponse response) {
    Caller caller = caller(request);
    send(response, new Me(caller.user(), caller.via(), access.roles(caller)));
  }

  private void create(ServerRequest request, ServerResponse response) {
    Create body = body(request, Create.class);
    send(response, 201, tokens.create(body.user(), body.ttl(), caller(request)));
  }

  /** The caller, and their role in each product. */
  record Me(String user, Caller.Via via, Map<String, Role> roles) {}

  /** For whom, and for how long (ISO-8601, {@code P30D}). */
  record Create(@JsonProperty(required = true) String user, Optional<Duration> ttl) {}
}
