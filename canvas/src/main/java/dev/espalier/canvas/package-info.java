/** The typed, executable canvas: parse, validate, diff, plan, compile; evidence and conformance. */
@NullMarked
package dev.espalier.canvas;

import org.jspecify.annotations.NullMarked;
