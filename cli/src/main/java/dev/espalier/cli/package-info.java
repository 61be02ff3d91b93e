/** The command line: an HTTP client of the server. */
@NullMarked
package dev.espalier.cli;

import org.jspecify.annotations.NullMarked;
