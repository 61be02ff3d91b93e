package dev.espalier.deployment;

import dev.espalier.platform.Json;
import dev.espalier.platform.JsonRoutes;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;

/** {@code /deployments}: the view, rollouts, rollback, approvals. */
public final class DeploymentRoutes extends JsonRoutes {
  private static final String WHO = "local";
  private final Deployments deployments;

  /** Asks for a rollout. */
  public record RolloutRequest(String version, String reason, Optional<String> by) {}

  /** Asks for a rollback. */
  public record RollbackRequest(String reason, Optional<String> by) {}

  /** Approves. {@code by} is who says so; this address has no accounts of its own. */
  public record ApprovalRequest(Optional<String> by) {}

  public DeploymentRoutes(Deployments deployments) {
    this.deployments = deployments;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/deployments/{product}", safely(this::view))
        .post("/deployments/{product}/rollouts", safely(this::release))
        .post("/deployments/{product}/rollback", safely(this::rollback))
        .post("/deployments/{product}/rollouts/{id}/approvals", safely(this::approve));
  }

  private void view(ServerRequest request, ServerResponse response) {
    send(response, deployments.view(path(request, "product")));
  }

  private void release(ServerRequest request, ServerResponse response) {
    RolloutRequest asked = body(request, RolloutRequest.class);
    send(
        response,
        201,
        deployments.release(
            new ReleaseRequest(
                path(request, "product"),
                asked.version(),
                asked.reason(),
                asked.by().orElse(WHO),
                Optional.empty())));
  }

  private void rollback(ServerRequest request, ServerResponse response) {
    RollbackRequest asked = body(request, RollbackRequest.class);
    String by = asked.by().orElse(WHO);
    send(response, deployments.rollback(path(request, "product"), by, asked.reason()));
  }

  private void approve(ServerRequest request, ServerResponse response) {
    byte[] body = bytes(request, MAX_BODY);
    String by = body.length == 0 ? WHO : Json.read(body, ApprovalRequest.class).by().orElse(WHO);
    send(response, deployments.approve(path(request, "product"), path(request, "id"), by));
  }
}
