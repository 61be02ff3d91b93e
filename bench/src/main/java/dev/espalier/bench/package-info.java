/** Benchmarks; writes docs/benchmarks.md. */
@NullMarked
package dev.espalier.bench;

import org.jspecify.annotations.NullMarked;
