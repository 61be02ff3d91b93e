/** Data plane: routes, scheduler, fallback ladder; Open Inference Protocol. */
@NullMarked
package dev.espalier.serving;

import org.jspecify.annotations.NullMarked;
