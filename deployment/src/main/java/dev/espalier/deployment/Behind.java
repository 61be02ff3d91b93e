package dev.espalier.deployment;

import java.time.Instant;
import java.util.Optional;

/**
 * An endpoint that is not what its canvas and the rollouts say.
 *
 * @param why what stands in the way, as it was last said
 * @param answering the version that answers where the whole route could not be put up; empty where
 *     the endpoint stays as it was, or nobody answers
 * @param since when it was first so, in the product's time
 */
public record Behind(String why, Optional<String> answering, Instant since) {}
