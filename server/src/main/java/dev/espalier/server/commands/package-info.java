/** The commands that need a whole process. */
@NullMarked
package dev.espalier.server.commands;

import org.jspecify.annotations.NullMarked;
