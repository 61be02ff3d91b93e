package dev.espalier.platform;

import java.util.Optional;

/**
 * The one family of failures. The message says what failed, which thing, and what to do; where a
 * field of the input is at fault, {@link #field}, {@link #rule} and {@link #nearest} say which,
 * against which rule, and the nearest valid value.
 */
public final class EspalierException extends RuntimeException {
  private final ErrorCode code;
  private final Optional<String> field;
  private final Optional<String> rule;
  private final Optional<String> nearest;

  public EspalierException(ErrorCode code, String message) {
    this(code, message, Optional.empty(), Optional.empty(), Optional.empty());
  }

  public EspalierException(ErrorCode code, String message, Throwable cause) {
    this(code, message);
    initCause(cause);
  }

  private EspalierException(
      ErrorCode code,
      String message,
      Optional<String> field,
      Optional<String> rule,
      Optional<String> nearest) {
    super(message);
    this.code = code;
    this.field = field;
    this.rule = rule;
    this.nearest = nearest;
  }

  public static EspalierException invalid(String message) {
    return new EspalierException(ErrorCode.INVALID, message);
  }

  /**
   * Bad input in one field: {@code rule} names the rule, {@code nearest} the nearest valid value.
   */
  public static EspalierException invalidField(
      String field, String rule, String message, Optional<String> nearest) {
    return new EspalierException(
        ErrorCode.INVALID, message, Optional.of(field), Optional.of(rule), nearest);
  }

  public static EspalierException notFound(String message) {
    return new EspalierException(ErrorCode.NOT_FOUND, message);
  }

  public static EspalierException conflict(String message) {
    return new EspalierException(ErrorCode.CONFLICT, message);
  }

  public static EspalierException limit(String message) {
    return new EspalierException(ErrorCode.LIMIT, message);
  }

  public ErrorCode code() {
    return code;
  }

  public Optional<String> field() {
    return field;
  }

  public Optional<String> rule() {
    return rule;
  }

  public Optional<String> nearest() {
    return nearest;
  }
}
