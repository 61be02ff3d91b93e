package dev.espalier.platform;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** What a member may do to a product; each role may do what the ones before it may. */
public enum Role {
  /** Asks, and says what came of the answer. */
  CONSUMER,
  /** Reads everything. */
  VIEWER,
  /** Plans, edits and starts work. */
  CONTRIBUTOR,
  /** Also agrees to what somebody else wants. */
  APPROVER,
  /** Also operates: releases, rolls back, rehearses. */
  MAINTAINER,
  /** Answers for the product. */
  OWNER;

  /** Reads the word that {@link #word} writes. */
  @JsonCreator
  public static Role of(String word) {
    return Arrays.stream(values())
        .filter(role -> role.word().equals(word))
        .findFirst()
        .orElseThrow(() -> EspalierException.invalid("No role '%s'.".formatted(word)));
  }

  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean atLeast(Role least) {
    return compareTo(least) >= 0;
  }
}
