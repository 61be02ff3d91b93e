package dev.espalier.serving;

import dev.espalier.model.Signature;
import java.util.List;
import java.util.Optional;

/**
 * Who answers behind the inference routes: production ({@link Serving}), or a copy of it that only
 * a drill can reach ({@link ShadowLane}). Thread-safe.
 */
public interface Predictor {
  /**
   * Answers one request, by {@code version} where the caller insists on one.
   *
   * @throws dev.espalier.platform.EspalierException INVALID for an ill-formed request, NOT_FOUND
   *     without an endpoint; when the ladder is exhausted OVERLOADED for a full queue, TIMEOUT for
   *     a deadline that passed, else UNAVAILABLE
   */
  Answer predict(String product, Ask ask, Optional<String> version);

  /**
   * The signature of the version that answers for {@code product}, or of {@code version}.
   *
   * @throws dev.espalier.platform.EspalierException NOT_FOUND for what is not served
   */
  Signature signature(String product, Optional<String> version);

  /** Most texts in one request for {@code product}. */
  int maxBatch(String product);

  /** The endpoint as it stands; empty before the first release. */
  Optional<EndpointView> view(String product);

  /** Every endpoint, by name. */
  List<EndpointView> views();
}
