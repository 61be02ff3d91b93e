package dev.espalier.server;

import dev.espalier.platform.EspalierException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * Who asks an MLflow server, out of the environment variables that MLflow's own client reads; a
 * user's name and password go before a token, as they do there. It is never printed.
 *
 * @param header the value of {@code Authorization}
 */
record MlflowLogin(String header) {
  /** What to do about a login that is missing. */
  static final String HOW =
      "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN";

  /**
   * The login that the environment has, if any.
   *
   * @throws EspalierException INVALID for one half of a pair, and for what no header can hold
   */
  static Optional<MlflowLogin> of(Map<String, String> environment) {
    String user = environment.getOrDefault("MLFLOW_TRACKING_USERNAME", "");
    String password = environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
    String token = environment.getOrDefault("MLFLOW_TRACKING_TOKEN", "");
    if (user.isEmpty() != password.isEmpty()) {
      throw invalid(
          user.isEmpty() ? "MLFLOW_TRACKING_USERNAME" : "MLFLOW_TRACKING_PASSWORD",
          "A login has a name and a password.");
    }
    if (!user.isEmpty()) {
      if (user.contains(":")) {
        throw invalid("MLFLOW_TRACKING_USERNAME", "A name of HTTP Basic has no colon.");
      }
      byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
      return Optional.of(new MlflowLogin("Basic " + Base64.getEncoder().encodeToString(pair)));
    }
    if (token.isEmpty()) {
      return Optional.empty();
    }
    if (!token.matches("[\\x21-\\x7E]+")) {
      throw invalid("MLFLOW_TRACKING_TOKEN", "A token is printable ASCII without spaces.");
    }
    return Optional.of(new MlflowLogin("Bearer " + token));
  }

  private static EspalierException invalid(String variable, String why) {
    return EspalierException.invalidField(
        variable, "login", "%s: %s".formatted(variable, why), Optional.empty());
  }

  @Override
  public String toString() {
    return "a login";
  }
}
