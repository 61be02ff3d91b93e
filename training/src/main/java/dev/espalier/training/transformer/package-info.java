/**
 * The small transformer encoder: written from tensor operations on DJL, trained in a forked
 * process, exported to ONNX by our own writer. Nothing outside this package touches tensors.
 */
@NullMarked
package dev.espalier.training.transformer;

import org.jspecify.annotations.NullMarked;
