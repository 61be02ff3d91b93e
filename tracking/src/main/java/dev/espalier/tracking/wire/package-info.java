/** MLflow's REST conventions: request fields, error codes, limits, and one table of routes. */
@NullMarked
package dev.espalier.tracking.wire;

import org.jspecify.annotations.NullMarked;
