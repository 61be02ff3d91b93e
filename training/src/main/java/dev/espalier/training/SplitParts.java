package dev.espalier.training;

import dev.espalier.platform.Digest;
import java.time.Instant;
import java.util.Optional;

/**
 * How the rows of a run are divided.
 *
 * @param split artifact: the row ids of each part, a {@code dev.espalier.data.Split} as JSON
 * @param moved rows of the test part that the champion was trained on, and so went to training
 * @param trainedThrough time of the newest row that is trained on
 * @param testFrom time of the oldest test row
 */
public record SplitParts(
    Digest split,
    long train,
    long valid,
    long test,
    long moved,
    Optional<Instant> trainedThrough,
    Optional<Instant> testFrom) {}
