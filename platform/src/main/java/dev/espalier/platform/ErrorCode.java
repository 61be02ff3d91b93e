package dev.espalier.platform;

/**
 * What went wrong, as far as a caller can act on it. One table maps it to HTTP and to exit codes.
 */
public enum ErrorCode {
  INVALID(400, 2),
  DENIED(403, 2),
  NOT_FOUND(404, 2),
  CONFLICT(409, 1),
  LIMIT(413, 2),
  OVERLOADED(429, 3),
  UNAVAILABLE(503, 3),
  TIMEOUT(504, 3),
  INTERNAL(500, 3),
  UNSUPPORTED(501, 2);

  private final int httpStatus;
  private final int exitCode;

  ErrorCode(int httpStatus, int exitCode) {
    this.httpStatus = httpStatus;
    this.exitCode = exitCode;
  }

  /** The HTTP status that carries this error. */
  public int httpStatus() {
    return httpStatus;
  }

  /** The command line's exit code: 1 gate or check failed, 2 bad input, 3 infrastructure. */
  public int exitCode() {
    return exitCode;
  }
}
