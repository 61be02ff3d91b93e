/** Typed graph of steps, content cache, durable run state machine, executors. */
@NullMarked
package dev.espalier.pipeline;

import org.jspecify.annotations.NullMarked;
