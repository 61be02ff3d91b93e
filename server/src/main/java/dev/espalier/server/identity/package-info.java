/** Tokens, and what a caller may do. */
@NullMarked
package dev.espalier.server.identity;

import org.jspecify.annotations.NullMarked;
