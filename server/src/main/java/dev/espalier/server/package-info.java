/** Assembly of one process, and the commands that need one. */
@NullMarked
package dev.espalier.server;

import org.jspecify.annotations.NullMarked;
