package dev.espalier.data;

import dev.espalier.platform.EspalierException;
import java.util.Optional;

/** Builds the refusal of a row. */
final class RowProblem {
  private RowProblem() {}

  static EspalierException of(String field, String message) {
    return EspalierException.invalidField(field, "row", message, Optional.empty());
  }
}
