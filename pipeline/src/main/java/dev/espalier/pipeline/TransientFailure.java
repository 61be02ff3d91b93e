package dev.espalier.pipeline;

/** A failure that the step declares worth another try: a busy source, a broken connection. */
public final class TransientFailure extends RuntimeException {
  public TransientFailure(String message, Throwable cause) {
    super(message, cause);
  }

  public TransientFailure(String message) {
    super(message);
  }
}
