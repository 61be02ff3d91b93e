package dev.espalier.tracking.wire;

import dev.espalier.platform.EspalierException;
import java.util.Optional;

/** MLflow's error codes and the HTTP status that carries each. */
public enum MlflowCode {
  INVALID_PARAMETER_VALUE(400),
  BAD_REQUEST(400),
  RESOURCE_ALREADY_EXISTS(400),
  PERMISSION_DENIED(403),
  RESOURCE_DOES_NOT_EXIST(404),
  ENDPOINT_NOT_FOUND(404),
  REQUEST_LIMIT_EXCEEDED(429),
  INVALID_STATE(500),
  INTERNAL_ERROR(500),
  NOT_IMPLEMENTED(501),
  TEMPORARILY_UNAVAILABLE(503),
  DEADLINE_EXCEEDED(504);

  private final int status;

  MlflowCode(int status) {
    this.status = status;
  }

  public int status() {
    return status;
  }

  /** A failure that carries exactly this code, where the general table would choose another. */
  public EspalierException because(String message) {
    return EspalierException.invalidField("", name(), message, Optional.empty());
  }

  /** The code that answers {@code failure}. */
  public static MlflowCode of(EspalierException failure) {
    for (MlflowCode code : values()) {
      if (failure.rule().filter(code.name()::equals).isPresent()) {
        return code;
      }
    }
    return switch (failure.code()) {
      case INVALID, LIMIT -> INVALID_PARAMETER_VALUE;
      case DENIED -> PERMISSION_DENIED;
      case NOT_FOUND -> RESOURCE_DOES_NOT_EXIST;
      case CONFLICT -> RESOURCE_ALREADY_EXISTS;
      case OVERLOADED -> REQUEST_LIMIT_EXCEEDED;
      case TIMEOUT -> DEADLINE_EXCEEDED;
      case UNSUPPORTED -> NOT_IMPLEMENTED;
      case UNAVAILABLE -> TEMPORARILY_UNAVAILABLE;
      case INTERNAL -> INTERNAL_ERROR;
    };
  }
}
