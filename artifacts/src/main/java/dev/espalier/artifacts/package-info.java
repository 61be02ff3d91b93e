/** Content-addressed store. */
@NullMarked
package dev.espalier.artifacts;

import org.jspecify.annotations.NullMarked;
