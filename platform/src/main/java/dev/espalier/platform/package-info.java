/** Ids, errors, clocks, JSON, database handle, events and HTTP ports. No ML word may appear. */
@NullMarked
package dev.espalier.platform;

import org.jspecify.annotations.NullMarked;
