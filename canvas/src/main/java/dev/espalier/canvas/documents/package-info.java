/**
 * Documents written from a canvas, its evidence and the registry's facts: nothing in them is made
 * up, every sentence says where it comes from, and what has no source prints NOT ANSWERED.
 */
@NullMarked
package dev.espalier.canvas.documents;

import org.jspecify.annotations.NullMarked;
