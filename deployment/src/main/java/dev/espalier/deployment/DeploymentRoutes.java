package dev.espalier.deployment;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.platform.JsonRoutes;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;

/** {@code /deployments}: the view, plans, rollouts, rollback, approvals, retirements. */
public final class DeploymentRoutes extends JsonRoutes {
  private final Deployments deployments;

  /**
   * Asks for a rollout; {@code by}, where given, must be who asks. {@code breakGlass} passes the
   * release policy by, for those whom it lets.
   */
  public record RolloutRequest(
      String version, String reason, Optional<String> by, Optional<Boolean> breakGlass) {}

  /** Asks for a rollback, or takes a proposal back. */
  public record RollbackRequest(String reason, Optional<String> by) {}

  /** Approves. */
  public record ApprovalRequest(Optional<String> by, Optional<String> reason) {}

  public DeploymentRoutes(Deployments deployments) {
    this.deployments = deployments;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/deployments/{product}", safely(this::view))
        .get("/deployments/{product}/versions/{version}/plan", safely(this::plan))
        .post("/deployments/{product}/versions/{version}/retirement", safely(this::retire))
        .post("/deployments/{product}/versions/{version}/restoration", safely(this::restore))
        .post("/deployments/{product}/rollouts", safely(this::release))
        .post("/deployments/{product}/rollback", safely(this::rollback))
        .post("/deployments/{product}/rollouts/{id}/approvals", safely(this::approve))
        .post("/deployments/{product}/rollouts/{id}/review", safely(this::review))
        .post("/deployments/{product}/rollouts/{id}/withdrawal", safely(this::withdraw));
  }

  private void view(ServerRequest request, ServerResponse response) {
    send(response, deployments.view(path(request, "product")));
  }

  private void plan(ServerRequest request, ServerResponse response) {
    send(
        response,
        deployments.plan(
            new ReleaseRequest(
                path(request, "product"),
                path(request, "version"),
                "a plan",
                who(request, Optional.empty()),
                Optional.empty())));
  }

  private void retire(ServerRequest request, ServerResponse response) {
    RollbackRequest asked = body(request, RollbackRequest.class);
    String by = who(request, asked.by());
    send(
        response,
        deployments.retire(path(request, "product"), path(request, "version"), by, asked.reason()));
  }

  private void restore(ServerRequest request, ServerResponse response) {
    RollbackRequest asked = body(request, RollbackRequest.class);
    String by = who(request, asked.by());
    deployments.restore(path(request, "product"), path(request, "version"), by);
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
                who(request, asked.by()),
                Optional.empty(),
                asked.breakGlass().orElse(false))));
  }

  private void rollback(ServerRequest request, ServerResponse response) {
    RollbackRequest asked = body(request, RollbackRequest.class);
    String by = who(request, asked.by());
    send(response, deployments.rollback(path(request, "product"), by, asked.reason()));
  }

  private void approve(ServerRequest request, ServerResponse response) {
    byte[] body = bytes(request, MAX_BODY);
    Optional<String> by =
        body.length == 0 ? Optional.empty() : Json.read(body, ApprovalRequest.class).by();
    send(
        response,
        deployments.approve(path(request, "product"), path(request, "id"), who(request, by)));
  }

  private void review(ServerRequest request, ServerResponse response) {
    byte[] body = bytes(request, MAX_BODY);
    Optional<String> by =
        body.length == 0 ? Optional.empty() : Json.read(body, ApprovalRequest.class).by();
    send(
        response,
        deployments.review(path(request, "product"), path(request, "id"), who(request, by)));
  }

  private void withdraw(ServerRequest request, ServerResponse response) {
    RollbackRequest asked = body(request, RollbackRequest.class);
    String by = who(request, asked.by());
    send(
        response,
        deployments.withdraw(path(request, "product"), path(request, "id"), by, asked.reason()));
  }

  /** Who acts: whoever is at the machine stands for the owner, and nobody for somebody else. */
  private String who(ServerRequest request, Optional<String> claimed) {
    String actor = caller(request).as(deployments.owner(path(request, "product")));
    if (claimed.isPresent() && !claimed.get().equals(actor)) {
      throw new EspalierException(
          ErrorCode.DENIED,
          "You act as %s; %s needs a token of their own.".formatted(actor, claimed.get()));
    }
    return actor;
  }
}
