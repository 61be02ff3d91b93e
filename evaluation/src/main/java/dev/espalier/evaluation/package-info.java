/** Metrics, profiles and distances, slices, calibration, statistical tests, gates. */
@NullMarked
package dev.espalier.evaluation;

import org.jspecify.annotations.NullMarked;
