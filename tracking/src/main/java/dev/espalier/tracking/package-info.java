/** Experiments, runs, metrics, params. */
@NullMarked
package dev.espalier.tracking;

import org.jspecify.annotations.NullMarked;
